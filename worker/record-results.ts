import type pg from 'pg'
import { CHANGED, logChanges, sendingState } from '../src/bus/delivery-log.ts'
import type { Answer, Prepared } from '../src/database/exchange.ts'
import { WAKE_CHANNEL } from '../src/domain/events/notify-channel.ts'
import type { MakeId } from '../src/lib/ids.ts'
import { OWN_FAULTS, type Result } from './attempt-outcome.ts'
import { disableFailing, healthColumns, healthUpdates } from './endpoint-health.ts'
import { answerOf, batchColumns, INPUT, kindOf } from './result-columns.ts'

/** Columns of a result returned with its moved row, so that the rest of the statement joins nothing again. */
const RESULT = 'i.attempt_id, i.duration, i.bucket, i.started_ms, i.kind, i.answer'

/**
 * Records a batch of results in one statement: moves the deliveries, inserts the attempts, updates counters and the
 * health of endpoints, and disables endpoints that failed too often. A delivery moves only while its version is the
 * claimed one; a late attempt is recorded all the same, because the receiver saw it, and an attempt recorded before is
 * left alone.
 *
 * The log entry of a result includes the SENDING state before it, so that claims need not write the log: they would
 * wait for the log head of every organization. Long attempts are logged by worker/log-sending.ts.
 *
 * Rows are locked in one order in every statement: counters, health, endpoints, log heads. Results of two workers for
 * the same deliveries may still deadlock and are then written again.
 */
const SETTLE = `
WITH clock AS (
  SELECT coalesce($1::timestamptz, now()) AS now
), ${INPUT}, ailing AS (
  SELECT * FROM unnest($21::text[], $22::int[], $23::bool[], $24::bool[], $25::text[], $26::text[], $27::text[])
    AS a(endpoint_id, failures, recovered, gone, message, audit_id, event_id)
), moved AS (
  UPDATE deliveries d SET
    status = ${kindOf('i', 'status')}, version = d.version + 1, attempt_count = d.attempt_count + 1,
    scheduled_attempts = d.scheduled_attempts + ${kindOf('i', 'scheduled')},
    -- A failure on Signalbox's side does not count, so the next attempt keeps the trigger.
    trigger = CASE WHEN d.trigger = 'TEST' OR ${kindOf('i', 'errorCode')} IN ('${Object.keys(OWN_FAULTS).join("', '")}') THEN d.trigger
      ELSE 'SCHEDULED'::attempt_trigger END,
    next_attempt_at = clock.now + ${kindOf('i', 'retryAfterSeconds')} * interval '1 second', lease_until = NULL,
    explanation = coalesce(${kindOf('i', 'statusReason')}, ${kindOf('i', 'message')}), updated_at = clock.now
  FROM input i, clock, deliveries old WHERE d.id = i.id AND d.version = i.version AND old.id = i.id
  RETURNING ${CHANGED}, ${RESULT}, ${sendingState('old', 'd.untold')}
), late AS (
  UPDATE deliveries d SET attempt_count = d.attempt_count + 1 FROM input i
  -- Compares the counts first: when every delivery has moved, PostgreSQL evaluates nothing else.
  WHERE (SELECT count(*) FROM moved) < (SELECT count(*) FROM input) AND d.id = i.id
    AND NOT EXISTS (SELECT FROM moved m WHERE m.id = i.id)
    -- A count, because EXISTS may be planned as a scan of all attempts.
    AND (SELECT count(*) FROM attempts a WHERE a.id = i.attempt_id) = 0
  RETURNING ${CHANGED}, ${RESULT}, NULL::json AS sending
), recorded AS (
  INSERT INTO attempts (id, organization_id, delivery_id, number, trigger, status_code, response_headers, response_body,
    duration_microseconds, error_code, explanation, started_at, next_attempt_at)
  SELECT attempt_id, organization_id, id, attempt_count, ${kindOf('made', 'trigger')}, ${kindOf('made', 'statusCode')},
    ${answerOf('made', 'headers')}, ${answerOf('made', 'body')}, duration, ${kindOf('made', 'errorCode')},
    ${kindOf('made', 'message')}, to_timestamp(started_ms / 1000::float8), next_attempt_at
  FROM (SELECT * FROM moved UNION ALL SELECT * FROM late) made
  RETURNING 1
), stats AS (
  INSERT INTO delivery_stats AS s (endpoint_id, day, bucket, organization_id, attempts, failed_attempts, succeeded, dead,
    retries, duration_microseconds)
  SELECT m.endpoint_id, (clock.now AT TIME ZONE 'UTC')::date, m.bucket, m.organization_id, count(*), count(${kindOf('m', 'errorCode')}),
    count(*) FILTER (WHERE m.status = 'SUCCEEDED'), count(*) FILTER (WHERE m.status = 'DEAD'),
    coalesce(sum(m.attempt_count - 1) FILTER (WHERE m.status IN ('SUCCEEDED', 'DEAD')), 0), sum(m.duration)
  FROM moved m, clock WHERE (SELECT count(*) FROM recorded) >= 0 GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3
  ON CONFLICT (endpoint_id, day, bucket) DO UPDATE SET attempts = s.attempts + excluded.attempts,
    failed_attempts = s.failed_attempts + excluded.failed_attempts, succeeded = s.succeeded + excluded.succeeded,
    dead = s.dead + excluded.dead, retries = s.retries + excluded.retries,
    duration_microseconds = s.duration_microseconds + excluded.duration_microseconds
  RETURNING 1
), ${disableFailing('stats')}, changed AS (
  SELECT ${CHANGED}, ${kindOf('d', 'eventType')} AS event_type, e.url AS endpoint_url, d.sending
  FROM moved d JOIN webhook_endpoints e ON e.id = d.endpoint_id
  UNION ALL
  SELECT ${CHANGED}, d.event_type, e.url AS endpoint_url, NULL
  FROM fanned d JOIN webhook_endpoints e ON e.id = d.endpoint_id
), ${logChanges('counted', true)}, woken AS (
  -- Notifies the workers when a delivery is due at once, such as that of an endpoint-disabled event.
  SELECT pg_notify('${WAKE_CHANNEL}', '') FROM (
    SELECT FROM changed, clock WHERE next_attempt_at <= clock.now LIMIT 1
  ) any_due
)
SELECT (SELECT count(*) FROM woken) AS woken,
  array(SELECT endpoint_id FROM health) AS "healthChanged", array(SELECT id FROM disabled) AS disabled`

/** Endpoints changed by a batch of results. */
export interface RecordedResults {
  healthChanged: string[]
  /** Endpoints that are disabled now. */
  disabled: string[]
}

/** A pool, or another way to send statements to PostgreSQL. */
export interface Queryable {
  query<Row extends pg.QueryResultRow>(statement: Prepared): Promise<Answer<Row>>
}

/** Records results, at most one per delivery. */
export async function recordResults(
  database: Queryable,
  results: readonly Result[],
  options: { now: Date | null; makeId: MakeId },
): Promise<RecordedResults> {
  const { rows } = await database.query<RecordedResults>({
    name: 'settle',
    text: SETTLE,
    values: [options.now, ...batchColumns(results), ...healthColumns(healthUpdates(results), options.makeId)],
  })
  return rows[0]!
}
