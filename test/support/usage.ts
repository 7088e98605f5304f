import type pg from 'pg'

const SUMS = ['requests', 'failed', 'limited', 'duration', 'request_bytes', 'response_bytes'] as const

/** Compares every granularity of the roll-up with the figures computed from usage records. Each cell must be equal. */
export async function reconcile(pool: pg.Pool): Promise<{ requests: number; differences: unknown[] }> {
  const sums = (of: (name: string) => string) => SUMS.map((name) => `${of(name)} AS ${name}`).join(', ')
  const { rows } = await pool.query(`
    WITH raw AS (
      SELECT coalesce(organization_id, '') AS organization_id, k.key_id, w.width, date_trunc(lower(w.width), at, 'UTC') AS at,
        operation, status, coalesce(tier, '') AS tier, count(*) AS requests, count(*) FILTER (WHERE outcome <> 'OK') AS failed,
        count(*) FILTER (WHERE outcome IN ('RATE_LIMITED', 'QUOTA_EXCEEDED')) AS limited,
        sum(duration_microseconds) AS duration, sum(request_bytes) AS request_bytes, sum(response_bytes) AS response_bytes
      FROM usage_records r
      CROSS JOIN (VALUES ('MINUTE'), ('HOUR'), ('DAY'), ('MONTH')) w(width)
      CROSS JOIN LATERAL (VALUES (coalesce(r.key_id, 'unknown')), ('')) k(key_id)
      GROUP BY 1, 2, 3, 4, 5, 6, 7
    ), counted AS (
      SELECT organization_id, key_id, width::text, at, operation, status, tier,
        ${sums((name) => `sum(${name === 'duration' ? 'duration_microseconds' : name})`)}
      FROM usage_buckets b JOIN usage_series s ON s.id = b.series_id GROUP BY 1, 2, 3, 4, 5, 6, 7
    ), numbers AS (
      SELECT *, 'raw' AS of FROM raw UNION ALL SELECT *, 'counted' FROM counted
    )
    SELECT organization_id, key_id, width, at, operation, status, tier,
      ${SUMS.map((name) => `array_agg(${name}::text ORDER BY of) AS ${name}`).join(', ')}
    FROM numbers GROUP BY 1, 2, 3, 4, 5, 6, 7
    HAVING count(*) <> 2 OR ${SUMS.map((name) => `min(${name}) <> max(${name})`).join(' OR ')}`)
  const all = await pool.query('SELECT count(*)::int AS requests FROM usage_records')
  return { requests: all.rows[0].requests, differences: rows }
}
