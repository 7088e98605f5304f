import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { createLocalBus, deliveryChannel, type LiveBus } from '../../src/live/bus.ts'
import { createDeliveryFeed } from '../../src/live/delivery-feed.ts'
import { type App, startApp, TENANT } from '../support/app.ts'
import { startReceiver } from '../support/receiver.ts'
import { type Watch, watchEvents, watchSocket } from '../support/watch.ts'

// L1, L3, L4: every change of state, live, over both transports.
let app: App
const receiver = await startReceiver()
const UPDATES = `subscription { deliveryUpdates { gap cursor delivery {
  id status version attemptCount explanation event { id type } endpoint { id url } } } }`
const STATUS = 'subscription { liveStatus { degraded } }'

beforeAll(async () => {
  app = await startApp()
})
// The server hears a moment later that a subscriber has gone.
afterEach(() => subscribed(0))
afterAll(async () => {
  await app.stop()
  await receiver.stop()
})

async function setUp() {
  const tenant = await app.tenant()
  await tenant.createType('a.b')
  const { webhookEndpoint } = await tenant.createEndpoint(receiver.url, {
    retryPolicy: { maxAttempts: 2, backoffSeconds: [5] },
  })
  return Object.assign(tenant, { endpointId: webhookEndpoint.id })
}

/** Resolves when the server has so many subscriptions. */
async function subscribed(count: number): Promise<void> {
  while (app.domain.subscriptions.count() !== count) await new Promise(setImmediate)
}

const statuses = ({ messages }: Watch) => messages.map(({ deliveryUpdates }) => deliveryUpdates.delivery.status)

test.each([
  ['WebSocket', watchSocket],
  ['SSE', watchEvents],
])('over %s, a subscriber sees each state of a delivery in order', async (_name, watchOver) => {
  const tenant = await setUp()
  const watch = watchOver(app.url, tenant.key, UPDATES)
  await subscribed(1)
  receiver.respond((_request, response) => response.writeHead(500).end())
  const eventId = await tenant.publish('a.b')
  await app.deliver()
  receiver.respond((_request, response) => response.writeHead(204).end())
  app.clock.advance(5)
  await app.deliver()
  await watch.until((messages) => messages.length === 5)
  expect(statuses(watch)).toEqual(['PENDING', 'SENDING', 'RETRYING', 'SENDING', 'SUCCEEDED'])
  expect(watch.messages.map(({ deliveryUpdates }) => deliveryUpdates.delivery.version)).toEqual([1, 2, 3, 4, 5])
  expect(watch.messages[4].deliveryUpdates).toMatchObject({
    gap: false,
    delivery: {
      attemptCount: 2,
      event: { id: eventId, type: 'a.b' },
      endpoint: { id: tenant.endpointId, url: receiver.url },
    },
  })
  watch.stop()
})

test('what a message carries is answered without a database read', async () => {
  const tenant = await setUp()
  const watch = watchSocket(app.url, tenant.key, UPDATES)
  await subscribed(1)
  const at = app.clock.now().toISOString()
  const change = (version: number) => [
    ...['dlv_made_up', 'PENDING', 'SCHEDULED', 0, version, null, null, at, at],
    ...['evt_x', 'x.y', 'whep_x', 'https://x.example/'],
  ]
  // None of these rows exists: an answer can only have come from the message.
  const { pool } = app.database
  const values = [tenant.organizationId, JSON.stringify([change(1), change(2)])]
  await pool.query(
    'INSERT INTO delivery_change_heads (organization_id, position, previous, started_at) VALUES ($1, 1, 0, now())',
    values.slice(0, 1),
  )
  await pool.query(
    `INSERT INTO delivery_changes (organization_id, position, previous, part, changes, created_at)
      VALUES ($1, 1, 0, 0, $2, now())`,
    values,
  )
  app.bus.publish(deliveryChannel(tenant.organizationId), [tenant.organizationId])
  await watch.until((messages) => messages.length === 2)
  expect(watch.messages[1].deliveryUpdates.delivery).toMatchObject({
    ...{ id: 'dlv_made_up', version: 2, event: { id: 'evt_x', type: 'x.y' }, endpoint: { url: 'https://x.example/' } },
  })
  watch.stop()
})

test('more than a message carries is read from the database', async () => {
  const tenant = await setUp()
  const query = 'subscription { deliveryUpdates { delivery { event { data } endpoint { timeoutSeconds } } } }'
  const watch = watchSocket(app.url, tenant.key, query)
  await subscribed(1)
  await tenant.publish('a.b', { n: 1 })
  await watch.until((messages) => messages.length === 1)
  expect(watch.messages[0].deliveryUpdates.delivery).toEqual({
    event: { data: { n: 1 } },
    endpoint: { timeoutSeconds: 30 },
  })
  watch.stop()
})

