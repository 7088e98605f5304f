import type pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createPool } from '../../prisma/client.ts'
import { storeEvents } from '../../src/events/store-events.ts'
import { createIds } from '../../src/ids.ts'
import { replayPage } from '../../src/webhooks/replay-page.ts'
import { type App, startApp } from '../support/app.ts'
import { cloneDatabase } from '../support/database.ts'
import { migrateAnew } from '../support/migrations.ts'
import { startReceiver } from '../support/receiver.ts'

// What is not in the register is in no list, and stays for ever: every delivery is in it, however it was made (D1, W10, O6).
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

const COLUMNS = 'id, organization_id, event_id, endpoint_id'
const all = async (pool: pg.Pool, table: string) =>
  (await pool.query(`SELECT ${COLUMNS} FROM ${table} ORDER BY id`)).rows as { id: string; event_id: string }[]
const replay = `mutation ($id: ID!) { deliveriesReplay(input: { endpointId: $id }) {
  ... on DeliveriesReplayPayload { replay { id } count } ... on Error { message } } }`

async function setUp() {
  const tenant = await app.tenant()
  await tenant.createType('a.b')
  const endpoint = async (more = {}): Promise<string> =>
    (await tenant.createEndpoint(receiver.url, more)).webhookEndpoint.id
  return Object.assign(tenant, { endpoint })
}

test('each way of making a delivery enters it', async () => {
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
    body: Buffer.from('{}'),
  }
  const stored = [{ ...event, idempotencyKey: null, idempotencyHash: null }]
  await storeEvents(pool, stored, 'large', app.clock.now(), makeId('dlv').slice(4, 14))
  expect(await made()).toBe(10)
  await tenant.ask('mutation ($id: ID!) { webhookEndpointTest(id: $id) { __typename } }', { id: failing })
  expect(await made()).toBe(11)
  // An event that tells of the endpoint which is disabled now.
  await app.deliver()
  expect(await made()).toBe(12)
  const late = await tenant.endpoint()
  expect(await tenant.ask(replay, { id: late })).toMatchObject({ count: 6 })
  expect(await made()).toBe(18)

  expect(await all(pool, 'delivery_register')).toEqual(await all(pool, 'deliveries'))
})

test('two replays of the same events at the same moment make one delivery of each', async () => {
  const { pool } = app.database
  const tenant = await setUp()
  await tenant.publishMany([1, 2, 3].map((n) => ({ type: 'a.b', data: { n } })))
  const endpointId = await tenant.endpoint()
  await pool.query(
    `INSERT INTO replays (id, organization_id, endpoint_id, types, statuses, status, created_by, created_at, updated_at)
      SELECT id, $1, $2, '{}', '{}', 'RUNNING', 'key_1', $3, $3 FROM unnest(ARRAY['rpl_1', 'rpl_2']) AS id`,
    [tenant.organizationId, endpointId, app.clock.now()],
  )
  const page = (replayId: string, deliveryIdTime: string, connection = pool) =>
    replayPage(connection, { now: app.clock.now(), replayId, deliveryIdTime })
  const first = createPool({ connectionString: app.database.url, max: 1 })
  await first.query('BEGIN')
  await page('rpl_1', '01aaaaaaaa', first)
  const second = page('rpl_2', '01bbbbbbbb')
  const waits = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
  await vi.waitFor(async () => expect((await pool.query(waits)).rowCount).toBe(1))
  await first.query('COMMIT')
  await second
  await first.end()

  const { rows } = await pool.query('SELECT id, version FROM deliveries WHERE endpoint_id = $1', [endpointId])
  expect(rows.map(({ id, version }) => [id.slice(0, 14), version])).toEqual(Array(3).fill(['dlv_01aaaaaaaa', 1]))
  const replays = await pool.query('SELECT id, status, count FROM replays WHERE endpoint_id = $1 ORDER BY id', [
    endpointId,
  ])
  expect(replays.rows.map(({ count }) => Number(count))).toEqual([3, 0])
  expect(await all(pool, 'delivery_register')).toEqual(await all(pool, 'deliveries'))
})

test('deliveries of the version before it are entered by its migration', async () => {
  const clone = await cloneDatabase()
  const pool = createPool({ connectionString: clone.url, max: 1 })
  await migrateAnew(pool, '20261123024023_delivery_register', () =>
    pool.query(`
      SET session_replication_role = 'replica';
      INSERT INTO deliveries (${COLUMNS}, status, trigger, created_at, updated_at)
      SELECT 'dlv_' || n, 'org_' || n % 2, 'evt_' || n / 3, 'whep_' || n % 3, 'SUCCEEDED', 'SCHEDULED', now(), now()
      FROM generate_series(10, 39) n`),
  )
  expect(await all(pool, 'delivery_register')).toEqual(await all(pool, 'deliveries'))
  expect(await all(pool, 'delivery_register')).toHaveLength(30)
  await pool.end()
  await clone.drop()
})
