import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createPool } from '../../../src/database/client.ts'
import { storeEvents } from '../../../src/domain/events/store-events.ts'
import { runReplayBatch } from '../../../src/domain/replays/replay-batch.ts'
import { createIds } from '../../../src/lib/ids.ts'
import { type App, startApp } from '../../support/app.ts'
import { startReceiver } from '../../support/receiver.ts'

// Every delivery is in the index. A delivery missing there would be listed nowhere and never be pruned.
let app: App
const receiver = await startReceiver()
beforeAll(async () => {
  app = await startApp()
  receiver.respond((_request, response) => response.writeHead(500).end())
})
afterAll(async () => {
  await app.stop()
  await receiver.stop()
})

const COLUMNS = 'id, organization_id, event_id, endpoint_id, created_at'
const all = async (pool: pg.Pool, table: string) =>
  (await pool.query<{ id: string }>(`SELECT ${COLUMNS} FROM ${table} ORDER BY id`)).rows
const replay = `mutation ($id: ID!) { replayCreate(input: { endpointId: $id }) {
  ... on ReplayCreatePayload { replay { id count } } ... on Error { message } } }`

async function setUp() {
  const tenant = await app.tenant()
  await tenant.createType('a.b')
  const endpoint = async (more = {}): Promise<string> =>
    (await tenant.createEndpoint(receiver.url, more)).webhookEndpoint.id
  return Object.assign(tenant, { endpoint })
}

describe('delivery index', () => {
  test('every way to create a delivery adds the delivery to the index', async () => {
    const { pool } = app.database
    const tenant = await setUp()
    const made = async () => (await all(pool, 'deliveries')).length
    await tenant.publish('a.b')
    const failing = await tenant.endpoint({ disableAfterFailures: 1 })
    await tenant.endpoint({ eventTypes: ['a.b', 'webhook.endpoint.disabled'], disableAfterFailures: null })
    await tenant.publish('a.b')
    expect(await made()).toBe(2)
    await tenant.publishMany([1, 2, 3].map((n) => ({ type: 'a.b', data: { n } })))
    expect(await made()).toBe(8)
    const makeId = createIds(app.clock)
    const event = {
      ...{ id: makeId('evt'), organizationId: tenant.organizationId, type: 'a.b' },
      channels: [],
      body: Buffer.from('{}'),
    }
    const publisher = { publishedBy: 'key_1', publishedByName: 'Shop', requestId: 'r1' }
    const stored = [{ ...event, idempotencyKey: null, idempotencyHash: null, ...publisher }]
    await storeEvents(pool, stored, 'large', app.clock.now(), makeId('dlv').slice(4, 14))
    expect(await made()).toBe(10)
    await tenant.ask('mutation ($id: ID!) { webhookEndpointTest(id: $id) { __typename } }', { id: failing })
    expect(await made()).toBe(11)
    // Delivers the system event about the endpoint that was disabled.
    await app.deliver()
    expect(await made()).toBe(12)
    const late = await tenant.endpoint()
    expect(await tenant.ask(replay, { id: late })).toMatchObject({ replay: { count: 6 } })
    expect(await made()).toBe(18)

    expect(await all(pool, 'delivery_index')).toEqual(await all(pool, 'deliveries'))
    const { rows } = await pool.query(
      `SELECT v.type, v.published_by, count(*)::int FROM delivery_index r JOIN events v ON v.id = r.event_id
        WHERE r.published_by IS NOT DISTINCT FROM v.published_by GROUP BY 1, 2 ORDER BY 1, 2`,
    )
    expect(rows).toEqual([
      { type: 'a.b', published_by: tenant.keyId, count: 13 },
      { type: 'a.b', published_by: 'key_1', count: 3 },
      { type: 'webhook.endpoint.disabled', published_by: null, count: 1 },
      { type: 'webhook.test', published_by: tenant.keyId, count: 1 },
    ])
  })

  const waiting = async () =>
    (
      await app.database.pool.query(
        "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
      )
    ).rowCount

  /** Two running replays to an endpoint, and a function that processes a page of one of them. */
  async function twoReplays(tenant: Awaited<ReturnType<typeof setUp>>, endpointId: string) {
    const { pool } = app.database
    await pool.query(
      `INSERT INTO replays (id, organization_id, endpoint_id, types, statuses, status, created_by, created_at, updated_at)
      SELECT $2 || n, $1, $2, '{}', '{}', 'RUNNING', 'key_1', $3, $3 FROM generate_series(1, 2) n`,
      [tenant.organizationId, endpointId, app.clock.now()],
    )
    return {
      page: (n: 1 | 2, deliveryIdTime = '01aaaaaaaa', connection = pool) =>
        runReplayBatch(connection, { now: app.clock.now(), replayId: `${endpointId}${n}`, deliveryIdTime }),
      counts: async () =>
        (await pool.query('SELECT count FROM replays WHERE endpoint_id = $1 ORDER BY id', [endpointId])).rows.map(
          ({ count }) => Number(count),
        ),
    }
  }

  const three = [1, 2, 3].map((n) => ({ type: 'a.b', data: { n } }))

  test.each([
    ['events without a delivery', { dead: false, version: 1 }],
    ['dead deliveries', { dead: true, version: 4 }],
  ])('two concurrent replays of %s send each delivery once', async (_what, { dead, version }) => {
    const { pool } = app.database
    const tenant = await setUp()
    const more = { retryPolicy: { maxAttempts: 1 }, disableAfterFailures: null }
    const early = dead && (await tenant.endpoint(more))
    await tenant.publishMany(three)
    if (dead) await app.deliver()
    const endpointId = early || (await tenant.endpoint(more))
    const replays = await twoReplays(tenant, endpointId)
    const first = createPool({ connectionString: app.database.url, max: 1 })
    await first.query('BEGIN')
    await replays.page(1, '01aaaaaaaa', first)
    const second = replays.page(2, '01bbbbbbbb')
    await vi.waitFor(async () => expect(await waiting()).toBe(1))
    await first.query('COMMIT')
    await second
    await first.end()

    const { rows } = await pool.query('SELECT id, version FROM deliveries WHERE endpoint_id = $1', [endpointId])
    expect(rows.map((row) => row.version)).toEqual([version, version, version])
    expect(await replays.counts()).toEqual([3, 0])
    expect(await all(pool, 'delivery_index')).toEqual(await all(pool, 'deliveries'))
  })

  test('a replay that waits for a locked delivery does not block a publish to its endpoint', async () => {
    const tenant = await setUp()
    const endpointId = await tenant.endpoint({ retryPolicy: { maxAttempts: 1 }, disableAfterFailures: null })
    await tenant.publish('a.b')
    await app.deliver()
    // The replay creates and counts a delivery for the event that the endpoint did not receive.
    await app.database.pool.query("UPDATE webhook_endpoints SET event_types = '{}' WHERE id = $1", [endpointId])
    await tenant.publish('a.b')
    await app.database.pool.query("UPDATE webhook_endpoints SET event_types = '{*}' WHERE id = $1", [endpointId])
    const { page, counts } = await twoReplays(tenant, endpointId)
    const holder = createPool({ connectionString: app.database.url, max: 1 })
    await holder.query('BEGIN')
    await holder.query("SELECT FROM deliveries WHERE endpoint_id = $1 AND status = 'DEAD' FOR UPDATE", [endpointId])
    const replayed = page(1)
    await vi.waitFor(async () => expect(await waiting()).toBe(1))
    await tenant.publish('a.b')
    expect(await waiting()).toBe(1)
    await holder.query('COMMIT')
    await replayed
    await holder.end()
    expect(await counts()).toEqual([2, 0])
  })
})
