import { deliveryChannel, endpointChannel, type LiveBus } from './bus.ts'

/** What a statement's CTE `changed` has to have of delivery `d`, besides `event_type` and `endpoint_url`. */
export const CHANGED = `d.id, d.organization_id, d.status, d.trigger, d.attempt_count, d.version, d.next_attempt_at,
  d.explanation, d.created_at, d.updated_at, d.event_id, d.endpoint_id`

/**
 * The column `sending` of `changed`, of a statement that moves deliveries `d` which may be SENDING, and then says that nothing of
 * them is untold: what they were like meanwhile, if the log does not have it yet.
 */
export const SENDING = `CASE WHEN old.untold THEN json_build_array(old.trigger, old.attempt_count, old.next_attempt_at,
  old.explanation, old.updated_at) END AS sending`

/**
 * How far positions go on after PostgreSQL was started again. Subscribers may have seen a few of the last ones before it lost
 * them: a failover forgets what was not replicated. None is given twice, or who resumes from one would miss the second.
 */
const POSITIONS_LEFT_OUT = 1_000_000
/** Entries in one row of the log at most, of one change or two: what a subscriber holds in memory at a time. */
const CHANGES_IN_A_PART = 500

/**
 * CTEs that append what is in `changed` to the log, in the same statement and so in the same commit. The row of an
 * organization's head stays locked until then: positions are committed in order and each names the one before, which is what
 * lets a reader go on after a position and know that it misses nothing. Who has it holds up every statement that changes
 * deliveries of the organization, whatever others it is about; so what is to be written is made before.
 *
 * @param after a CTE that locks rows too, or takes long. It is run first: every statement takes the heads last, so that
 *   none waits for another in a circle.
 * @param withSending whether `changed` has `sending` too, which makes two changes of an entry
 */
export function logChanges(after?: string, withSending = false): string {
  return `
parts AS MATERIALIZED (
  SELECT organization_id, part, json_agg(change) AS changes FROM (
    SELECT organization_id, (row_number() OVER (PARTITION BY organization_id) - 1) / ${CHANGES_IN_A_PART} AS part,
      json_build_array(id, status, trigger, attempt_count, version, next_attempt_at, explanation, created_at, updated_at,
        event_id, event_type, endpoint_id, endpoint_url${withSending ? ', sending' : ''}) AS change
    FROM changed
  ) c GROUP BY organization_id, part
), heads AS (
  -- The first position is a time, for the same reason: the head itself may be lost and made anew.
  INSERT INTO delivery_change_heads AS h (organization_id, position, previous, started_at)
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

/** Tells whoever watches that the log of these organizations has grown; called after the commit. */
export function announce(bus: LiveBus, organizationIds: Iterable<string>): void {
  for (const organizationId of new Set(organizationIds)) bus.publish(deliveryChannel(organizationId), [organizationId])
}

/** Tells that the settings or the health of an endpoint changed; called after the commit. */
export function announceEndpoint(bus: LiveBus, organizationId: string, endpointId: string): void {
  bus.publish(endpointChannel(organizationId), [endpointId])
}
