import type pg from 'pg'

/**
 * A year of usage of many keys of one organization, as it would have been counted: minutes of a day, hours of eight, days and
 * months of all, of three operations, two statuses and four buckets of durations each.
 */
export async function fillUsage(pool: pg.Pool, organizationId: string, keys: number) {
  const now = new Date()
  await pool.query('TRUNCATE usage_chunks, usage_batches, usage_buckets, usage_series')
  await pool.query(
    `INSERT INTO api_keys (id, organization_id, name, environment, display_prefix, permissions, tier, created_by, created_at)
     SELECT 'key_bench' || n, $1, 'Bench', 'LIVE', 'sb_live_xxxx', '{}', 'STANDARD', 'bench', now() FROM generate_series(1, $2) n`,
    [organizationId, keys],
  )
  await pool.query(
    `INSERT INTO usage_series (id, organization_id, key_id, operation, status, tier)
     SELECT gen_random_uuid(), $1, key_id, operation, status, 'STANDARD'
     FROM (SELECT '' AS key_id UNION ALL SELECT 'key_bench' || n FROM generate_series(1, $2) n) k
     CROSS JOIN (VALUES ('deliveries', 200), ('events', 200), ('eventPublish', 200), ('eventPublish', 429)) o(operation, status)`,
    [organizationId, keys],
  )
  // Minutes of some keys only: nothing here reads them.
  const widths = [
    ['MINUTE', 1, 20],
    ['HOUR', 8, keys],
    ['DAY', 366, keys],
    ['MONTH', 366, keys],
  ] as const
  for (const [width, days, count] of widths) {
    const unit = width.toLowerCase()
    await pool.query(
      `INSERT INTO usage_buckets (series_id, width, at, bucket, requests, failed, limited, duration_microseconds, request_bytes,
         response_bytes)
       SELECT s.id, '${width}', at, bucket, 100, CASE WHEN status = 200 THEN 0 ELSE 100 END, 0, 500000, 40000, 90000
       FROM (SELECT * FROM usage_series WHERE key_id = ''
         OR CASE WHEN key_id LIKE 'key_bench%' THEN substr(key_id, 10)::int END <= ${count}) s
       CROSS JOIN generate_series(date_trunc('${unit}', $1::timestamptz - interval '${days} days', 'UTC'), $1::timestamptz,
         interval '1 ${unit}') at
       CROSS JOIN generate_series(22, 25) bucket`,
      [now],
    )
  }
  await pool.query('VACUUM ANALYZE usage_buckets, usage_series')
  return { keyId: 'key_bench1', now }
}
