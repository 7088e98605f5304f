import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type App, startApp } from '../../support/app.ts'

// A publish of one organization for very many endpoints does not delay other organizations.
let app: App
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.stop())

describe('large publish', () => {
  test('a large publish does not lock the delivery log or the statistics of its organization while storing', async () => {
    const large = await app.tenant()
    await large.createType('order.made')
    const { webhookEndpoint } = await large.createEndpoint('https://example.com/hook')
    await large.publish('order.made')
    const { pool } = app.database
    await pool.query(
      `INSERT INTO webhook_endpoints SELECT (jsonb_populate_record(e, jsonb_build_object('id', e.id || n, 'enabled', false))).*
     FROM webhook_endpoints e, generate_series(1, 59) n WHERE e.id = $1`,
      [webhookEndpoint.id],
    )
    await pool.query(`CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_advisory_xact_lock(42); RETURN NEW; END';
    CREATE TRIGGER hold BEFORE INSERT ON deliveries FOR EACH ROW EXECUTE FUNCTION hold()`)
    const locking = await pool.connect()
    await locking.query("SET lock_timeout = '1s'; SELECT pg_advisory_lock(42)")
    const published = large.publishMany(Array.from({ length: 50 }, () => ({ type: 'order.made', data: {} })))
    const waits = async () =>
      (await pool.query("SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 42 AND NOT granted")).rowCount
    await expect.poll(waits).toBe(1)
    const where = 'WHERE organization_id = $1'
    for (const locked of ['delivery_log_heads', 'delivery_stats'])
      expect((await locking.query(`SELECT FROM ${locked} ${where} FOR UPDATE`, [large.organizationId])).rowCount).toBe(
        1,
      )
    await locking.query('SELECT pg_advisory_unlock(42)')
    locking.release(true)
    expect(await published).toHaveLength(50)
    await pool.query('DROP TRIGGER hold ON deliveries')
  })

  test('a publish for very many endpoints is stored whole without delaying other organizations', async () => {
    const [large, other] = [await app.tenant(), await app.tenant()]
    for (const client of [large, other]) await client.createType('order.made')
    const { webhookEndpoint } = await large.createEndpoint('https://example.com/hook')
    // The endpoint is disabled, so its deliveries are held and not sent.
    await app.database.pool.query('UPDATE webhook_endpoints SET enabled = false WHERE id = $1', [webhookEndpoint.id])
    await app.database.pool.query(
      `INSERT INTO webhook_endpoints SELECT (jsonb_populate_record(e, jsonb_build_object('id', e.id || n))).*
     FROM webhook_endpoints e, generate_series(1, 59) n WHERE e.id = $1`,
      [webhookEndpoint.id],
    )
    const order: string[] = []
    const published = large.publishMany(Array.from({ length: 200 }, () => ({ type: 'order.made', data: {} })))
    await Promise.all([
      published.then(() => order.push('large')),
      other.publish('order.made').then(() => order.push('other')),
    ])
    expect(order).toEqual(['other', 'large'])
    const made = await app.database.pool.query(
      'SELECT count(*)::int AS count, count(DISTINCT event_id)::int AS events FROM deliveries WHERE event_id = ANY($1)',
      [await published],
    )
    expect(made.rows).toEqual([{ count: 200 * 60, events: 200 }])
  })

  test('a publish fails when another process holds its idempotency keys, and other organizations are not delayed', async () => {
    const [stuck, other] = [await app.tenant(), await app.tenant()]
    for (const tenant of [stuck, other]) await tenant.createType('order.made')
    const elsewhere = await app.database.pool.connect()
    await elsewhere.query('SET idle_in_transaction_session_timeout = 0; BEGIN')
    await elsewhere.query(
      `INSERT INTO events (id, organization_id, type, body, idempotency_key, created_at)
      SELECT 'evt_elsewhere' || key, $1, 'order.made', '', 'key' || key, now() FROM generate_series(1, 5) key`,
      [stuck.organizationId],
    )
    const publish = (key: number) => stuck.publish('order.made', {}, { idempotencyKey: `key${key}` })
    const refused = Promise.allSettled([1, 2, 3, 4, 5].map(publish))
    await expect(other.publish('order.made', {}, { idempotencyKey: 'key1' })).resolves.toMatch(/^evt_/)
    for (const { status, reason } of (await refused) as PromiseRejectedResult[]) {
      expect(status).toBe('rejected')
      expect(String(reason)).toMatch(/same idempotency keys.*Nothing was stored; try again.*OVERLOADED/)
    }
    await elsewhere.query('ROLLBACK')
    elsewhere.release(true)
    expect(new Set(await Promise.all([1, 2, 3, 4, 5].map(publish))).size).toBe(5)
  })
})
