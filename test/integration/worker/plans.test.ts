import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDatabase, type Database } from '../../../src/database/client.ts'
import { readConnection } from '../../../src/database/connection.ts'
import type { AttemptResult } from '../../../src/domain/deliveries/attempt-outcome.ts'
import { logAsSending } from '../../../src/domain/deliveries/log-as-sending.ts'
import { recordResults } from '../../../src/domain/deliveries/record-results.ts'
import { renewLeases } from '../../../src/domain/deliveries/renew-leases.ts'
import { createUndeliverable } from '../../../src/domain/deliveries/undeliverable.ts'
import { type NewEvent, storeEvents } from '../../../src/domain/events/store-events.ts'
import { runReplayBatch } from '../../../src/domain/replays/replay-batch.ts'
import { pruneDeliveryLog, pruneEvents } from '../../../src/domain/retention/prune-events.ts'
import { claimStream } from '../../../src/domain/streams/claim-stream.ts'
import { createIds, type MakeId } from '../../../src/lib/ids.ts'
import { type ClaimedDelivery, createClaimer } from '../../../worker/claim.ts'
import { decideOutcome } from '../../../worker/request-outcome.ts'
import { sweep } from '../../../worker/sweep.ts'
import type { Client } from '../../support/api.ts'
import { type App, silentLog, startApp } from '../../support/app.ts'
import { createStream } from '../../support/streams.ts'

// A connection caches its plans, and a plan made on empty tables stays cached until the tables are analyzed.
const STORED = 20_000
/** Table rows and index entries read. A statement that scans all rows of one status reads 5,000 and more. */
const READ_AT_MOST = 1_000
/** Retention removes 200 events at once, each with its delivery and the rows looked up with them. */
const READ_BY_REMOVAL = 5_000
/** Executions after which PostgreSQL has chosen between a generic and a custom plan. */
const UNTIL_PLANNED = 8

let app: App
let tenant: Client & { organizationId: string }
/** A database with one connection, so that its reads can be counted. */
let own: Database
let makeId: MakeId
let now: Date
let endpoints: Record<'enabled' | 'disabled' | 'busy' | 'stream' | 'unheard', string>
let claimed: ClaimedDelivery[] = []

beforeAll(async () => {
  app = await startApp()
  own = createDatabase({ pooled: readConnection(app.database.url), maxConnections: 1 })
  makeId = createIds(app.clock)
  now = app.clock.now()
  tenant = await app.tenant()
  for (const type of ['a.b', 'c.d', 'e.f', 'g.h']) await tenant.createType(type)
  const endpoint = async (type: string): Promise<string> =>
    (await tenant.createEndpoint('http://127.0.0.1:9/', { eventTypes: [type] })).webhookEndpoint.id
  const stream = async (type: string) => (await createStream(tenant, { eventTypes: [type] })).endpointId
  endpoints = {
    ...{ enabled: await endpoint('a.b'), disabled: await endpoint('a.b'), busy: await endpoint('c.d') },
    ...{ stream: await stream('e.f'), unheard: await stream('g.h') },
  }
  await app.database.pool.query('UPDATE webhook_endpoints SET enabled = false WHERE id = $1', [endpoints.disabled])
  for (const table of ['events', 'deliveries', 'delivery_index', 'attempts', 'delivery_changes'])
    await app.database.pool.query(`ALTER TABLE ${table} SET (autovacuum_enabled = off)`)
})
afterAll(async () => {
  await own.stop()
  await app.stop()
})

const deliveryIdTime = () => makeId('dlv').slice(4, 14)
const event = (): NewEvent => ({
  ...{ id: makeId('evt'), organizationId: tenant.organizationId, type: 'a.b', channels: [], body: Buffer.from('{}') },
  ...{ idempotencyKey: null, idempotencyHash: null, publishedBy: null, publishedByName: null, requestId: null },
})

function accepted(delivery: ClaimedDelivery): AttemptResult {
  const exchange = { statusCode: 204, headers: null, body: null, error: null, durationMicroseconds: 1 }
  return {
    ...{ attemptId: makeId('att'), delivery, request: null, exchange, startedAt: now },
    outcome: decideOutcome(delivery, exchange, now, () => 0),
  }
}

