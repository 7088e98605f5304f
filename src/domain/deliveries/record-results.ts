import type pg from 'pg'
import { auditChannel, type LiveBus } from '../../bus/bus.ts'
import { notifyEndpointChanged, notifyLogGrew } from '../../bus/delivery-log.ts'
import { hasSqlState, SQL_STATE } from '../../database/sql-state.ts'
import { bucketOf } from '../../lib/histogram.ts'
import type { MakeId } from '../../lib/ids.ts'
import { redactLocation } from '../../lib/redact-url.ts'
import { type AttemptResult, OWN_FAULTS } from './attempt-outcome.ts'

/** Endpoints changed by a batch of results. */
export interface RecordedResults {
  healthChanged: string[]
  /** Those of them with a failed last attempt. */
  failing: string[]
  /** Endpoints that are disabled now. */
  disabled: string[]
  /** Audit entries of the disabled endpoints. */
  audited: { organizationId: string; id: string }[]
}

/**
 * Records results, at most one per delivery, by one call of `record_results_v3` (prisma/functions). A result whose
 * version is no longer that of the delivery moves nothing: its attempt is recorded and counts for the health of the
 * endpoint, not for statistics.
 *
 * @param options.now null takes the clock of the database
 */
export const recordResults = (
  pool: pg.Pool,
  results: readonly AttemptResult[],
  options: RecordOptions,
): Promise<RecordedResults> => record(pool, 'record_results_v3', results, options)

/**
 * Records results of listeners, as `recordResults`, except that a result with a lost lease changes nothing at all.
 *
 * @returns also the results with a lease
 */
export async function recordLeased(
  pool: pg.Pool,
  results: readonly AttemptResult[],
  options: RecordOptions,
): Promise<{ recorded: RecordedResults; leased: readonly AttemptResult[] }> {
  const recorded = await record(pool, 'record_leased_v1', results, options)
  if (recorded.lost.length === 0) return { recorded, leased: results }
  // Nothing was recorded: the health of endpoints depends on the whole batch.
  const leased = results.filter(({ delivery }) => !recorded.lost.includes(delivery.id))
  return leased.length === 0 ? { recorded, leased } : recordLeased(pool, leased, options)
}

interface RecordOptions {
  now: Date | null
  makeId: MakeId
}

async function record(
  pool: pg.Pool,
  statement: 'record_results_v3' | 'record_leased_v1',
  results: readonly AttemptResult[],
  options: RecordOptions,
): Promise<RecordedResults & { lost: string[] }> {
  const health = healthUpdates(results).map((update) => healthRow(update, options.makeId))
  const write = async (updates: readonly HealthRow[]) => {
    const { rows } = await pool.query<{ health_changed: string[]; disabled: string[]; lost?: string[] }>({
      text: `SELECT * FROM ${statement}($1, $2, $3)`,
      values: [options.now, storable(JSON.stringify(results.map(resultRow))), JSON.stringify(updates)],
    })
    const { health_changed: healthChanged, disabled, lost = [] } = rows[0]!
    const failing = updates.flatMap(({ endpoint_id: id, failures }) =>
      failures > 0 && healthChanged.includes(id) ? [id] : [],
    )
    return { healthChanged, failing, disabled, audited: auditEntries(results, updates, disabled), lost }
  }
  try {
    return await write(health)
  } catch (error) {
    if (!hasSqlState(error, SQL_STATE.foreignKeyViolation)) throw error
    // An endpoint was removed with its organization during the request, and health refers to it.
    return write(await withEndpoint(pool, health))
  }
}

/** Announces recorded results: to subscribers of deliveries, of endpoints, and of the audit trail. */
export function announceResults(bus: LiveBus, results: readonly AttemptResult[], recorded: RecordedResults): void {
  notifyLogGrew(
    bus,
    results.map(({ delivery }) => delivery.organization_id),
  )
  for (const { delivery } of results)
    if (recorded.healthChanged.includes(delivery.endpoint_id))
      notifyEndpointChanged(bus, delivery.organization_id, delivery.endpoint_id)
  for (const { organizationId, id } of recorded.audited) bus.publish(auditChannel(organizationId), [id])
}

