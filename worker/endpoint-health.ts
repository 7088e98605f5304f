import { countCreated } from '../src/domain/deliveries/count-deliveries.ts'
import { deliveryId, register } from '../src/domain/events/fan-out.ts'
import { ENDPOINT_DISABLED_PATTERNS, ENDPOINT_DISABLED_TYPE } from '../src/domain/events/system-events.ts'
import type { MakeId } from '../src/lib/ids.ts'
import { OWN_FAULTS, type Result } from './attempt-outcome.ts'

/** Effect of a batch of results on the health of one endpoint. */
interface HealthUpdate {
  endpointId: string
  /** Failures after the last success of the batch, or all of them without a success. */
  failures: number
  recovered: boolean
  /** True when the receiver answered 410. */
  gone: boolean
  message: string | null
}

/**
 * Error codes that do not count as failures of the endpoint: faults of Signalbox, and a receiver that asks for fewer
 * requests.
 */
const NOT_COUNTED = [...Object.keys(OWN_FAULTS), 'RATE_LIMITED']

/** One entry per endpoint of the batch, in the order in which rows are locked. */
export function healthUpdates(results: readonly Result[]): HealthUpdate[] {
  const byEndpoint = new Map<string, HealthUpdate>()
  for (const { delivery, outcome } of results) {
    const { endpoint_id: endpointId, trigger } = delivery
    if (trigger === 'TEST' || NOT_COUNTED.includes(outcome.errorCode ?? '')) continue
    const known = byEndpoint.get(endpointId)
    const entry = known ?? { endpointId, failures: 0, recovered: false, gone: false, message: null }
    byEndpoint.set(endpointId, entry)
    // A 410 disables the endpoint, whatever the receiver answered later.
    if (entry.gone) continue
    if (outcome.errorCode === null) Object.assign(entry, { failures: 0, recovered: true, message: null })
    else Object.assign(entry, { failures: entry.failures + 1, message: outcome.message })
    if (outcome.errorCode === 'GONE') entry.gone = true
  }
  return [...byEndpoint.values()].sort((a, b) => (a.endpointId < b.endpointId ? -1 : 1))
}

export function healthColumns(entries: readonly HealthUpdate[], makeId: MakeId): unknown[] {
  return [
    entries.map(({ endpointId }) => endpointId),
    entries.map(({ failures }) => failures),
    entries.map(({ recovered }) => recovered),
    entries.map(({ gone }) => gone),
    entries.map(({ message }) => message),
    entries.map(({ failures }) => (failures > 0 ? makeId('aud') : null)),
    entries.map(({ failures }) => (failures > 0 ? makeId('evt') : null)),
  ]
}

/**
 * CTEs of the statement that records results: health of the endpoint, the disabling, the audit entry, and the system
 * event for subscribers. The commit that records the last failure also disables the endpoint; an endpoint that stays
 * healthy has no row changed.
 *
 * @param after a CTE that locks rows before these CTEs do
 */
export function disableFailing(after: string): string {
  return `
health AS (
  INSERT INTO endpoint_health AS s (endpoint_id, consecutive_failures, failing_since, last_failure_at, last_failure)
  SELECT a.endpoint_id, a.failures, CASE WHEN a.failures > 0 THEN clock.now END,
    CASE WHEN a.failures > 0 THEN clock.now END, a.message
  FROM clock CROSS JOIN ailing a LEFT JOIN endpoint_health s USING (endpoint_id)
  WHERE (a.failures > 0 OR s.consecutive_failures > 0) AND (SELECT count(*) FROM ${after}) >= 0
    -- A batch is written again when the answer to its first writing was lost; the first writing has counted its failures.
    -- Attempts are found one by one: without statistics, a join is planned as a scan of all attempts.
    AND (a.failures = 0 OR (SELECT sum(written.count) FROM input i CROSS JOIN LATERAL (
      SELECT count(*) FROM attempts t WHERE t.id = i.attempt_id) written) = 0)
  ORDER BY a.endpoint_id
  ON CONFLICT (endpoint_id) DO UPDATE SET
    consecutive_failures = CASE WHEN (SELECT recovered FROM ailing a WHERE a.endpoint_id = s.endpoint_id) THEN 0
      ELSE s.consecutive_failures END + excluded.consecutive_failures,
    failing_since = CASE WHEN (SELECT recovered FROM ailing a WHERE a.endpoint_id = s.endpoint_id)
      THEN excluded.failing_since ELSE coalesce(s.failing_since, excluded.failing_since) END,
    last_failure_at = coalesce(excluded.last_failure_at, s.last_failure_at),
    last_failure = coalesce(excluded.last_failure, s.last_failure)
  RETURNING endpoint_id, consecutive_failures
), disabled AS (
  UPDATE webhook_endpoints e SET enabled = false, updated_at = clock.now, disabled_reason = CASE WHEN a.gone THEN a.message
    ELSE format('Disabled after %s failures in a row. The last: %s', h.consecutive_failures, a.message) END
  FROM health h JOIN ailing a USING (endpoint_id), clock
  WHERE e.id = h.endpoint_id AND e.enabled AND e.deleted_at IS NULL
    AND (a.gone OR (a.failures > 0 AND h.consecutive_failures >= e.disable_after_failures))
  RETURNING e.id, e.organization_id, e.url, e.disabled_reason, h.consecutive_failures, a.audit_id, a.event_id
), audited AS (
  INSERT INTO audit_entries (id, organization_id, actor, action, resource, outcome, details, created_at)
  SELECT audit_id, organization_id, 'system', 'webhookEndpoint.disable', id, 'SUCCEEDED',
    jsonb_build_object('reason', disabled_reason), clock.now
  FROM disabled, clock
), event AS (
  INSERT INTO events (id, organization_id, type, body, created_at)
  SELECT event_id, organization_id, '${ENDPOINT_DISABLED_TYPE}', convert_to(json_build_object('id', event_id,
      'type', '${ENDPOINT_DISABLED_TYPE}', 'timestamp', to_char(clock.now AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
      'organizationId', organization_id, 'data', json_build_object('endpointId', id, 'url', url,
        'reason', disabled_reason, 'consecutiveFailures', consecutive_failures), 'previous', null, 'metadata', null)::text, 'UTF8'),
    clock.now
  FROM disabled, clock RETURNING id, organization_id, type
), fanned AS (
  INSERT INTO deliveries AS d
    (id, organization_id, event_id, endpoint_id, status, trigger, next_attempt_at, created_at, updated_at)
  SELECT ${deliveryId('substr(v.id, 5, 10)', 'v.id', 'e.id')},
    v.organization_id, v.id, e.id, 'PENDING', 'SCHEDULED', clock.now, clock.now, clock.now
  FROM event v JOIN disabled x ON x.event_id = v.id
  JOIN webhook_endpoints e ON e.organization_id = v.organization_id AND e.enabled AND e.deleted_at IS NULL AND e.id <> x.id
    AND e.event_types && ARRAY['${ENDPOINT_DISABLED_PATTERNS.join("', '")}'], clock
  RETURNING d.*, '${ENDPOINT_DISABLED_TYPE}' AS event_type
), ${register('fanned')}, ${countCreated('fanned')}`
}
