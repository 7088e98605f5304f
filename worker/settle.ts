import type pg from 'pg'
import type { MakeId } from '../src/ids.ts'
import { CHANGE_COLUMNS, type DeliveryChangeRow } from '../src/live/delivery-change.ts'
import type { ClaimedRow } from './claim.ts'
import type { Outcome } from './outcome.ts'
import type { Exchange } from './send.ts'

/** A finished attempt that is to be recorded. */
export interface Result {
  /** Of the attempt, made before it is first written. */
  attemptId: string
  delivery: ClaimedRow
  exchange: Exchange
  outcome: Outcome
  startedAt: Date
}

/** The results as rows; both statements below take the same. */
const INPUT = `
  SELECT * FROM unnest($2::text[], $3::int[], $4::text[], $5::float8[], $6::int[], $7::text[], $8::text[], $9::text[],
      $10::int[], $11::text[], $12::bytea[], $13::int[], $14::text[], $15::text[], $16::timestamptz[], $17::text[])
    AS i(id, version, status, wait, scheduled, explanation, attempt_id, trigger, status_code, response_headers,
      response_body, duration, error_code, sentence, started_at, disable_audit_id)`

const INSERT_ATTEMPTS = `
  INSERT INTO attempts (id, organization_id, delivery_id, number, trigger, status_code, response_headers, response_body,
    duration_microseconds, error_code, explanation, started_at, next_attempt_at)
  SELECT i.attempt_id, m.organization_id, m.id, m.attempt_count, i.trigger::attempt_trigger, i.status_code,
    i.response_headers::jsonb, i.response_body, i.duration, i.error_code, i.sentence, i.started_at, m.next_attempt_at
  FROM moved m JOIN input i ON i.id = m.id`

/**
 * One statement for a batch of results: moves the deliveries, inserts the attempts, disables endpoints that are gone.
 * Only where the version is still the claimed one: who lost the lease meanwhile moves nothing.
 */
const SETTLE = `
WITH clock AS (
  SELECT coalesce($1::timestamptz, now()) AS now
), input AS (${INPUT}
), moved AS (
  UPDATE deliveries d SET
    status = i.status::delivery_status, version = d.version + 1, attempt_count = d.attempt_count + 1,
    scheduled_attempts = d.scheduled_attempts + i.scheduled,
    -- What was not really tried is still to be made for the same reason.
    trigger = CASE WHEN d.trigger = 'TEST' OR i.error_code IN ('INTERRUPTED', 'INTERNAL') THEN d.trigger
      ELSE 'SCHEDULED' END::attempt_trigger,
    next_attempt_at = clock.now + i.wait * interval '1 second', lease_until = NULL,
    explanation = i.explanation, updated_at = clock.now
  FROM input i, clock WHERE d.id = i.id AND d.version = i.version
  RETURNING d.*
), attempts AS (${INSERT_ATTEMPTS}
), gone AS (
  SELECT DISTINCT ON (m.endpoint_id) m.endpoint_id, i.sentence, i.disable_audit_id
  FROM moved m JOIN input i ON i.id = m.id WHERE i.disable_audit_id IS NOT NULL
), disabled AS (
  UPDATE webhook_endpoints e SET enabled = false, disabled_reason = gone.sentence, updated_at = clock.now
  FROM gone, clock WHERE e.id = gone.endpoint_id AND e.enabled
  RETURNING e.id, e.organization_id, e.disabled_reason, gone.disable_audit_id
), audited AS (
  INSERT INTO audit_entries (id, organization_id, actor, action, resource, outcome, details, created_at)
  SELECT disable_audit_id, organization_id, 'system', 'webhookEndpoint.disable', id, 'SUCCEEDED',
    jsonb_build_object('reason', disabled_reason), clock.now
  FROM disabled, clock
)
SELECT ${CHANGE_COLUMNS}, v.type AS event_type, e.url AS endpoint_url
FROM moved d JOIN events v ON v.id = d.event_id JOIN webhook_endpoints e ON e.id = d.endpoint_id`

/**
 * Results that came too late to move anything are recorded all the same: the receiver did see them. One that is recorded
 * already, because the answer to its first writing was lost, is left alone. $1 is the time of SETTLE, always null here, so
 * that both take the same columns. Answers with the deliveries as they are now.
 */
const RECORD_LATE = `
WITH input AS (${INPUT}
    WHERE $1::timestamptz IS NULL AND NOT EXISTS (SELECT 1 FROM attempts a WHERE a.id = i.attempt_id)
), moved AS (
  UPDATE deliveries d SET attempt_count = d.attempt_count + 1 FROM input i WHERE d.id = i.id RETURNING d.*
), attempts AS (${INSERT_ATTEMPTS}
)
SELECT ${CHANGE_COLUMNS}, v.type AS event_type, e.url AS endpoint_url
FROM deliveries d JOIN events v ON v.id = d.event_id JOIN webhook_endpoints e ON e.id = d.endpoint_id
WHERE d.id = ANY($2::text[])`

/**
 * Records results. At most one of each delivery in a batch.
 *
 * @returns the deliveries as they are now
 */
export async function settle(
  pool: pg.Pool,
  results: readonly Result[],
  options: { now: Date | null; makeId: MakeId },
): Promise<DeliveryChangeRow[]> {
  const { rows } = await pool.query<DeliveryChangeRow>({
    name: 'settle',
    text: SETTLE,
    values: [options.now, ...columns(results, options.makeId)],
  })
  if (rows.length < results.length) {
    const moved = new Set(rows.map((row) => row.id))
    const late = results.filter(({ delivery }) => !moved.has(delivery.id))
    const values = [null, ...columns(late, options.makeId)]
    const recorded = await pool.query<DeliveryChangeRow>({ name: 'record-late', text: RECORD_LATE, values })
    return [...rows, ...recorded.rows]
  }
  return rows
}

function columns(results: readonly Result[], makeId: MakeId): unknown[] {
  return [
    results.map(({ delivery }) => delivery.id),
    results.map(({ delivery }) => delivery.version),
    results.map(({ outcome }) => outcome.status),
    results.map(({ outcome }) => outcome.wait),
    results.map(({ outcome }) => (outcome.scheduled ? 1 : 0)),
    results.map(({ outcome }) => outcome.explanation),
    results.map(({ attemptId }) => attemptId),
    results.map(({ delivery }) => delivery.trigger),
    results.map(({ exchange }) => exchange.statusCode),
    results.map(({ exchange }) => exchange.headers && storable(JSON.stringify(exchange.headers))),
    results.map(({ exchange }) => exchange.body),
    results.map(({ exchange }) => exchange.durationMicroseconds),
    results.map(({ outcome }) => outcome.errorCode),
    results.map(({ outcome }) => outcome.sentence),
    results.map(({ startedAt }) => startedAt),
    results.map(({ outcome }) => (outcome.disable === null ? null : makeId('aud'))),
  ]
}

/** PostgreSQL's JSON has no NUL; a hostile receiver must not make a batch of other receivers' results fail. */
function storable(json: string): string {
  return json.replaceAll('\\u0000', '\\ufffd')
}