/** The updates of endpoints that still exist. */
async function withEndpoint(pool: pg.Pool, updates: readonly HealthRow[]): Promise<HealthRow[]> {
  const { rows } = await pool.query<{ id: string }>({
    text: 'SELECT id FROM webhook_endpoints WHERE id = ANY($1)',
    values: [updates.map(({ endpoint_id }) => endpoint_id)],
  })
  const existing = new Set(rows.map(({ id }) => id))
  return updates.filter(({ endpoint_id }) => existing.has(endpoint_id))
}

function auditEntries(results: readonly AttemptResult[], health: readonly HealthRow[], disabled: readonly string[]) {
  const organizations = new Map(results.map(({ delivery }) => [delivery.endpoint_id, delivery.organization_id]))
  return health.flatMap(({ endpoint_id, audit_id }) =>
    audit_id !== undefined && disabled.includes(endpoint_id)
      ? [{ organizationId: organizations.get(endpoint_id)!, id: audit_id }]
      : [],
  )
}

function resultRow({ attemptId, delivery, request, exchange, outcome, startedAt }: AttemptResult) {
  return {
    delivery_id: delivery.id,
    claimed_version: delivery.version,
    attempt_id: attemptId,
    event_type: delivery.event_type,
    attempt_trigger: delivery.trigger,
    started_ms: startedAt.getTime(),
    request,
    duration_microseconds: exchange.durationMicroseconds,
    duration_bucket: bucketOf(exchange.durationMicroseconds),
    status_code: exchange.statusCode,
    response_headers: redactLocation(exchange.headers),
    response_body_base64: exchange.body?.toString('base64'),
    error_code: outcome.errorCode,
    message: outcome.message,
    outcome_status: outcome.status,
    outcome_reason: outcome.statusReason,
    scheduled: outcome.scheduled ? 1 : 0,
    retry_after_seconds: outcome.retryAfterSeconds,
    keeps_trigger: outcome.errorCode !== null && outcome.errorCode in OWN_FAULTS,
  }
}

type HealthRow = ReturnType<typeof healthRow>

function healthRow({ endpointId, failures, hasRecovered, isGone, message }: HealthUpdate, makeId: MakeId) {
  return {
    endpoint_id: endpointId,
    failures,
    has_recovered: hasRecovered,
    is_gone: isGone,
    message,
    ...(failures > 0 && { audit_id: makeId('aud'), event_id: makeId('evt') }),
  }
}

/** Effect of a batch of results on the health of one endpoint. */
interface HealthUpdate {
  endpointId: string
  /** Failures after the last success of the batch, or all of them without a success. */
  failures: number
  hasRecovered: boolean
  /** True when the receiver answered 410. */
  isGone: boolean
  /** Message of the last failure; null when the last attempt was accepted. */
  message: string | null
}

/**
 * Error codes that do not count as failures of the endpoint: faults of Signalbox, and a receiver that asks for fewer
 * requests.
 */
const NOT_COUNTED = [...Object.keys(OWN_FAULTS), 'RATE_LIMITED']

/** One update per endpoint of the batch, in the order in which rows are locked. Test deliveries do not count. */
function healthUpdates(results: readonly AttemptResult[]): HealthUpdate[] {
  const byEndpoint = new Map<string, HealthUpdate>()
  for (const { delivery, outcome } of results) {
    const { endpoint_id: endpointId, trigger } = delivery
    if (trigger === 'TEST' || NOT_COUNTED.includes(outcome.errorCode ?? '')) continue
    const known = byEndpoint.get(endpointId)
    const update = known ?? { endpointId, failures: 0, hasRecovered: false, isGone: false, message: null }
    byEndpoint.set(endpointId, update)
    // A 410 disables the endpoint, whatever the receiver answered later.
    if (update.isGone) continue
    if (outcome.errorCode === null) Object.assign(update, { failures: 0, hasRecovered: true, message: null })
    else Object.assign(update, { failures: update.failures + 1, message: outcome.message })
    if (outcome.errorCode === 'GONE') update.isGone = true
  }
  return [...byEndpoint.values()].sort((a, b) => (a.endpointId < b.endpointId ? -1 : 1))
}

/** PostgreSQL's jsonb has no NUL. A hostile receiver must not fail a batch with results of other receivers. */
function storable(json: string): string {
  return json.replaceAll('\\u0000', '\\ufffd')
}