test('a filter lets only the wanted endpoint and states through', async () => {
  const tenant = await setUp()
  const other = await tenant.createEndpoint(receiver.url)
  const query = `subscription { deliveryUpdates(filter: { endpointId: "${other.webhookEndpoint.id}", statuses: [SUCCEEDED] }) {
    delivery { status endpointId } } }`
  const watch = watchSocket(app.url, tenant.key, query)
  await subscribed(1)
  await tenant.publish('a.b')
  await app.deliver()
  await tenant.publish('a.b')
  await app.deliver()
  await watch.until((messages) => messages.length === 2)
  const delivery = { status: 'SUCCEEDED', endpointId: other.webhookEndpoint.id }
  expect(watch.messages).toEqual([{ deliveryUpdates: { delivery } }, { deliveryUpdates: { delivery } }])
  watch.stop()
})

test.each([
  ['apiKeyRevoke', 'WebSocket', watchSocket],
  ['apiKeyRevoke', 'SSE', watchEvents],
  ['apiKeyDisable', 'WebSocket', watchSocket],
])('%s ends the subscriptions of the key over %s', async (mutation, _name, watchOver) => {
  const owner = await setUp()
  const watcher = await app.tenant(TENANT, owner.organizationId)
  const watch = watchOver(app.url, watcher.key, UPDATES)
  await subscribed(1)
  await owner.ask(`mutation ($id: ID!) { ${mutation}(id: $id) { __typename } }`, { id: watcher.keyId })
  await watch.untilEnded()
  await owner.publish('a.b')
  expect(watch.messages).toEqual([])
  watch.stop()
})

test('a key may have 100 subscriptions open, and is told so at the next', async () => {
  const tenant = await setUp()
  const watches = Array.from({ length: 100 }, () => watchSocket(app.url, tenant.key, STATUS))
  await Promise.all(watches.map((watch) => watch.until((messages) => messages.length === 1)))
  const refused = watchSocket(app.url, tenant.key, STATUS)
  const reason = await Promise.race([
    refused.untilEnded(),
    refused.until((messages) => messages.length > 0).then(() => refused.messages),
  ])
  expect(JSON.stringify(reason)).toContain('TOO_MANY_SUBSCRIPTIONS')
  for (const watch of [...watches, refused]) watch.stop()
})

test('without the permission there is no subscription', async () => {
  const tenant = await app.tenant({ events: ['read'] })
  const watch = watchSocket(app.url, tenant.key, UPDATES)
  const reason = await Promise.race([
    watch.untilEnded(),
    watch.until((messages) => messages.length > 0).then(() => watch.messages),
  ])
  expect(JSON.stringify(reason)).toContain('FORBIDDEN')
  watch.stop()
})

test('a subscriber that resumes from its last cursor misses nothing and gets nothing twice (L3)', async () => {
  const tenant = await setUp()
  const query = (after = '') =>
    `subscription { deliveryUpdates${after && `(after: "${after}")`} { cursor gap delivery { id version } } }`
  const first = watchSocket(app.url, tenant.key, query())
  await subscribed(1)
  await tenant.publish('a.b')
  await tenant.publish('a.b')
  await first.until((messages) => messages.length >= 2)
  const [{ deliveryUpdates: seen }, { deliveryUpdates: next }] = first.messages
  first.stop()
  const second = watchSocket(app.url, tenant.key, query(seen.cursor))
  await second.until((messages) => messages.length >= 1)
  await tenant.publish('a.b')
  await second.until((messages) => messages.length >= 2)
  expect(second.messages[0].deliveryUpdates).toEqual(next)
  expect(second.messages.map(({ deliveryUpdates }) => deliveryUpdates.gap)).toEqual([false, false])
  second.stop()
})

test('who was away while the rest of a large change was removed from the log is told of the gap (L3)', async () => {
  const tenant = await setUp()
  const query = (after = '') => `subscription { deliveryUpdates${after && `(after: "${after}")`} { cursor gap } }`
  await Promise.all(Array.from({ length: 2 }, () => tenant.createEndpoint(receiver.url)))
  const first = watchSocket(app.url, tenant.key, query())
  await subscribed(1)
  // Of 900 changes made at once, a row of the log holds 500.
  await tenant.publishMany(Array.from({ length: 300 }, () => ({ type: 'a.b', data: 1 })))
  await first.until((messages) => messages.length === 900)
  first.stop()
  await app.database.pool.query('DELETE FROM delivery_changes WHERE organization_id = $1', [tenant.organizationId])
  await tenant.publish('a.b')
  const resumed = async (seen: number) => {
    const watch = watchSocket(app.url, tenant.key, query(first.messages[seen - 1].deliveryUpdates.cursor))
    await watch.until((messages) => messages.length === 3)
    watch.stop()
    return watch.messages.map(({ deliveryUpdates }) => deliveryUpdates.gap)
  }
  expect(await resumed(499)).toEqual([true, false, false])
  expect(await resumed(500)).toEqual([true, false, false])
  expect(await resumed(899)).toEqual([true, false, false])
  expect(await resumed(900)).toEqual([false, false, false])
})