const STATEMENTS: Record<string, (pool: pg.Pool) => Promise<unknown>> = {
  'store one': (pool) => storeEvents(pool, [event()], 'ordinary', now, deliveryIdTime()),
  'store some': (pool) => storeEvents(pool, [event(), event()], 'ordinary', now, deliveryIdTime()),
  'store some with keys': (pool) =>
    storeEvents(pool, [event(), { ...event(), idempotencyKey: makeId('evt') }], 'ordinary', now, deliveryIdTime()),
  'store many deliveries': (pool) => storeEvents(pool, [event(), event()], 'large', now, deliveryIdTime()),
  'keep leases': (pool) => renewLeases(pool, claimed, { now, leaseSeconds: 60, includeExpired: true }),
  'log sending': (pool) => logAsSending(pool, claimed),
  record: (pool) => recordResults(pool, claimed.map(accepted), { now, makeId }),
  async undeliverable(pool) {
    const aside = createUndeliverable({ ...app, pool, log: silentLog, onMoved: () => {} })
    aside.move([['dlv_none', 1, 'HELD']])
    await aside.idle()
  },
  reclaim: (pool) => sweep(pool, 'reclaim', now),
  release: (pool) => sweep(pool, 'releaseHeld', now),
  hold: (pool) => sweep(pool, 'holdWaiting', now),
  'cancel held': (pool) => sweep(pool, 'cancelHeld', now),
  'cancel waiting': (pool) => sweep(pool, 'cancelWaiting', now),
  'claim stream': (pool) =>
    claimStream(
      pool,
      { organizationId: tenant.organizationId, endpointId: endpoints.stream },
      { now, limit: 10, maxBytes: 1_000_000, leaseSeconds: 60 },
    ),
  'hold unheard': (pool) => sweep(pool, 'holdUnheard', now),
  replay: (pool) => runReplayBatch(pool, { now, deliveryIdTime: deliveryIdTime() }),
  'remove changes': (pool) => pruneDeliveryLog(pool, now, 86_400),
  'remove events': (pool) => pruneEvents(pool, now, ''),
}

async function claim(limit: number, claimer: ReturnType<typeof createClaimer>): Promise<void> {
  claimed = (await claimer.claim({ now, limit, leaseSeconds: 60, fullOrganizations: [] })).deliveries
}

