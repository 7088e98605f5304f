import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type App, startApp } from '../../support/app.ts'
import { killListeners, listenTenant, startListen } from '../../support/listen.ts'
import { freePort } from '../../support/redis.ts'
import { subscribed } from '../../support/watch.ts'

let app: App
beforeAll(async () => {
  app = await startApp()
})
afterEach(async () => {
  await killListeners()
  await subscribed(app, 0)
})
afterAll(() => app.stop())

const EXPECT = ['--expect', 'invoice.paid', '--count', '2', '--json']

describe('end of listen', () => {
  test('the exit code is 0 when the expected deliveries were accepted', async () => {
    const tenant = await listenTenant(app)
    const listener = await tenant.listen('--answer', '204', ...EXPECT)
    for (const type of ['invoice.paid', 'invoice.voided', 'invoice.paid']) await tenant.publish(type)
    expect(await listener.exited).toBe(0)
    expect(listener.lines().at(-1)).toMatchObject({
      ...{ kind: 'end', code: 0, reason: '2 of 2 expected deliveries of invoice.paid were accepted.' },
    })
    expect(await tenant.endpoints()).toEqual([])
  })

  test('the exit code is 1 after the timeout, because other types and failed deliveries do not count', async () => {
    const tenant = await listenTenant(app)
    const listener = tenant.start('--answer', '500', ...EXPECT, '--timeout', '3s')
    await subscribed(app, 1)
    for (const type of ['invoice.paid', 'invoice.paid', 'invoice.voided']) await tenant.publish(type)
    expect(await listener.exited).toBe(1)
    expect(listener.lines().at(-1)).toMatchObject({
      ...{ kind: 'end', code: 1, reason: 'Timeout: 0 of 2 expected deliveries of invoice.paid were accepted.' },
    })
    expect(listener.lines().filter(({ kind }) => kind === 'delivery').length).toBeGreaterThanOrEqual(1)
    expect(await tenant.endpoints()).toEqual([])
  })

  test.each(['SIGTERM', 'SIGINT'] as const)('the endpoint is gone after %s', async (signal) => {
    const tenant = await listenTenant(app)
    const listener = await tenant.listen('3000/hooks')
    const [endpoint] = await tenant.endpoints()
    expect(endpoint?.kind).toBe('STREAM')
    expect(listener.said().out).toContain(`Endpoint ${endpoint?.id} listens to *: http://localhost:3000/hooks`)
    expect(listener.said().out).not.toContain('whsec_')
    listener.child.kill(signal)
    expect(await listener.exited).toBe(0)
    expect(await tenant.endpoints()).toEqual([])
  })

  test('a key without the permission to delete leaves the endpoint, and the listener says so', async () => {
    const tenant = await listenTenant(app, { webhooks: ['read', 'write'], deliveries: ['read', 'write'] })
    const listener = await tenant.listen('--answer', '204')
    const [endpoint] = await tenant.endpoints()
    listener.child.kill('SIGTERM')
    expect(await listener.exited).toBe(0)
    expect(listener.said().out).toContain(`The endpoint ${endpoint?.id} stays for 7 days`)
    expect(await tenant.endpoints()).toEqual([endpoint])
  })

  test('a revoked key ends the listener with a sentence', async () => {
    const tenant = await listenTenant(app)
    const listener = await tenant.listen('--answer', '204')
    await tenant.ask('mutation ($id: ID!) { apiKeyRevoke(id: $id) { __typename } }', { id: tenant.listenKeyId })
    expect(await listener.exited).toBe(1)
    expect(listener.said().error).toContain('This subscription ended because its API key was revoked')
  })

  test('an unknown key, unknown types and a server that is not there end the listener with a sentence', async () => {
    const tenant = await listenTenant(app)
    const unknown = startListen({ ...tenant.env, SIGNALBOX_API_KEY: 'sb_live_unknown' }, '--answer', '204')
    expect(await unknown.exited).toBe(1)
    expect(unknown.said().error).toMatch(/key/)
    const types = tenant.start('--answer', '204', '--types', 'In Voice')
    expect(await types.exited).toBe(1)
    expect(types.said().error).toContain('eventTypes')
    const url = `http://127.0.0.1:${await freePort()}`
    const nowhere = tenant.start('--answer', '204', '--url', url)
    expect(await nowhere.exited).toBe(1)
    expect(nowhere.said().error).toBe(`Signalbox does not answer at ${url}: ECONNREFUSED.\n`)
    expect(await tenant.endpoints()).toEqual([])
  })

  test('an external target is refused before an endpoint exists', async () => {
    const tenant = await listenTenant(app)
    const listener = tenant.start('https://example.com/hooks')
    expect(await listener.exited).toBe(2)
    expect(listener.said().error).toContain('example.com is not this machine')
    expect(await tenant.endpoints()).toEqual([])
  })
})
