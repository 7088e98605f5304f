import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { createApi } from '../../support/api.ts'
import { ENCRYPTION_KEY } from '../../support/app.ts'
import { cloneDatabase } from '../../support/database.ts'
import { type RunningProcess, startProcess } from '../../support/process.ts'
import { type Receiver, startReceiver } from '../../support/receiver.ts'
import { watchSocket } from '../../support/watch.ts'

// Separate API and worker processes on one PostgreSQL and one Redis.
const BOOTSTRAP_API_KEY = 'the-key-of-the-modes-test-1234567890'
let database: Awaited<ReturnType<typeof cloneDatabase>>
let dataDir: string
let processes: RunningProcess[]
let receiver: Receiver
let urls: string[]

beforeAll(async () => {
  database = await cloneDatabase()
  dataDir = await mkdtemp(path.join(tmpdir(), 'signalbox-modes-'))
  receiver = await startReceiver()
  const env = {
    ...{ DATABASE_URL: database.url, REDIS_URL: inject('redisUrl'), ENCRYPTION_KEYS: ENCRYPTION_KEY, PORT: '0' },
    ...{ BOOTSTRAP_API_KEY, DATA_DIR: dataDir, WORKER_LEASE_SECONDS: '1' },
  }
  // All start at once, so migration and creation of the first organization must happen once.
  processes = [
    startProcess(env, 'api'),
    startProcess(env, 'api'),
    startProcess(env, 'worker'),
    startProcess(env, 'worker'),
  ]
  const started = await Promise.all(processes.map((process) => process.printed(/"url":"([^"]+)"|"mode":"worker"/)))
  urls = started.flatMap(([, url]) => url ?? [])
})
afterAll(async () => {
  await Promise.all(processes.map((process) => process.end('SIGKILL')))
  await receiver.stop()
  await database.drop()
  await rm(dataDir, { recursive: true, force: true })
})

describe('separate processes', () => {
  test('two API processes and two workers publish every change of every delivery to both subscriptions', async () => {
    const [first, second] = urls.map((url) => createApi(url).as(BOOTSTRAP_API_KEY))
    await first!.createType('a.b')
    await first!.createEndpoint(receiver.url)
    const query = 'subscription { deliveryUpdates { delivery { id version status } } }'
    const watches = urls.map((url) => watchSocket(url, BOOTSTRAP_API_KEY, query))
    // Events are published until both subscriptions have received one. From then on no event may be missed.
    for (let heard = false; !heard; heard = watches.every(({ messages }) => messages.length > 0))
      await first!.publish('a.b')
    const ids = new Set<string>()
    for (let count = 0; count < 50; count++) ids.add(await (count % 2 === 0 ? first! : second!).publish('a.b'))
    await receiver.arrived(50)

    const { rows } = await deliveriesOf(ids)
    for (const watch of watches) {
      const complete = () =>
        rows.every(({ id }) => {
          const states = watch.messages
            .map(({ deliveryUpdates }) => deliveryUpdates.delivery)
            .filter((delivery) => delivery.id === id)
          // Messages of different processes may arrive out of order, and the version restores the order.
          const ordered = states.sort((a, b) => a.version - b.version).map(({ status }) => status)
          return ordered.join() === 'PENDING,SENDING,SUCCEEDED'
        })
      await watch.until(complete)
      watch.stop()
    }
    async function deliveriesOf(eventIds: Set<string>) {
      const rows = []
      for (const id of eventIds) {
        const { deliveries } = await first!.ask(
          'query ($id: ID!) { node(id: $id) { ... on Event { deliveries { nodes { id } } } } }',
          { id },
        )
        rows.push(...deliveries.nodes)
      }
      return { rows }
    }
  })

  test('a revoked key is rejected by the other API process, and its subscription there ends', async () => {
    const [host] = urls.map((url) => createApi(url).as(BOOTSTRAP_API_KEY))
    const { secret, apiKey } = await host!.createKey({ deliveries: ['read'] })
    const watch = watchSocket(urls[1]!, secret, 'subscription { liveStatus { degraded } }')
    await watch.until((messages) => messages.length === 1)
    await host!.ask('mutation ($id: ID!) { apiKeyRevoke(id: $id) { __typename } }', { id: apiKey.id })
    await watch.untilEnded()
    const { errors } = await createApi(urls[1]!).as(secret).request('{ viewer { id } }')
    expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
  })

  test('a stopped worker finishes its requests, and a killed worker is replaced after its lease', async () => {
    const [api] = urls.map((url) => createApi(url).as(BOOTSTRAP_API_KEY))
    const held: (() => void)[] = []
    receiver.respond((_request, response) => held.push(() => response.writeHead(204).end()))
    const before = receiver.requests.length
    await api!.publish('a.b')
    await receiver.arrived(before + 1)
    const [, , one, other] = processes
    const stopped = [one!.end('SIGTERM'), other!.end('SIGTERM')]
    for (const release of held.splice(0)) release()
    for (const exit of await Promise.all(stopped)) expect(exit).toEqual({ code: 0, signal: null })
    const settled = async () => (await api!.ask('{ deliveries(first: 1) { nodes { status } } }')).nodes
    expect(await settled()).toEqual([{ status: 'SUCCEEDED' }])

    const env = {
      DATABASE_URL: database.url,
      REDIS_URL: inject('redisUrl'),
      ENCRYPTION_KEYS: ENCRYPTION_KEY,
      WORKER_LEASE_SECONDS: '1',
      DATA_DIR: dataDir,
    }
    const victim = startProcess(env, 'worker')
    processes.push(victim)
    await api!.publish('a.b')
    await receiver.arrived(before + 2)
    await victim.end('SIGKILL')
    receiver.respond((_request, response) => response.writeHead(204).end())
    processes.push(startProcess(env, 'worker'))
    await receiver.arrived(before + 3)
    expect(receiver.requests.at(-1)?.eventId).toBe(receiver.requests.at(-2)?.eventId)
  })
})
