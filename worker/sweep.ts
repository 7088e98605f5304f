import type pg from 'pg'
import { DELETED_REASON } from '../src/domain/deliveries/delivery-transitions.ts'
import { move, TO_QUEUE } from '../src/domain/deliveries/queue-moves.ts'
import { HELD_REASON } from '../src/domain/events/fan-out.ts'
import { HAS_LISTENER, holdUnheard } from '../src/domain/streams/held-deliveries.ts'

/** Maximum rows that one of these statements moves. */
export const MOVED_AT_ONCE = 1_000

/** Returns deliveries with an expired lease to the queue: their worker was killed or cut off. */
const RECLAIM = move(
  `chosen AS (
  SELECT d.id, d AS was FROM deliveries d, clock WHERE d.status = 'SENDING' AND d.lease_until < clock.now
  ORDER BY d.lease_until LIMIT ${MOVED_AT_ONCE} FOR UPDATE OF d SKIP LOCKED
)`,
  `${TO_QUEUE}, next_attempt_at = clock.now,
    status_reason = CASE e.kind WHEN 'STREAM' THEN 'Its listener did not acknowledge in time. It is sent again, so the receiver may see it twice.'
    ELSE 'The worker that was sending it went away. It is sent again, so the receiver may see it twice.' END`,
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
 * Releases held deliveries of enabled endpoints, and of streams with a listener, in the order of their creation: the rest of a large release, and
 * deliveries held by a statement that still saw the endpoint disabled.
 */
const RELEASE = move(
  `waiting AS (${endpointsWith(HELD)}
), chosen AS (
  SELECT d.id, d.was FROM waiting w JOIN webhook_endpoints e ON e.id = w.endpoint_id AND e.enabled
    AND (e.kind = 'HTTP' OR ${HAS_LISTENER})
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
  holdUnheard: holdUnheard(endpointsWith(QUEUED)),
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
