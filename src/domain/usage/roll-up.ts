import type pg from 'pg'
import { PEOPLE } from './usage-record.ts'

/** Maximum batches of one roll-up: half a million requests, a few seconds. */
const BATCHES_AT_ONCE = 250

const SUMS = ['requests', 'failed', 'limited', 'duration_microseconds', 'request_bytes', 'response_bytes']
/** Columns of each bucket of a series. */
const LISTS = ['bucket', ...SUMS]
const SERIES = ['organization_id', 'key_id', 'operation', 'status', 'tier']
const BUCKET = ['series_id', 'width', 'at', 'bucket']
/** @param table the table of the columns */
const sums = (table: string) => SUMS.map((name) => `sum(${table}.${name})::bigint AS ${name}`).join(', ')

/** SQL for the minutes with their series. @param key an expression, @param of the CTE with the minutes */
const part = (key: string, of: string) => `
  SELECT md5(concat_ws(E'\\x1f', organization_id, ${key}, operation, status, tier))::uuid AS series_id,
    organization_id, ${key} AS key_id, operation, status, tier, at, bucket, ${SUMS.join(', ')} FROM ${of}`

/**
 * Counts batches into buckets: minutes from the counts of each batch; hours, days and months from those minutes; each
 * key alone, all keys of an organization together, and its people apart. The statement empties the batches it counts, so each is counted
 * exactly once, whichever process is killed. Rows are locked in one order, so that two roll-ups cannot deadlock, and
 * the id of a series is a hash of its parts, so that no look-up is needed.
 */
const ROLL_UP = `
WITH batch AS MATERIALIZED (
  SELECT id, counts FROM usage_batches WHERE counts IS NOT NULL ORDER BY id LIMIT ${BATCHES_AT_ONCE} FOR UPDATE SKIP LOCKED
), emptied AS (
  UPDATE usage_batches SET counts = NULL WHERE id = ANY (ARRAY(SELECT id FROM batch))
), minutes AS MATERIALIZED (
  SELECT organization_id, key_id, at, operation, status, tier, n.bucket, ${sums('n')}
  FROM batch CROSS JOIN LATERAL json_to_recordset(counts) AS c(organization_id text, key_id text, at timestamptz, operation text,
    status int, tier text, ${LISTS.map((name) => `${name} bigint[]`).join(', ')})
  CROSS JOIN LATERAL unnest(${LISTS.map((name) => `c.${name}`).join(', ')}) AS n(${LISTS.join(', ')})
  GROUP BY 1, 2, 3, 4, 5, 6, 7
), of_all AS (
  SELECT organization_id, at, operation, status, tier, bucket, ${sums('minutes')} FROM minutes
  WHERE key_id <> '${PEOPLE}' GROUP BY 1, 2, 3, 4, 5, 6
), parts AS MATERIALIZED (
  ${part('key_id', 'minutes')} UNION ALL ${part("''", 'of_all')}
), known AS (
  INSERT INTO usage_series (id, ${SERIES.join(', ')})
  SELECT DISTINCT ON (series_id) series_id, ${SERIES.join(', ')} FROM parts ORDER BY series_id ON CONFLICT DO NOTHING
), cells AS (
  SELECT series_id, w.width, w.at, bucket, ${sums('parts')}
  FROM parts CROSS JOIN LATERAL (VALUES ('MINUTE'::usage_width, at), ('HOUR', date_trunc('hour', at, 'UTC')),
    ('DAY', date_trunc('day', at, 'UTC')), ('MONTH', date_trunc('month', at, 'UTC'))) w(width, at)
  GROUP BY 1, 2, 3, 4
), counted AS (
  INSERT INTO usage_buckets AS b (${[...BUCKET, ...SUMS].join(', ')})
  SELECT ${[...BUCKET, ...SUMS].join(', ')} FROM cells ORDER BY ${BUCKET.join(', ')}
  ON CONFLICT (${BUCKET.join(', ')}) DO UPDATE SET ${SUMS.map((name) => `${name} = b.${name} + excluded.${name}`).join(', ')}
)
SELECT organization_id AS "organizationId", array_agg(DISTINCT key_id) AS "keyIds", (SELECT count(*)::int FROM batch) AS batches
FROM minutes GROUP BY 1`

/** Organizations with newly counted usage, with their keys. */
export interface Counted {
  organizationId: string
  keyIds: string[]
}

/** Runs one roll-up. @returns the counted organizations, and true in `more` when batches may be left */
export async function rollUp(pool: pg.Pool): Promise<{ counted: Counted[]; more: boolean }> {
  const { rows } = await pool.query<Counted & { batches: number }>({ text: ROLL_UP })
  return { counted: rows, more: rows[0]?.batches === BATCHES_AT_ONCE }
}
