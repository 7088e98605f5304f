import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LOCKS } from '../../../src/database/locks.ts'
import { createRetention } from '../../../src/domain/retention/retention.ts'
import { type App, silentLog, startApp } from '../../support/app.ts'
import { type Receiver, startReceiver } from '../../support/receiver.ts'

// Data past its retention time is removed online, and pending deliveries are kept.
let app: App
let receiver: Receiver

beforeAll(async () => {
  app = await startApp()
  receiver = await startReceiver()
})
afterAll(async () => {
  await receiver.stop()
  await app.stop()
})

const DAYS = 30
const retention = (retentionDays = DAYS) =>
  createRetention({
    ...{ pool: app.database.pool, clock: app.clock, log: silentLog, retentionDays },
    ...{ usageRetentionDays: DAYS, auditRetentionDays: 365 },
  })
const days = (count: number) => count * 86_400
const count = async (table: string) => {
  const { rows } = await app.database.pool.query(`SELECT count(*)::int AS count FROM ${table}`)
  return rows[0].count as number
}
const sizes = async () => ({
  events: await count('events'),
  deliveries: await count('deliveries'),
  registered: await count('delivery_index'),
  attempts: await count('attempts'),
})

describe('retention', () => {
  test('events are removed with their deliveries and attempts after the retention time, and not before', async () => {
    const tenant = await app.tenant()
    await tenant.createType('old.event')
    await tenant.createEndpoint(receiver.url)
    // More than one batch.
    for (let n = 0; n < 5; n++)
      await tenant.publishMany(Array.from({ length: 100 }, (_, m) => ({ type: 'old.event', data: { n, m } })))
    await app.deliver()
    app.clock.advance(days(DAYS - 1))
    await tenant.publish('old.event', { young: true })
    await app.deliver()
    const before = await sizes()
    expect(before).toEqual({ events: 501, deliveries: 501, registered: 501, attempts: 501 })

    expect(await retention().removeAll()).toBe(0)
    expect(await sizes()).toEqual(before)
    app.clock.advance(days(1) + 1)
    expect(await retention(0).removeAll()).toBe(0)
    expect(await retention().removeAll()).toBe(500)
    expect(await sizes()).toEqual({ events: 1, deliveries: 1, registered: 1, attempts: 1 })
  })

  test('an event with an unfinished delivery is kept until the delivery is finished', async () => {
    const tenant = await app.tenant()
    await tenant.createType('held.event')
    const { webhookEndpoint } = await tenant.createEndpoint(receiver.url)
    await tenant.createEndpoint(receiver.url)
    await tenant.ask('mutation ($id: ID!) { webhookEndpointDisable(id: $id) { __typename } }', webhookEndpoint)
    const id = await tenant.publish('held.event', {})
    await app.deliver()
    app.clock.advance(days(DAYS) + 1)
    await retention().removeAll()
    const states = async () => {
      const { rows } = await app.database.pool.query(
        'SELECT status FROM deliveries WHERE event_id = $1 ORDER BY status',
        [id],
      )
      return rows.map(({ status }) => status)
    }
    expect(await states()).toEqual(['SUCCEEDED', 'HELD'])

    await tenant.ask('mutation ($id: ID!) { webhookEndpointEnable(id: $id) { __typename } }', webhookEndpoint)
    await app.deliver()
    expect(await states()).toEqual(['SUCCEEDED', 'EXPIRED'])
    expect(await retention().removeAll()).toBe(1)
    expect(await states()).toEqual([])
  })

  // The database has no foreign key from deliveries to events, so neither order may leave a delivery without its event.
  test('an event locked by a replay is kept, and an event being removed is not replayed', async () => {
    const tenant = await app.tenant()
    await tenant.createType('raced.event')
    const id = await tenant.publish('raced.event', {})
    app.clock.advance(days(DAYS) + 1)
    const replay = await app.database.pool.connect()
    await replay.query('BEGIN')
    await replay.query('SELECT id FROM events WHERE id = $1 FOR KEY SHARE', [id])
    await retention().removeAll()
    const left = await app.database.pool.query('SELECT id FROM events WHERE id = $1', [id])
    expect(left.rows).toEqual([{ id }])
    await replay.query('COMMIT')

    // Stands for a removal in progress: the replay waits for the row lock and finds the event gone.
    const { webhookEndpoint } = await tenant.createEndpoint(receiver.url)
    await replay.query('BEGIN')
    await replay.query('SELECT id FROM events WHERE id = $1 FOR UPDATE', [id])
    const replayed = tenant.ask(
      `mutation ($input: ReplayCreateInput!) { replayCreate(input: $input) { ... on ReplayCreatePayload { replay { count } } } }`,
      { input: { endpointId: webhookEndpoint.id } },
    )
    await isWaiting(1)
    await replay.query('DELETE FROM events WHERE id = $1', [id])
    await replay.query('COMMIT')
    replay.release()
    expect((await replayed).replay.count).toBe(0)
    expect(await orphans()).toBe(0)
  })

  test('an event is kept when its delivery is retried during removal', async () => {
    const tenant = await app.tenant()
    await tenant.createType('retried.event')
    await tenant.createEndpoint(receiver.url)
    const id = await tenant.publish('retried.event', {})
    await app.deliver()
    app.clock.advance(days(DAYS) + 1)
    const retry = await app.database.pool.connect()
    await retry.query('BEGIN')
    await retry.query("UPDATE deliveries SET status = 'PENDING', next_attempt_at = now() WHERE event_id = $1", [id])
    const removing = retention().removeAll()
    await isWaiting(1)
    await retry.query('COMMIT')
    retry.release()
    await removing
    const left = await app.database.pool.query('SELECT id FROM events WHERE id = $1', [id])
    expect(left.rows).toEqual([{ id }])
    expect(await orphans()).toBe(0)
  })

  const orphans = () => count('deliveries d WHERE NOT EXISTS (SELECT 1 FROM events v WHERE v.id = d.event_id)')

  /** Resolves when that number of statements waits for a lock. */
  async function isWaiting(statements: number): Promise<void> {
    const blocked = "pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    for (const started = performance.now(); (await count(blocked)) < statements; )
      if (performance.now() - started > 10_000) throw new Error(`Not ${statements} statements wait for a lock.`)
  }

  test('two processes do not remove concurrently', async () => {
    const client = await app.database.pool.connect()
    await client.query('BEGIN')
    await client.query('SELECT pg_advisory_xact_lock($1)', [LOCKS.retention])
    const tenant = await app.tenant()
    await tenant.createType('locked.event')
    await tenant.publish('locked.event', {})
    app.clock.advance(days(DAYS) + 1)
    expect(await retention().removeAll()).toBe(0)
    await client.query('ROLLBACK')
    client.release()
    expect(await retention().removeAll()).toBeGreaterThan(0)
  })

  test('the delivery log is kept for ten minutes', async () => {
    const tenant = await app.tenant()
    await tenant.createType('logged.event')
    await tenant.createEndpoint(receiver.url)
    await tenant.publish('logged.event', {})
    const changes = await count('delivery_changes')
    expect(changes).toBeGreaterThan(0)
    await app.database.pool.query("UPDATE delivery_changes SET created_at = $1::timestamptz - interval '599 seconds'", [
      app.clock.now(),
    ])
    await retention().removeAll()
    expect(await count('delivery_changes')).toBe(changes)
    app.clock.advance(2)
    await retention().removeAll()
    expect(await count('delivery_changes')).toBe(0)
  })

  test('usage records and short granularities are removed after their retention time, and days are kept', async () => {
    const tenant = await app.tenant()
    // A batch is removed by the time of its first record, and the clock has advanced since.
    await app.services.usageRecorder.flush()
    for (let n = 0; n < 3; n++) await tenant.request('{ viewer { id } }')
    await app.services.usageRecorder.flush()
    const widths = async () => {
      const { rows } = await app.database.pool.query(
        'SELECT array_agg(DISTINCT width::text ORDER BY width::text) AS widths FROM usage_buckets b JOIN usage_series s ON s.id = b.series_id WHERE organization_id = $1',
        [tenant.organizationId],
      )
      return rows[0].widths
    }
    app.clock.advance(days(DAYS - 1))
    await retention(0).removeAll()
    expect(await count('usage_records')).toBeGreaterThanOrEqual(3)
    expect(await widths()).toEqual(['DAY', 'HOUR', 'MONTH'])
    app.clock.advance(days(1) + 1)
    await retention(0).removeAll()
    expect([await count('usage_records'), await count('usage_batches')]).toEqual([0, 0])
    app.clock.advance(days(60))
    await retention(0).removeAll()
    expect(await widths()).toEqual(['DAY', 'MONTH'])
  })

  test('a usage batch that is not rolled up is kept at any age', async () => {
    await app.database.pool.query(
      "INSERT INTO usage_batches (id, created_at, counts) VALUES ('01000000-0000-7000-8000-000000000001', '2020-01-01', '[]')",
    )
    await retention(0).removeAll()
    expect(await count('usage_batches')).toBe(1)
    await app.database.pool.query('DELETE FROM usage_batches')
  })

  test('replays and bulk actions are removed 30 days after their start, once they ended', async () => {
    const tenant = await app.tenant()
    const { webhookEndpoint } = await tenant.createEndpoint(receiver.url)
    const start = () => [
      tenant.ask(`mutation { replayCreate(input: { endpointId: "${webhookEndpoint.id}" }) { __typename } }`),
      tenant.ask('mutation { bulkActionCreate(input: { kind: RETRY, filter: { statuses: [DEAD] } }) { __typename } }'),
    ]
    await Promise.all([...start(), ...start()])
    for (const table of ['replays', 'bulk_actions'])
      await app.database.pool.query(
        `UPDATE ${table} SET status = 'RUNNING' WHERE id = (SELECT min(id) FROM ${table} WHERE organization_id = $1)`,
        [tenant.organizationId],
      )
    app.clock.advance(days(29))
    await retention().removeAll()
    expect([await count('replays'), await count('bulk_actions')]).toEqual([2, 2])
    app.clock.advance(days(1) + 1)
    await retention().removeAll()
    expect([await count('replays'), await count('bulk_actions')]).toEqual([1, 1])
  })

  test('audit entries are removed after a year', async () => {
    const tenant = await app.tenant()
    const entries = async () => {
      const { rows } = await app.database.pool.query(
        'SELECT count(*)::int AS count FROM audit_entries WHERE organization_id = $1',
        [tenant.organizationId],
      )
      return rows[0].count
    }
    expect(await entries()).toBeGreaterThan(0)
    app.clock.advance(days(364))
    await retention(0).removeAll()
    expect(await entries()).toBeGreaterThan(0)
    app.clock.advance(days(1) + 1)
    await retention(0).removeAll()
    expect(await entries()).toBe(0)
  })
})
