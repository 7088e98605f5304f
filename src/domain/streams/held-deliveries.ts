import type pg from 'pg'
import { move, TO_QUEUE } from '../deliveries/queue-moves.ts'
import { HELD_REASON } from '../events/fan-out.ts'

/** Maximum deliveries that one of these statements holds or releases. */
export const HELD_AT_ONCE = 1_000

/** Status reason of a delivery that waits for a listener. SQL literals contain the text, so it has no quotes. */
export const UNHEARD_REASON = 'Held because no listener is connected. It is sent when one connects.'

/** SQL that is true while the endpoint `e` has a listener; reads the CTE `clock`. */
export const HAS_LISTENER = `EXISTS (
  SELECT FROM stream_listeners l WHERE l.endpoint_id = e.id AND l.lease_until >= (SELECT now FROM clock))`

const IS_DUE = "d.status IN ('PENDING', 'RETRYING') AND d.next_attempt_at <= (SELECT now FROM clock)"

/**
 * Holds due deliveries of streams without a listener.
 *
 * @param endpoints CTE `waiting` with the column `endpoint_id`
 */
export const holdUnheard = (endpoints: string) =>
  move(
    `waiting AS (${endpoints}
), chosen AS (
  SELECT d.id, d.was FROM waiting w
  JOIN webhook_endpoints e ON e.id = w.endpoint_id AND e.kind = 'STREAM' AND e.deleted_at IS NULL AND NOT ${HAS_LISTENER}
  CROSS JOIN LATERAL (
    SELECT d.id, d AS was FROM deliveries d WHERE d.endpoint_id = w.endpoint_id AND ${IS_DUE}
    ORDER BY d.next_attempt_at LIMIT ${HELD_AT_ONCE} FOR UPDATE SKIP LOCKED
  ) d LIMIT ${HELD_AT_ONCE}
)`,
    `status = 'HELD', next_attempt_at = NULL,
    status_reason = CASE WHEN e.enabled THEN '${UNHEARD_REASON}' ELSE '${HELD_REASON}' END`,
  )

const HOLD_ONE = holdUnheard('SELECT $2::text AS endpoint_id')

/** Releases the oldest held deliveries of a stream. Those of a disabled endpoint stay held, except tests. */
const RELEASE_ONE = move(
  `chosen AS (
  SELECT d.id, d AS was FROM deliveries d JOIN webhook_endpoints e ON e.id = d.endpoint_id
  WHERE d.endpoint_id = $2 AND d.status = 'HELD' AND (e.enabled OR d.trigger = 'TEST')
  ORDER BY d.id LIMIT ${HELD_AT_ONCE} FOR UPDATE OF d SKIP LOCKED
)`,
  `${TO_QUEUE}, next_attempt_at = d.created_at, status_reason = NULL`,
)

const GIVE_BACK = move(
  `chosen AS (
  SELECT d.id, d.was FROM unnest($2::text[], $3::int[]) AS mine(id, version) CROSS JOIN LATERAL (
    SELECT d.*, d AS was FROM deliveries d WHERE d.id = mine.id LIMIT 1 FOR UPDATE SKIP LOCKED
  ) d WHERE d.version = mine.version AND d.status::text = 'SENDING'
)`,
  `${TO_QUEUE}, next_attempt_at = clock.now,
    status_reason = 'Its listener went away before it acknowledged. It is sent again, so the receiver may see it twice.'`,
)

/** Holds up to 1,000 due deliveries of a stream, unless it has a listener. @returns the number of moved deliveries */
export const holdIfUnheard = (pool: pg.Pool, endpointId: string, now: Date | null) =>
  run(pool, HOLD_ONE, [now, endpointId])

/** Makes up to 1,000 held deliveries of a stream due. @returns the number of moved deliveries */
export const releaseHeld = (pool: pg.Pool, endpointId: string, now: Date | null) =>
  run(pool, RELEASE_ONE, [now, endpointId])

/** Returns leased deliveries to the queue, where the lease is still held. @returns the number of moved deliveries */
export const giveBack = (pool: pg.Pool, leases: readonly { id: string; version: number }[], now: Date | null) =>
  run(pool, GIVE_BACK, [now, leases.map(({ id }) => id), leases.map(({ version }) => version)])

async function run(pool: pg.Pool, text: string, values: unknown[]): Promise<number> {
  const { rowCount } = await pool.query({ text, values })
  return rowCount ?? 0
}
