import type pg from 'pg'
import { CHANGED, logChanges, sendingState } from '../src/bus/delivery-log.ts'
import { DELETED_REASON } from '../src/domain/deliveries/delivery-transitions.ts'
import { HELD_REASON } from '../src/domain/events/fan-out.ts'

/** Maximum rows that one of these statements moves. */
export const MOVED_AT_ONCE = 1_000

/**
 * A statement that changes the deliveries of the CTE `chosen`, which has the columns `id` and `was`, by the assignments
 * of `set`.
 */
export function move(chosen: string, set: string): string {
  return `
WITH RECURSIVE clock AS (
  SELECT coalesce($1::timestamptz, now()) AS now
), ${chosen}, changed AS (
  UPDATE deliveries d SET ${set}, version = d.version + 1, lease_until = NULL, sending_unlogged = false,
    updated_at = clock.now
  FROM chosen, clock, events v, webhook_endpoints e
  WHERE d.id = chosen.id AND v.id = d.event_id AND e.id = d.endpoint_id
  RETURNING ${CHANGED}, v.type AS event_type, e.url AS endpoint_url, ${sendingState('(chosen.was)')}
), ${logChanges(undefined, true)}
SELECT organization_id FROM changed`
}

const TO_QUEUE = `status = CASE WHEN d.attempt_count = 0 THEN 'PENDING' ELSE 'RETRYING' END::delivery_status`

/** Returns deliveries with an expired lease to the queue: their worker was killed or cut off. */
const RECLAIM = move(
  `chosen AS (
  SELECT d.id, d AS was FROM deliveries d, clock WHERE d.status = 'SENDING' AND d.lease_until < clock.now
  ORDER BY d.lease_until LIMIT ${MOVED_AT_ONCE} FOR UPDATE OF d SKIP LOCKED
)`,
  `${TO_QUEUE}, next_attempt_at = clock.now,
    status_reason = 'The worker that was sending it went away. It is sent again, so the receiver may see it twice.'`,
)

/** One row per endpoint with deliveries in these states, found without reading the deliveries in between. */
const endpointsWith = (states: string) => `
  (SELECT endpoint_id FROM deliveries WHERE ${states} ORDER BY endpoint_id LIMIT 1)
  UNION ALL
  SELECT (SELECT d.endpoint_id FROM deliveries d
    WHERE ${states} AND d.endpoint_id > w.endpoint_id ORDER BY d.endpoint_id LIMIT 1)
  FROM waiting w WHERE w.endpoint_id IS NOT NULL`

const HELD = "status = 'HELD'"
const QUEUED = "status IN ('PENDING', 'RETRYING')"

/**
 * Releases held deliveries of enabled endpoints in the order of their creation: the rest of a large release, and
 * deliveries held by a statement that still saw the endpoint disabled.
 */
const RELEASE = move(
  `waiting AS (${endpointsWith(HELD)}
), chosen AS (
  SELECT d.id, d.was FROM waiting w JOIN webhook_endpoints e ON e.id = w.endpoint_id AND e.enabled
  CROSS JOIN LATERAL (
    SELECT d.id, d AS was FROM deliveries d WHERE d.endpoint_id = w.endpoint_id AND d.${HELD} ORDER BY d.id
    LIMIT ${MOVED_AT_ONCE} FOR UPDATE SKIP LOCKED
  ) d LIMIT ${MOVED_AT_ONCE}
)`,
  `${TO_QUEUE}, next_attempt_at = d.created_at, status_reason = NULL`,
)

/** Holds waiting deliveries of disabled endpoints at once, so that their state shows it before they are due. */
const HOLD = move(
  `waiting AS (${endpointsWith(QUEUED)}
), chosen AS (
  SELECT d.id, d.was FROM waiting w JOIN webhook_endpoints e ON e.id = w.endpoint_id AND NOT e.enabled AND e.deleted_at IS NULL
  CROSS JOIN LATERAL (
    SELECT d.id, d AS was FROM deliveries d WHERE d.endpoint_id = w.endpoint_id AND d.${QUEUED} AND d.trigger <> 'TEST'
    LIMIT ${MOVED_AT_ONCE} FOR UPDATE SKIP LOCKED
  ) d LIMIT ${MOVED_AT_ONCE}
)`,
  `status = 'HELD', next_attempt_at = NULL, status_reason = '${HELD_REASON}'`,
)

/**
 * Cancels the remaining deliveries of deleted endpoints: attempts in flight at the deletion that failed, and deliveries
 * of a concurrent publish.
 */
const cancel = (states: string) =>
  move(
    `waiting AS (${endpointsWith(states)}
), chosen AS (
  SELECT d.id, d.was FROM waiting w JOIN webhook_endpoints e ON e.id = w.endpoint_id AND e.deleted_at IS NOT NULL
  CROSS JOIN LATERAL (
    SELECT d.id, d AS was FROM deliveries d WHERE d.endpoint_id = w.endpoint_id AND d.${states}
    LIMIT ${MOVED_AT_ONCE} FOR UPDATE SKIP LOCKED
  ) d LIMIT ${MOVED_AT_ONCE}
)`,
    `status = 'CANCELED', next_attempt_at = NULL, status_reason = '${DELETED_REASON}'`,
  )

const SWEEPS = {
  reclaim: RECLAIM,
  releaseHeld: RELEASE,
  holdWaiting: HOLD,
  cancelHeld: cancel(HELD),
  cancelWaiting: cancel(QUEUED),
} as const
export type Sweep = keyof typeof SWEEPS

/**
 * Moves up to 1,000 misplaced deliveries.
 *
 * @returns the organization of each
 */
export async function sweep(pool: pg.Pool, kind: Sweep, now: Date | null): Promise<string[]> {
  const { rows } = await pool.query<{ organization_id: string }>({ text: SWEEPS[kind], values: [now] })
  return rows.map((row) => row.organization_id)
}
