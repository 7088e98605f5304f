import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { Webhook } from 'standardwebhooks'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type App, startApp } from '../../support/app.ts'
import { hasPython } from '../../support/installed.ts'
import { type Receiver, startReceiver } from '../../support/receiver.ts'
import { freePort } from '../../support/redis.ts'
import { LISTENER, streamTenant } from '../../support/streams.ts'
import { subscribed } from '../../support/watch.ts'

// The documented listeners as processes of their own, with a key that has only the documented permissions.
let app: App
let receiver: Receiver
const children = new Set<ChildProcess>()
beforeAll(async () => {
  app = await startApp()
  receiver = await startReceiver()
})
afterEach(async () => {
  for (const child of children) await kill(child)
  receiver.respond((_request, response) => response.writeHead(204).end())
})
afterAll(async () => {
  await app.stop()
  await receiver.stop()
})

async function kill(child: ChildProcess): Promise<void> {
  children.delete(child)
  if (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL')) await once(child, 'exit')
}

async function setUp() {
  const tenant = await streamTenant(app, { retryPolicy: { maxAttempts: 3, backoffSeconds: [5] } })
  const { secret } = await tenant.createKey(LISTENER as never)
  const start = (command: string, target = receiver.url) => {
    const [program = '', ...words] = command.split(' ')
    const env = { ...process.env, SIGNALBOX_URL: app.url, SIGNALBOX_KEY: secret, PYTHONDONTWRITEBYTECODE: '1' }
    const child = spawn(program, [...words, tenant.endpointId, target], { env, stdio: ['ignore', 'ignore', 'pipe'] })
    children.add(child)
    return child
  }
  return Object.assign(tenant, { start })
}

const TYPESCRIPT = 'node examples/stream/listen.ts'
const PYTHON = 'python3 examples/stream/listen.py'

describe.each([
  ['TypeScript', TYPESCRIPT, true],
  ['Python', PYTHON, hasPython],
])('documented listener in %s', (_name, command, isInstalled) => {
  test.runIf(isInstalled)(
    'deliveries reach the local target with a valid signature, and the schedule goes on after refused connections',
    async () => {
      const tenant = await setUp()
      const ids = [await tenant.publish('a.b', { n: 1 })]
      const unreachable = tenant.start(command, `http://127.0.0.1:${await freePort()}/`)
      await expect.poll(async () => (await tenant.deliveries())[0]?.attempts.length, { timeout: 20_000 }).toBe(1)
      expect(await tenant.deliveries()).toMatchObject([
        { status: 'RETRYING', attempts: [{ errorCode: 'CONNECTION_REFUSED', statusCode: null }] },
      ])
      await kill(unreachable)
      receiver.respond((_request, response) => response.writeHead(200).end('thanks'))
      tenant.start(command)
      app.clock.advance(6)
      for (let n = 2; n <= 5; n++) ids.push(await tenant.publish('a.b', { n }))
      const statuses = async () => (await tenant.deliveries()).map(({ status }) => status)
      await expect.poll(statuses, { timeout: 20_000 }).toEqual(Array(5).fill('SUCCEEDED'))
      const received = receiver.requests.filter(({ eventId }) => ids.includes(eventId))
      expect(received.map(({ eventId }) => eventId).sort()).toEqual(ids.sort())
      for (const { eventId, headers, body } of received) {
        const timestamp = new Date(Number(headers['webhook-timestamp']) * 1000)
        expect(headers['webhook-signature']).toBe(new Webhook(tenant.secret).sign(eventId, timestamp, String(body)))
      }
      expect((await tenant.deliveries())[0]?.attempts.at(-1)).toMatchObject({ statusCode: 200 })
    },
  )
})

describe('documented listener', () => {
  test('a listener killed between the local answer and its acknowledgement gets the same id and bytes again', async () => {
    const tenant = await setUp()
    const answered = Promise.withResolvers<void>()
    let child: ChildProcess | undefined
    receiver.respond((_request, response) => {
      response.writeHead(204).end()
      // Before the listener reads the answer.
      child?.kill('SIGKILL')
      answered.resolve()
    })
    child = tenant.start(TYPESCRIPT)
    await subscribed(app, 1)
    const eventId = await tenant.publish('a.b', { n: 1 })
    await answered.promise
    await subscribed(app, 0)
    await expect.poll(async () => (await tenant.deliveries())[0]?.status).toBe('HELD')
    expect((await tenant.deliveries())[0]?.attempts).toEqual([])
    receiver.respond((_request, response) => response.writeHead(204).end())
    tenant.start(TYPESCRIPT)
    await expect.poll(async () => (await tenant.deliveries())[0]?.status, { timeout: 20_000 }).toBe('SUCCEEDED')
    const [first, second, ...more] = receiver.requests.filter((request) => request.eventId === eventId)
    expect(more).toEqual([])
    expect(second?.body).toEqual(first?.body)
    expect(await tenant.deliveries()).toMatchObject([{ attemptCount: 1, attempts: [{ statusCode: 204 }] }])
  })

  test('a listener with a revoked key ends with a sentence', async () => {
    const tenant = await streamTenant(app)
    const { secret, apiKey } = await tenant.createKey(LISTENER as never)
    const env = { ...process.env, SIGNALBOX_URL: app.url, SIGNALBOX_KEY: secret }
    const child = spawn('node', ['examples/stream/listen.ts', tenant.endpointId, receiver.url], { env })
    children.add(child)
    let said = ''
    child.stderr.on('data', (chunk) => {
      said += chunk
    })
    await subscribed(app, 1)
    await tenant.ask('mutation ($id: ID!) { apiKeyRevoke(id: $id) { __typename } }', { id: apiKey.id })
    const [code] = await once(child, 'exit')
    expect(code).toBe(1)
    expect(said).toContain('This subscription ended because its API key was revoked')
  })
})
