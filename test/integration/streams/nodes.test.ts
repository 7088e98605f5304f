import { createClient } from 'graphql-ws'
import { afterEach, describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import { createLocalBus, type LiveBus } from '../../../src/bus/bus.ts'
import { createRedisBus } from '../../../src/bus/redis-bus.ts'
import type { Client } from '../../support/api.ts'
import { createApi } from '../../support/api.ts'
import { type App, silentLog, startApp } from '../../support/app.ts'
import { createTestClock } from '../../support/clock.ts'
import { startRedis } from '../../support/redis.ts'
import {
  acknowledge,
  claim,
  type Leased,
  leasedOf,
  listen,
  stopListeners,
  streamQuery,
  streamTenant,
} from '../../support/streams.ts'
import { subscribed } from '../../support/watch.ts'

// Streams over several API nodes on one database, with Redis and without it, and over the restart of a server.
const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  stopListeners()
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function startNodes(createBus: () => LiveBus): Promise<[App, App]> {
  const clock = createTestClock()
  const first = await startApp({ clock, bus: createBus() })
  stops.push(first.stop)
  const second = await startApp({ clock, bus: createBus(), databaseUrl: first.database.url })
  stops.push(second.stop)
  return [first, second]
}

/** A client of another node with the same key. */
const on = (node: App, client: Client): Client => createApi(node.url).as(client.key)

describe('streams of several API nodes', () => {
  test.each([
    ['with Redis', true],
    ['without Redis', false],
  ])(
    '%s, a delivery published on one node reaches a listener of another, and any node takes its result',
    async (_name, isShared) => {
      const redis = isShared ? await startRedis() : undefined
      if (redis !== undefined) stops.push(redis.stop)
      const [first, second] = await startNodes(() =>
        redis === undefined ? createLocalBus({ alone: false }) : createRedisBus({ url: redis.url, log: silentLog }),
      )
      const tenant = await streamTenant(first)
      const watch = listen(second, tenant.key, tenant.endpointId, 1)
      await subscribed(second, 1)
      const ids = [await tenant.publish('a.b', { n: 1 }), await tenant.publish('a.b', { n: 2 })]
      await watch.until((messages) => messages.length === 1)
      // The node without the subscription records the result, and the listener has capacity again.
      expect(await acknowledge(tenant, leasedOf(watch))).toEqual(['RECORDED'])
      await watch.until((messages) => messages.length === 2)
      expect(await acknowledge(on(second, tenant), leasedOf(watch).slice(1))).toEqual(['RECORDED'])
      expect(
        leasedOf(watch)
          .map(({ delivery }) => delivery.eventId)
          .sort(),
      ).toEqual(ids.sort())
      expect((await tenant.deliveries()).map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED'])
      stopListeners()
      await subscribed(second, 0)
    },
  )

  test('two listeners on two nodes share a stream, and each delivery goes to one of them', async () => {
    const redis = await startRedis()
    stops.push(redis.stop)
    const nodes = await startNodes(() => createRedisBus({ url: redis.url, log: silentLog }))
    const tenant = await streamTenant(nodes[0])
    const watches = nodes.map((node) => listen(node, tenant.key, tenant.endpointId, 20))
    for (const node of nodes) await subscribed(node, 1)
    const ids = await tenant.publishMany(Array.from({ length: 200 }, (_, n) => ({ type: 'a.b', data: { n } })))
    const done = [0, 0]
    const recorded: string[] = []
    while (recorded.length < 200) {
      await new Promise(setImmediate)
      for (const [n, watch] of watches.entries()) {
        const batch: Leased[] = leasedOf(watch).slice(done[n])
        done[n]! += batch.length
        if (batch.length === 0) continue
        expect(new Set(await acknowledge(on(nodes[n]!, tenant), batch))).toEqual(new Set(['RECORDED']))
        recorded.push(...batch.map(({ delivery }) => delivery.eventId))
      }
    }
    expect(recorded.sort()).toEqual(ids.sort())
    expect(Math.min(...done)).toBeGreaterThan(0)
    stopListeners()
    for (const node of nodes) await subscribed(node, 0)
  })

  test('a result that two nodes get at once is one attempt and one failure, beside other results', async () => {
    const nodes = await startNodes(() => createLocalBus({ alone: false }))
    const [first] = nodes
    const tenant = await streamTenant(first)
    for (const n of [1, 2, 3]) await tenant.publish('a.b', { n })
    const [twice, alone, other] = await claim(tenant, { endpointId: tenant.endpointId, max: 3 })
    const client = await first.database.pool.connect()
    await client.query('BEGIN')
    await client.query('SELECT FROM deliveries WHERE id = $1 FOR UPDATE', [twice!.delivery.id])
    const failed = { statusCode: 500 }
    const answers = [
      acknowledge(on(nodes[0], tenant), [twice!, alone!], failed),
      acknowledge(on(nodes[1], tenant), [other!, twice!], failed),
    ]
    const blocked = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    await expect.poll(async () => (await first.database.pool.query(blocked)).rowCount).toBe(2)
    await client.query('COMMIT')
    client.release()
    const [onFirst, onSecond] = await Promise.all(answers)
    expect([onFirst![1], onSecond![0]]).toEqual(['RECORDED', 'RECORDED'])
    expect([onFirst![0], onSecond![1]].sort()).toEqual(['RECORDED', 'STALE'])
    expect((await tenant.deliveries()).map(({ attemptCount }) => attemptCount)).toEqual([1, 1, 1])
    const { rows } = await first.database.pool.query(
      `SELECT consecutive_failures, (SELECT sum(attempts)::int FROM delivery_stats WHERE endpoint_id = h.endpoint_id) AS counted
      FROM endpoint_health h WHERE endpoint_id = $1`,
      [tenant.endpointId],
    )
    expect(rows).toEqual([{ consecutive_failures: 3, counted: 3 }])
  })

  // A time on a machine with other work: a bound that holds in one of three runs is kept.
  test('a key revoked on one node ends its stream on another', { retry: 2 }, async () => {
    const redis = await startRedis()
    stops.push(redis.stop)
    const [first, second] = await startNodes(() => createRedisBus({ url: redis.url, log: silentLog }))
    const tenant = await streamTenant(first)
    const listener = await first.tenant({ webhooks: ['write'] }, tenant.organizationId)
    const watch = listen(second, listener.key, tenant.endpointId)
    await subscribed(second, 1)
    await tenant.ask('mutation ($id: ID!) { apiKeyRevoke(id: $id) { __typename } }', { id: listener.keyId })
    const revokedAt = performance.now()
    expect(await watch.untilEnded()).toBeNull()
    expect(performance.now() - revokedAt).toBeLessThan(100)
    expect(watch.messages[0].errors[0].extensions.code).toBe('UNAUTHENTICATED')
  })
})

describe('restart of a server under a listener', () => {
  test('a stopped server gives its leases back, and a listener goes on at the next one', async () => {
    const [first, second] = await startNodes(() => createLocalBus({ alone: false }))
    const tenant = await streamTenant(first)
    const received: Leased[] = []
    const urls = [first.url, second.url]
    const client = createClient({
      // The address of a load balancer, behind which the first server goes away.
      url: () => `${urls[0]!.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${tenant.key}` },
      retryAttempts: 10,
      retryWait: async () => {},
      shouldRetry: () => true,
    })
    client.subscribe<{ deliveryStream: Leased }>(
      { query: streamQuery(tenant.endpointId) },
      { next: ({ data }) => received.push(data!.deliveryStream), error: () => {}, complete: () => {} },
    )
    await subscribed(first, 1)
    const eventId = await tenant.publish('a.b', { n: 1 })
    await expect.poll(() => received.length).toBe(1)
    urls.shift()
    stops.shift()
    await first.server.stop()
    await first.services.stopStreams()
    await expect.poll(() => received.length, { timeout: 10_000 }).toBe(2)
    const [before, after] = received
    expect(after?.delivery.eventId).toBe(eventId)
    expect([after?.delivery.id, after?.bodyBase64]).toEqual([before?.delivery.id, before?.bodyBase64])
    const there = on(second, tenant)
    expect(await acknowledge(there, [before!])).toEqual(['STALE'])
    expect(await acknowledge(there, [after!])).toEqual(['RECORDED'])
    await client.dispose()
    await subscribed(second, 0)
    stops.unshift(first.stop)
  })

  test('the leases of a killed server run out, and its deliveries go to the next listener', async () => {
    const [first, second] = await startNodes(() => createLocalBus({ alone: false }))
    const tenant = await streamTenant(first)
    const watch = listen(first, tenant.key, tenant.endpointId)
    await subscribed(first, 1)
    await tenant.publish('a.b')
    await watch.until((messages) => messages.length === 1)
    // The first server renews nothing from here on, like a killed one.
    first.clock.advance(61)
    await second.worker.runMaintenance()
    const [held] = await on(second, tenant).deliveries()
    expect(held).toMatchObject({ status: 'HELD', attempts: [] })
    const next = listen(second, tenant.key, tenant.endpointId)
    await next.until((messages) => messages.length === 1)
    expect(await acknowledge(on(second, tenant), leasedOf(watch))).toEqual(['STALE'])
    expect(await acknowledge(on(second, tenant), leasedOf(next))).toEqual(['RECORDED'])
    stopListeners()
    for (const node of [first, second]) await subscribed(node, 0)
  })
})