/** Stores deliveries in four states with nothing to do, old log entries, and a replay that is nearly complete. */
async function fill(): Promise<void> {
  // One connection, so that its own reads are flushed to the statistics before counting starts.
  const client = await app.database.pool.connect()
  const { organizationId } = tenant
  const id = "lpad(n::text, 26, '0')"
  await client.query(
    `INSERT INTO events (id, organization_id, type, body, created_at)
      SELECT 'evt_' || ${id}, $1, 'a.b', '{}', $2 FROM generate_series(1, ${STORED}) n`,
    [organizationId, now],
  )
  await client.query(
    `INSERT INTO deliveries (id, organization_id, event_id, endpoint_id, status, trigger, attempt_count, scheduled_attempts,
        version, created_at, updated_at, next_attempt_at, lease_until)
      SELECT 'dlv_' || ${id}, $1, 'evt_' || ${id}, endpoint_id, status::delivery_status, 'SCHEDULED', 1, 1, 3, $2, $2,
        CASE status WHEN 'RETRYING' THEN $3::timestamptz END, CASE status WHEN 'SENDING' THEN $3::timestamptz END
      FROM generate_series(1, ${STORED}) n JOIN (VALUES
        (0, 'SUCCEEDED', $4), (1, 'HELD', $5), (2, 'RETRYING', $4), (3, 'SENDING', $6)
      ) AS s(nth, status, endpoint_id) ON nth = (n - 1) * 4 / ${STORED}`,
    [organizationId, now, new Date(now.getTime() + 3_600_000), endpoints.enabled, endpoints.disabled, endpoints.busy],
  )
  // The deliveries of the last events are dead, so that the replay sends them again.
  await client.query(
    `UPDATE deliveries SET status = 'DEAD', endpoint_id = $1, lease_until = NULL WHERE id > 'dlv_' || lpad('${STORED - 5}', 26, '0')
      AND id < 'dlv_01'`,
    [endpoints.enabled],
  )
  // Two streams with due deliveries: one with a listener, and one without, where a sweep holds them.
  for (const [n, id] of [endpoints.stream, endpoints.unheard].entries())
    await client.query(
      `UPDATE deliveries SET endpoint_id = $1, status = CASE WHEN id < 'dlv_' || lpad($3, 26, '0') THEN 'PENDING' ELSE status END,
        next_attempt_at = CASE WHEN id < 'dlv_' || lpad($3, 26, '0') THEN $4::timestamptz END
        WHERE id >= 'dlv_' || lpad($2, 26, '0') AND id < 'dlv_' || lpad($5, 26, '0')`,
      [id, String(2_500 + 1_000 * n), String(2_510 + 1_000 * n), now, String(3_500 + 1_000 * n)],
    )
  await client.query(
    `INSERT INTO stream_listeners (id, organization_id, endpoint_id, lease_until)
      VALUES ('lsn_1', $1, $2, $3::timestamptz + interval '1 hour')`,
    [organizationId, endpoints.stream, now],
  )
  await client.query(
    `INSERT INTO delivery_index SELECT id, organization_id, event_id, endpoint_id, created_at FROM deliveries
      ON CONFLICT DO NOTHING`,
  )
  await client.query(
    `INSERT INTO delivery_changes (organization_id, position, previous, part, changes, created_at)
      SELECT $1, n, n - 1, 0, '[]', $2::timestamptz - interval '2 days' FROM generate_series(1, ${STORED}) n`,
    [organizationId, now],
  )
  await client.query(
    `INSERT INTO replays (id, organization_id, endpoint_id, types, statuses, status, cursor, created_by, created_at, updated_at)
      SELECT 'rpl_1', $1, $2, '{}', '{}', 'RUNNING', 'evt_' || lpad('${STORED - 10}', 26, '0'), 'key_1', $3, $3`,
    [organizationId, endpoints.enabled, now],
  )
  await client.query('SELECT pg_stat_force_next_flush()')
  client.release()
}

/** Rows read so far by `own` and by closed connections. */
async function countReads(): Promise<number> {
  await own.pool.query('SELECT pg_stat_force_next_flush()')
  const { rows } = await app.database.pool.query(`SELECT (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes)::int
    + (SELECT sum(coalesce(idx_tup_fetch, 0) + seq_tup_read) FROM pg_stat_user_tables)::int AS count`)
  return rows[0].count
}

describe('query plan', () => {
  test('statements of the hot paths read few rows, also when they were planned in an empty database', async () => {
    const claimer = createClaimer(app.database.pooled)
    for (let n = 0; n < UNTIL_PLANNED; n++) {
      await claim(1, claimer)
      for (const run of Object.values(STATEMENTS)) await run(own.pool)
    }
    await fill()

    const reads = new Map<string, number>()
    let before = await countReads()
    const note = async (name: string) => {
      const after = await countReads()
      reads.set(name, after - before)
      before = after
    }
    await claim(10, claimer)
    await claimer.stop()
    await note('claim')
    const answers = new Map<string, unknown>()
    for (const [name, run] of Object.entries(STATEMENTS)) {
      answers.set(name, await run(own.pool))
      await note(name)
    }

    const isDear = ([name, count]: [string, number]) => count > (/^remove/.test(name) ? READ_BY_REMOVAL : READ_AT_MOST)
    expect([...reads].filter(isDear)).toEqual([])
    // The statements had rows to process.
    expect(claimed).toHaveLength(10)
    expect(answers.get('claim stream')).toMatchObject({ deliveries: Array(10).fill({ endpoint_id: endpoints.stream }) })
    const held = "SELECT FROM deliveries WHERE status = 'HELD' AND endpoint_id = $1"
    expect((await app.database.pool.query(held, [endpoints.unheard])).rowCount).toBe(10)
    expect(answers.get('remove events')).toMatchObject({ removed: 200 })
    expect(answers.get('remove changes')).toBe(true)
    expect(answers.get('replay')).toMatchObject({ id: 'rpl_1', status: 'COMPLETED' })
    const again = "SELECT FROM deliveries WHERE trigger = 'REPLAY' AND attempt_count > 0"
    expect((await app.database.pool.query(again)).rowCount).toBe(5)
  })
})
