import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { LOCKS } from '../../../src/database/locks.ts'
import { createClaimer } from '../../../worker/claim.ts'
import { type App, startApp } from '../../support/app.ts'
import { type Receiver, startHoldingFirst, startReceiver } from '../../support/receiver.ts'
import { interceptAnswers, isClaim, isStatement } from '../../support/statements.ts'

// A hanging receiver, or an organization with many of them, does not delay others.
let app: App
let healthy: Receiver
let hanging: Receiver
const held: (() => void)[] = []
beforeAll(async () => {
  app = await startApp()
  healthy = await startReceiver()
  hanging = await startReceiver((_request, response) => held.push(() => response.writeHead(204).end()))
})
afterAll(async () => {
  for (const release of held) release()
  await app.stop()
  await healthy.stop()
  await hanging.stop()
})

describe('fair delivery', () => {
  test('an organization with hanging receivers leaves capacity to others, and its deliveries go on when the receivers respond', async () => {
    const slow = await app.tenant()
    await slow.createType('a.b')
    for (let n = 0; n < 5; n++) await slow.createEndpoint(`http://127.0.0.1:${hanging.port}/${n}`)
    const events = Array.from({ length: 100 }, (_, n) => ({ type: 'a.b', data: n }))
    await slow.publishMany(events)
    const done = app.deliver()
    // The worker of the test app has a capacity of 200, half of which one organization may use.
    await hanging.arrived(80)

    const other = await app.tenant()
    await other.createType('a.b')
    await other.createEndpoint(healthy.url)
    const eventId = await other.publish('a.b')
    app.worker.nudge()
    await healthy.arrived(1)
    expect(healthy.requests[0]?.eventId).toBe(eventId)
    expect(hanging.requests.length).toBeLessThanOrEqual(100)
    const perPath = Map.groupBy(hanging.requests, ({ path }) => path)
    for (const requests of perPath.values()) expect(requests.length).toBeLessThanOrEqual(64)

    hanging.respond((_request, response) => response.writeHead(204).end())
    for (const release of held.splice(0)) release()
    await done
    await hanging.arrived(500)
    expect(new Set(hanging.requests.map(({ path, eventId }) => path + eventId)).size).toBe(500)
  })

  test('an organization that regains capacity while a claim excludes its deliveries is claimed for at once', async () => {
    // A separate app, so that no other test notifies its worker.
    const app = await startApp()
    const release: (() => void)[] = []
    const receiver = await startReceiver((_request, response) => release.push(() => response.writeHead(204).end()))
    const tenant = await app.tenant()
    await tenant.createType('a.b')
    for (let n = 0; n < 5; n++) await tenant.createEndpoint(`http://127.0.0.1:${receiver.port}/${n}`)
    await tenant.publishMany(Array.from({ length: 30 }, (_, n) => ({ type: 'a.b', data: n })))
    const done = app.deliver()
    await receiver.arrived(85)

    // A claim that excludes the saturated organization and ends after the responses, before their results are recorded.
    const claims = await app.database.pool.connect()
    const settlings = await app.database.pool.connect()
    await claims.query(`SELECT pg_advisory_lock(${LOCKS.claim})`)
    await settlings.query('BEGIN')
    await settlings.query('SELECT FROM delivery_log_heads WHERE organization_id = $1 FOR UPDATE', [
      tenant.organizationId,
    ])
    const waiting = (type: string) => async () => {
      const text = 'SELECT count(*)::int FROM pg_locks WHERE locktype = $1 AND NOT granted'
      return (await app.database.pool.query(text, [type])).rows[0].count
    }
    app.worker.nudge()
    await expect.poll(waiting('advisory'), { timeout: 10_000 }).toBe(1)
    receiver.respond((_request, response) => response.writeHead(204).end())
    for (const answer of release) answer()
    await expect.poll(waiting('transactionid'), { timeout: 10_000 }).toBe(1)
    await claims.query('SELECT pg_advisory_unlock_all()')
    claims.release()
    await expect.poll(waiting('advisory'), { timeout: 10_000 }).toBe(0)
    await settlings.query('COMMIT')
    settlings.release()

    await done
    await receiver.arrived(150)
    await app.stop()
    await receiver.stop()
  })

  test('an endpoint with a rate limit receives evenly spaced requests', async () => {
    const tenant = await app.tenant()
    await tenant.createType('a.b')
    const at: number[] = []
    const limited = await startReceiver((_request, response) => {
      at.push(performance.now())
      response.writeHead(204).end()
    })
    await tenant.createEndpoint(limited.url, { rateLimit: 20 })
    const events = Array.from({ length: 5 }, (_, n) => ({ type: 'a.b', data: n }))
    await tenant.publishMany(events)
    await app.deliver()
    expect(at).toHaveLength(5)
    // Four intervals of 50 ms each.
    expect(at[4]! - at[0]!).toBeGreaterThan(190)
    await limited.stop()
  })

  test('a claim includes other organizations when one has older deliveries at very many endpoints', async () => {
    const [greedy, other] = [await app.tenant(), await app.tenant()]
    for (const client of [greedy, other]) await client.createType('a.b')
    const { webhookEndpoint } = await greedy.createEndpoint(healthy.url)
    await app.database.pool.query(
      `INSERT INTO webhook_endpoints SELECT (jsonb_populate_record(e, jsonb_build_object('id', e.id || n))).*
     FROM webhook_endpoints e, generate_series(1, 40) n WHERE e.id = $1`,
      [webhookEndpoint.id],
    )
    await greedy.publish('a.b')
    app.clock.advance(1)
    await other.createEndpoint(healthy.url)
    const eventId = await other.publish('a.b')
    const claimer = createClaimer(app.database.pooled)
    const { deliveries } = await claimer.claim({
      now: app.clock.now(),
      limit: 10,
      leaseSeconds: 60,
      fullOrganizations: [],
    })
    await claimer.stop()
    expect(deliveries).toHaveLength(10)
    expect(deliveries.map(({ event_id }) => event_id)).toContain(eventId)
  })

  test('a result for a saturated endpoint is recorded without waiting for other results', async () => {
    // The interval is longer than the test may take, so no result is written by the interval.
    const app = await startApp({ flushEveryMs: 600_000 })
    const receiver = await startReceiver()
    const tenant = await app.tenant()
    await tenant.createType('a.b')
    await tenant.createEndpoint(receiver.url, { maxConcurrency: 1 })
    await tenant.publishMany(Array.from({ length: 4 }, (_, n) => ({ type: 'a.b', data: n })))
    await app.deliver()
    expect((await tenant.deliveries()).map(({ status }) => status)).toEqual(Array(4).fill('SUCCEEDED'))
    await app.stop()
    await receiver.stop()
  })

  test('results of other endpoints share statements while one endpoint is saturated', async () => {
    const app = await startApp({ flushEveryMs: 600_000 })
    const healthy = await startReceiver()
    const { receiver: full, arrived } = await startHoldingFirst()
    const tenant = await app.tenant()
    for (const type of ['full', 'healthy']) await tenant.createType(type)
    await tenant.createEndpoint(full.url, { eventTypes: ['full'], maxConcurrency: 1 })
    await tenant.createEndpoint(healthy.url, { eventTypes: ['healthy'] })
    const written: unknown[] = []
    const { pool } = app.database
    const query = pool.query.bind(pool) as (...args: unknown[]) => Promise<unknown>
    vi.spyOn(pool, 'query').mockImplementation((...args: unknown[]) => {
      if (isStatement(args[0], 'record_results_v3')) written.push(args)
      return query(...args)
    })
    app.worker.start()
    await tenant.publishMany(['full', 'full'].map((type) => ({ type, data: 1 })))
    const answer = await arrived
    for (let n = 1; n <= 3; n++) {
      await tenant.publish('healthy')
      await healthy.arrived(n)
    }
    answer()
    await full.arrived(2)
    await app.worker.idle()
    // Three statements: the first healthy result, the first saturated result with the other healthy ones, and the last.
    expect(written.length).toBeLessThanOrEqual(3)
    expect((await tenant.deliveries()).map(({ status }) => status)).toEqual(Array(5).fill('SUCCEEDED'))
    await Promise.all([app.stop(), healthy.stop(), full.stop()])
  })

  test('a result recorded during a claim frees capacity for the deliveries that the claim skipped', async () => {
    // A separate app, so that no other test notifies its worker.
    const app = await startApp()
    const { receiver, arrived } = await startHoldingFirst()
    const tenant = await app.tenant()
    await tenant.createType('a.b')
    await tenant.createEndpoint(receiver.url, { maxConcurrency: 1 })
    await tenant.publish('a.b')
    app.worker.nudge()
    const answer = await arrived
    const looks: Promise<void>[] = []
    const isSettled = async () => (await tenant.deliveries()).some(({ status }) => status === 'SUCCEEDED')
    const spy = interceptAnswers(async (query, answer) => {
      if (!isClaim(query)) return answer
      const { promise, resolve } = Promise.withResolvers<void>()
      looks.push(promise)
      const isSecond = looks.length === 2
      await answer
      resolve()
      // The first claim finds nothing. The second starts before the response and returns after its result is recorded.
      if (isSecond) await expect.poll(isSettled).toBe(true)
      return answer
    })
    app.worker.nudge()
    await expect.poll(() => looks.length).toBe(1)
    await looks[0]
    await tenant.publish('a.b')
    app.worker.nudge()
    await expect.poll(() => looks.length).toBe(2)
    await looks[1]
    answer()
    await app.worker.idle()
    spy.mockRestore()
    expect((await tenant.deliveries()).map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED'])
    await Promise.all([app.stop(), receiver.stop()])
  })
})
