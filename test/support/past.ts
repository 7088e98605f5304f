import type pg from 'pg'

/** An hour of deliveries by minutes, as they would have been counted. */
const MINUTES = `
INSERT INTO delivery_minutes (organization_id, minute, bucket, created, attempts, failed_attempts)
SELECT $1, date_trunc('minute', now()) - ago * interval '1 minute', bucket,
  CASE WHEN bucket = -1 THEN 40 + round(18 * sin(ago / 7.0)) + (ago * 7919) % 9 ELSE 0 END,
  CASE WHEN bucket = -1 THEN 0 ELSE (40 + round(18 * sin(ago / 7.0)) + (ago * 104729) % 7) * share END,
  CASE WHEN bucket = 44 AND ago BETWEEN 18 AND 27 THEN 6 WHEN bucket = 44 THEN (ago * 31) % 2 ELSE 0 END
FROM generate_series(0, 59) ago, (VALUES (-1, 0), (32, 0.7), (36, 0.25), (44, 0.05)) b (bucket, share)
ON CONFLICT DO NOTHING`

/** A month of deliveries by days. */
const DAYS = `
INSERT INTO delivery_stats (endpoint_id, day, bucket, organization_id, created, attempts, failed_attempts, succeeded, dead)
SELECT id, (now() AT TIME ZONE 'UTC')::date - ago, 33, organization_id, made, made, made / 90, made - made / 300, made / 300
FROM (SELECT id, organization_id, row_number() OVER (ORDER BY id) AS nth FROM webhook_endpoints WHERE organization_id = $1) e,
  generate_series(1, 29) ago,
  LATERAL (SELECT ((900 + 400 * sin(ago / 3.5) + (ago * 7919) % 160) * CASE WHEN extract(isodow FROM now() - ago * interval '1 day') > 5
    THEN 0.45 ELSE 1 END / nth)::int AS made) m
ON CONFLICT DO NOTHING`

/** Requests of a key by hours of a week and by days of a month, as the roll-up would have counted them. */
const USAGE = `
INSERT INTO usage_buckets (series_id, width, at, bucket, requests, failed, limited, duration_microseconds, request_bytes, response_bytes)
SELECT s.id, w.width::usage_width, at, 24, made, CASE WHEN s.status = 200 THEN 0 ELSE made END, 0, made * 4200, made * 420, made * 910
FROM usage_series s, (VALUES ('MINUTE', '1 minute', '3 hours'), ('HOUR', '1 hour', '8 days'), ('DAY', '1 day', '30 days')) w (width, step, span),
  generate_series(date_trunc(lower(w.width), now() - w.span::interval, 'UTC'), now() - w.step::interval, w.step::interval) at,
  LATERAL (SELECT greatest(1, round((30 + 22 * sin(extract(epoch FROM at) / 20000) + extract(epoch FROM at)::bigint % 13)
    * extract(epoch FROM w.step::interval) / 3600 / CASE WHEN s.status = 200 THEN 1 ELSE 12 END))::bigint AS made) m
WHERE s.organization_id = $1
ON CONFLICT DO NOTHING`

/**
 * Gives organizations a past, so that charts show more than the minute in which they were made.
 *
 * @param counted resolves when the growth of the days was counted, which is not a part of the last hour
 */
export async function addPast(
  pool: pg.Pool,
  organizationIds: readonly string[],
  counted: () => Promise<unknown>,
): Promise<void> {
  for (const id of organizationIds) for (const statement of [DAYS, USAGE]) await pool.query(statement, [id])
  await counted()
  await pool.query('DELETE FROM delivery_minutes')
  for (const id of organizationIds) await pool.query(MINUTES, [id])
}
