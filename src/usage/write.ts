import type pg from 'pg'
import { bucketInSql } from '../histogram.ts'
import { LIMITED, OK, type UsageRecord } from './usage-record.ts'

/** Batches that are counted at once at most: half a million requests, some seconds. */
const BATCHES_AT_ONCE = 100

/** A batch that is there already was written before, by a statement whose answer was lost. */
const INSERT = `
WITH batch AS (
  INSERT INTO usage_batches (id, created_at) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING id
)
INSERT INTO usage_records (batch_id, number, organization_id, key_id, tier, at, operation, outcome, status,
  duration_microseconds, request_bytes, response_bytes, ip, user_agent, error)
SELECT batch.id, r.ordinality, r."organizationId", r."keyId", r.tier, r.at, r.operation, r.outcome, r.status,
  r."durationMicroseconds", r."requestBytes", r."responseBytes", r.ip, r."userAgent", r.error
FROM batch, ROWS FROM (json_to_recordset($3::json) AS ("organizationId" text, "keyId" text, tier text, at timestamptz,
  operation text, outcome text, status int, "durationMicroseconds" int, "requestBytes" int, "responseBytes" int, ip text,
  "userAgent" text, error text)) WITH ORDINALITY AS r`

const SUMS = ['requests', 'failed', 'limited', 'duration_microseconds', 'request_bytes', 'response_bytes']
const SERIES = ['organization_id', 'key_id', 'operation', 'status', 'tier']
const BUCKET = ['series_id', 'width', 'at', 'bucket']
const sums = SUMS.map((name) => `sum(${name})::bigint AS ${name}`).join(', ')

/** The minutes with the series that they belong to. @param key an expression */
const part = (key: string) => `
  SELECT md5(concat_ws(E'\\x1f', organization_id, ${key}, operation, status, tier))::uuid AS series_id,
    organization_id, ${key} AS key_id, operation, status, tier, at, bucket, ${SUMS.join(', ')} FROM minutes`

/**
 * Counts batches into buckets: minutes from the records, hours, days and months from those minutes, each key by itself and
 * all keys of an organization together. One statement with the mark on the batch, so that each is counted exactly once,
 * whatever is killed when. Rows are taken in one order, so that two processes that count at once do not wait in a circle.
 * A series has its id from what it is made of: buckets are narrow, and need not know whether it was there before.
 */
const ROLL_UP = `
WITH batch AS (
  UPDATE usage_batches b SET rolled_at = $1 FROM (
    SELECT id FROM usage_batches WHERE rolled_at IS NULL ORDER BY id LIMIT ${BATCHES_AT_ONCE} FOR UPDATE SKIP LOCKED
  ) next WHERE b.id = next.id RETURNING b.id
), minutes AS MATERIALIZED (
  SELECT coalesce(organization_id, '') AS organization_id, coalesce(key_id, 'unknown') AS key_id,
    date_trunc('minute', at, 'UTC') AS at, operation, status, coalesce(tier, '') AS tier,
    ${bucketInSql('duration_microseconds')} AS bucket, count(*)::int AS requests,
    count(*) FILTER (WHERE outcome <> '${OK}')::int AS failed,
    count(*) FILTER (WHERE outcome IN (${LIMITED.map((outcome) => `'${outcome}'`).join(', ')}))::int AS limited,
    sum(duration_microseconds) AS duration_microseconds, sum(request_bytes) AS request_bytes,
    sum(response_bytes) AS response_bytes
  FROM usage_records WHERE batch_id = ANY (ARRAY(SELECT id FROM batch)) GROUP BY 1, 2, 3, 4, 5, 6, 7
), parts AS MATERIALIZED (
  ${part('key_id')} UNION ALL ${part("''")}
), known AS (
  INSERT INTO usage_series (id, ${SERIES.join(', ')})
  SELECT DISTINCT ON (series_id) series_id, ${SERIES.join(', ')} FROM parts ORDER BY series_id ON CONFLICT DO NOTHING
), cells AS (
  SELECT series_id, w.width, w.at, bucket, ${sums}
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

/** Writes a batch, once however often it is called with the same id. */
export async function writeBatch(pool: pg.Pool, id: string, now: Date, records: readonly UsageRecord[]): Promise<void> {
  await pool.query({ name: 'usage-write', text: INSERT, values: [id, now, JSON.stringify(records)] })
}

/** Organizations whose usage was counted, and which of their keys. */
export interface Counted {
  organizationId: string
  keyIds: string[]
}

/** Counts what waits. @returns what was counted, and whether more may wait */
export async function rollUp(pool: pg.Pool, now: Date): Promise<{ counted: Counted[]; more: boolean }> {
  const { rows } = await pool.query<Counted & { batches: number }>({
    name: 'usage-roll-up',
    text: ROLL_UP,
    values: [now],
  })
  return { counted: rows, more: rows[0]?.batches === BATCHES_AT_ONCE }
}
