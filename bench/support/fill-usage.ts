import type pg from 'pg'

/**
 * A year of usage of many keys of one organization, as it would have been counted: minutes of two days, hours of sixty, days and
 * months of all, of three operations, two statuses and four buckets of durations each.
 */
export async function fillUsage(pool: pg.Pool, organizationId: string, keys: number) {
  const now = new Date()
  await pool.query('TRUNCATE usage_records, usage_batches, usage_buckets')
  await pool.query(
    `INSERT INTO api_keys (id, organization_id, name, environment, display_prefix, permissions, tier, created_by, created_at)
     SELECT 'key_bench' || n, $1, 'Bench', 'LIVE', 'sb_live_xxxx', '{}', 'STANDARD', 'bench', now() FROM generate_series(1, $2) n`,
    [organizationId, keys],
  )
  // Minutes and hours of some keys only: nothing here reads them, and of all of them they would be a billion rows.
  const widths = [
    ['MINUTE', 2, 20],
    ['HOUR', 60, 60],
    ['DAY', 366, keys],
    ['MONTH', 366, keys],
  ] as const
  for (const [width, days, count] of widths) {
    const unit = width.toLowerCase()
    const fill = (who: string, source: string) =>
      pool.query(
        `INSERT INTO usage_buckets (organization_id, key_id, width, at, operation, status, tier, bucket, requests, failed, limited,
           duration_microseconds, request_bytes, response_bytes)
         SELECT $1, ${who}, '${width}', at, operation, status, 'STANDARD', bucket, 100, CASE WHEN status = 200 THEN 0 ELSE 100 END, 0,
           500000, 40000, 90000
         FROM ${source} generate_series(date_trunc('${unit}', $2::timestamptz - interval '${days} days', 'UTC'),
             $2::timestamptz, interval '1 ${unit}') at
         CROSS JOIN (VALUES ('deliveries', 200), ('events', 200), ('eventPublish', 200), ('eventPublish', 429)) o(operation, status)
         CROSS JOIN generate_series(22, 25) bucket`,
        [organizationId, now],
      )
    await fill(`'key_bench' || k`, `generate_series(1, ${count}) k CROSS JOIN`)
    await fill(`''`, '')
  }
  await pool.query('VACUUM ANALYZE usage_buckets')
  return { keyId: 'key_bench1', now }
}
