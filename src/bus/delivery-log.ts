import { deliveryChannel, endpointChannel, type LiveBus } from './bus.ts'

/** Columns that the CTE `changed` needs of delivery `d`, besides `event_type` and `endpoint_url`. */
export const CHANGED = `d.id, d.organization_id, d.status, d.trigger, d.attempt_count, d.version, d.next_attempt_at,
  d.status_reason, d.created_at, d.updated_at, d.event_id, d.endpoint_id`

/**
 * Column `sending` of the CTE `changed`, for statements that move deliveries out of SENDING: the SENDING state, unless
 * the log has that state already.
 *
 * @param was SQL for the row before the change
 */
export const sendingState = (was: string) => `
  CASE WHEN ${was}.status = 'SENDING' AND ${was}.sending_unlogged THEN json_build_array(${was}.trigger, ${was}.attempt_count,
    ${was}.next_attempt_at, ${was}.status_reason, ${was}.updated_at) END AS sending`

/**
 * Distance that positions jump after a restart of PostgreSQL. A crash or failover may forget the last positions that
 * subscribers saw, and a position given twice would hide a change from a resuming subscriber.
 */
const POSITIONS_LEFT_OUT = 1_000_000
/** Maximum entries of one log row, which bounds the memory of a subscriber. */
const CHANGES_IN_A_PART = 500

/**
 * CTEs that append the rows of `changed` to the delivery log in the same statement and commit. The organization's head
 * row stays locked until the commit: positions commit in order and each names the one before, so a reader that
 * continues after a position misses nothing. The lock blocks every statement that changes deliveries of the
 * organization, so rows are prepared before it is taken.
 *
 * @param after a CTE that locks rows or runs long; runs first, because every statement locks the heads last, which
 *   prevents deadlocks
 * @param withSending true when `changed` has the column `sending`, which adds a second change to an entry
 */
export function logChanges(after?: string, withSending = false): string {
  return `
parts AS MATERIALIZED (
  SELECT organization_id, part, json_agg(change) AS changes FROM (
    SELECT organization_id, (row_number() OVER (PARTITION BY organization_id) - 1) / ${CHANGES_IN_A_PART} AS part,
      json_build_array(id, status, trigger, attempt_count, version, next_attempt_at, status_reason, created_at, updated_at,
        event_id, event_type, endpoint_id, endpoint_url${withSending ? ', sending' : ''}) AS change
    FROM changed
  ) c GROUP BY organization_id, part
), heads AS (
  -- The first position is a time, for the same reason: the head itself may be lost and made anew.
  INSERT INTO delivery_log_heads AS h (organization_id, position, previous, started_at)
  SELECT organization_id, extract(epoch FROM now())::bigint, 0, pg_postmaster_start_time()
  FROM parts WHERE part = 0 ${after ? `AND (SELECT count(*) FROM ${after}) >= 0` : ''}
  ORDER BY organization_id
  ON CONFLICT (organization_id) DO UPDATE SET previous = h.position, started_at = excluded.started_at,
    position = h.position + CASE WHEN h.started_at = excluded.started_at THEN 1 ELSE ${POSITIONS_LEFT_OUT} END
  RETURNING organization_id, position, previous
), logged AS (
  INSERT INTO delivery_changes (organization_id, position, previous, part, changes, created_at)
  SELECT h.organization_id, h.position, h.previous, p.part, p.changes, now() FROM heads h JOIN parts p USING (organization_id)
)`
}

/** Announces that the delivery logs of organizations have grown. Called after the commit. */
export function notifyLogGrew(bus: LiveBus, organizationIds: Iterable<string>): void {
  for (const organizationId of new Set(organizationIds)) bus.publish(deliveryChannel(organizationId), [organizationId])
}

/** Announces changed settings or health of an endpoint. Called after the commit. */
export function notifyEndpointChanged(bus: LiveBus, organizationId: string, endpointId: string): void {
  bus.publish(endpointChannel(organizationId), [endpointId])
}
