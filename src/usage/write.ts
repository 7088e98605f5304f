import type pg from 'pg'
import { bucketInSql } from '../histogram.ts'
import { LIMITED, OK, type UsageRecord } from './usage-record.ts'

/** Batches that are counted at once at most. */
const BATCHES_AT_ONCE = 20

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
const KEY = ['organization_id', 'key_id', 'width', 'at', 'operation', 'status', 'tier', 'bucket']

/**
 * Counts batches into buckets: minutes from the records, hours, days and months from those minutes, each key by itself and
 * all keys of an organization together. One statement with the mark on the batch, so that each is counted exactly once,
 * whatever is killed when. Rows are taken in one order, so that two processes that count at once do not wait in a circle.
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
), cells AS (
  SELECT organization_id, coalesce(key_id, '') AS key_id, w.width, w.at, operation, status, tier, bucket,
    ${SUMS.map((name) => `sum(${name}) AS ${name}`).join(', ')}
  FROM minutes CROSS JOIN LATERAL (VALUES ('MINUTE'::usage_width, at), ('HOUR', date_trunc('hour', at, 'UTC')),
    ('DAY', date_trunc('day', at, 'UTC')), ('MONTH', date_trunc('month', at, 'UTC'))) w(width, at)
  GROUP BY GROUPING SETS ((organization_id, key_id, w.width, w.at, operation, status, tier, bucket),
    (organization_id, w.width, w.at, operation, status, tier, bucket))
), counted AS (
  INSERT INTO usage_buckets AS b (${[...KEY, ...SUMS].join(', ')})
  SELECT ${[...KEY, ...SUMS].join(', ')} FROM cells ORDER BY ${KEY.join(', ')}
  ON CONFLICT (${KEY.join(', ')}) DO UPDATE SET ${SUMS.map((name) => `${name} = b.${name} + excluded.${name}`).join(', ')}
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
