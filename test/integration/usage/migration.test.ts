import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPool } from '../../../src/database/client.ts'
import { rollUp } from '../../../src/domain/usage/roll-up.ts'
import { cloneDatabase } from '../../support/database.ts'
import { migrateAnew } from '../../support/migrations.ts'
import { reconcile } from '../../support/usage.ts'

// U1: what was recorded before requests were stored by the batch is still there, and what was not counted is counted.
const BY_THE_BATCH = '20261121233907_usage_in_chunks'
let clone: Awaited<ReturnType<typeof cloneDatabase>>
let pool: pg.Pool

beforeAll(async () => {
  clone = await cloneDatabase()
  pool = createPool({ connectionString: clone.url, max: 1 })
})
afterAll(async () => {
  await pool.end()
  await clone.drop()
})

test('requests that were stored one by one are kept and counted by the migration to batches', async () => {
  await migrateAnew(pool, BY_THE_BATCH, fillBefore)
  const { rows } = await pool.query('SELECT * FROM usage_records ORDER BY batch_id, organization_id, key_id, number')
  expect(rows).toHaveLength(4 * 30)
  expect(rows.find(({ duration_microseconds }) => duration_microseconds === 7_000)).toMatchObject({
    ...{
      organization_id: 'org_1',
      key_id: 'key_1',
      tier: 'STANDARD',
      operation: 'op1',
      outcome: 'RATE_LIMITED',
      status: 429,
    },
    ...{ request_bytes: 7, response_bytes: 14, ip: '203.0.113.7', user_agent: 'it "says" \\so', error: null },
    at: new Date('2026-03-01T12:00:00.007Z'),
    chunk_key_ids: ['key_0', 'key_1'],
  })
  // The first batch had been counted already: nothing of it waits.
  expect((await pool.query('SELECT count(counts)::int AS waiting FROM usage_batches')).rows).toEqual([{ waiting: 3 }])
  await pool.query("DELETE FROM usage_chunks WHERE batch_id = '01890000-0000-7000-8000-000000000000'")
  await rollUp(pool)
  expect(await reconcile(pool)).toEqual({ requests: 3 * 30, differences: [] })
})

/** Four batches of thirty requests each, of two organizations and of keys that nobody has; the first of them counted. */
async function fillBefore(): Promise<void> {
  await pool.query(`
    INSERT INTO usage_batches (id, created_at, rolled_at)
    SELECT ('01890000-0000-7000-8000-00000000000' || b)::uuid, now(), CASE WHEN b = 0 THEN now() END FROM generate_series(0, 3) b;
    INSERT INTO usage_records (batch_id, number, organization_id, key_id, tier, at, operation, outcome, status,
      duration_microseconds, request_bytes, response_bytes, ip, user_agent, error)
    SELECT ('01890000-0000-7000-8000-00000000000' || b)::uuid, n, CASE n % 3 WHEN 0 THEN NULL ELSE 'org_' || n % 3 END,
      CASE n % 3 WHEN 0 THEN NULL ELSE 'key_' || n % 2 END, CASE n % 3 WHEN 0 THEN NULL ELSE 'STANDARD' END,
      '2026-03-01T12:00:00Z'::timestamptz + b * interval '40 seconds' + n * interval '1 millisecond', 'op' || n % 2,
      CASE n % 7 WHEN 0 THEN 'RATE_LIMITED' ELSE 'OK' END, CASE n % 7 WHEN 0 THEN 429 ELSE 200 END,
      n * 1000 + b, n, 2 * n, '203.0.113.7', 'it "says" \\so', NULL
    FROM generate_series(0, 3) b, generate_series(1, 30) n`)
}