test('a change that nobody announced, since its process was killed right after the commit, is found all the same', async () => {
  const tenant = await setUp()
  const deaf = { ...createLocalBus(), subscribe: async () => () => {} }
  const feed = createDeliveryFeed({ pool: app.database.pool, bus: deaf, safetyMs: 20 })
  const updates = await feed.subscribe(tenant, {})
  const next = updates.next()
  const eventId = await tenant.publish('a.b')
  expect((await next).value?.change.event.id).toBe(eventId)
  updates.close()
})

test('a bus that fails to subscribe fails that subscriber, and not those after', async () => {
  const tenant = await setUp()
  const bus = createLocalBus()
  const failing: LiveBus['subscribe'] = () => Promise.reject(new Error('away'))
  const shaky = { ...bus, subscribe: failing }
  const feed = createDeliveryFeed({ pool: app.database.pool, bus: shaky })
  await expect(feed.subscribe(tenant, {})).rejects.toThrow('away')
  shaky.subscribe = bus.subscribe
  ;(await feed.subscribe(tenant, {})).close()
})

test('nobody is subscribed before what happens next is heard, also who came second (L1)', async () => {
  const tenant = await setUp()
  const { promise: heard, resolve } = Promise.withResolvers<void>()
  const bus = createLocalBus()
  const subscribe: LiveBus['subscribe'] = (...args) => heard.then(() => bus.subscribe(...args))
  const feed = createDeliveryFeed({ pool: app.database.pool, bus: { ...bus, subscribe } })
  let open = 0
  const both = [1, 2].map(async () => {
    const updates = await feed.subscribe(tenant, {})
    open++
    return updates
  })
  await tenant.publish('a.b')
  expect(open).toBe(0)
  resolve()
  for (const updates of await Promise.all(both)) updates.close()
  expect(open).toBe(2)
})

test('a subscription whose reading fails ends with an error and keeps no slot', async () => {
  const tenant = await setUp()
  const watch = watchSocket(app.url, tenant.key, UPDATES)
  await subscribed(1)
  const { pool } = app.database
  const query = pool.query.bind(pool)
  const failing = vi.spyOn(pool, 'query').mockImplementation(((...args: Parameters<typeof query>) => {
    const [asked] = args as unknown[]
    const isRead = typeof asked === 'object' && asked !== null && 'name' in asked && asked.name === 'read-changes'
    return isRead ? Promise.reject(new Error('the database went away')) : query(...args)
  }) as never)
  await tenant.publish('a.b')
  const reason = await watch.untilEnded()
  failing.mockRestore()
  expect(JSON.stringify(reason)).toContain('INTERNAL')
  expect(app.domain.subscriptions.count()).toBe(0)
})

test('who has seen what the database lost at a failover resumes without a gap, and misses nothing after it (L3)', async () => {
  const tenant = await setUp()
  const query = (after = '') =>
    `subscription { deliveryUpdates${after && `(after: "${after}")`} { cursor gap delivery { id status } } }`
  const first = watchSocket(app.url, tenant.key, query())
  await subscribed(1)
  await tenant.publish('a.b')
  await first.until((messages) => messages.length === 1)
  const { pool } = app.database
  const headOf = async () => {
    const { rows } = await pool.query('SELECT * FROM delivery_change_heads WHERE organization_id = $1', [
      tenant.organizationId,
    ])
    return rows[0]
  }
  const kept = await headOf()
  await app.deliver()
  await first.until((messages) => messages.length === 3)
  first.stop()

  // As a standby has it that the last statement had not reached.
  const values = [tenant.organizationId, kept.position]
  await pool.query('DELETE FROM delivery_changes WHERE organization_id = $1 AND position > $2', values)
  await pool.query(
    `UPDATE delivery_change_heads SET position = $2, previous = $3, started_at = started_at - interval '1 hour'
      WHERE organization_id = $1`,
    [...values, kept.previous],
  )
  await tenant.publish('a.b')
  const second = watchSocket(app.url, tenant.key, query(first.messages[2].deliveryUpdates.cursor))
  await second.until((messages) => messages.length === 1)
  expect(second.messages[0].deliveryUpdates).toMatchObject({ gap: false, delivery: { status: 'PENDING' } })
  await app.deliver()
  await second.until((messages) => messages.length === 3)
  expect(second.messages.slice(1)).toMatchObject([
    { deliveryUpdates: { gap: false, delivery: { status: 'SENDING' } } },
    { deliveryUpdates: { gap: false, delivery: { status: 'SUCCEEDED' } } },
  ])
  second.stop()
})
