import type pg from 'pg'
import { CHANGE_COLUMNS, type DeliveryChangeRow } from '../src/live/delivery-change.ts'

/** Rows that one reclaim takes at most. */
export const RECLAIM_AT_ONCE = 1_000

/** Gives deliveries whose lease ran out back to the queue: the worker that held them was killed or cut off. */
const RECLAIM = `
WITH clock AS (
  SELECT coalesce($1::timestamptz, now()) AS now
), lost AS (
  SELECT d.id FROM deliveries d, clock WHERE d.status = 'SENDING' AND d.lease_until < clock.now
  ORDER BY d.lease_until LIMIT ${RECLAIM_AT_ONCE} FOR UPDATE OF d SKIP LOCKED
)
UPDATE deliveries d SET
  status = CASE WHEN d.attempt_count = 0 THEN 'PENDING' ELSE 'RETRYING' END::delivery_status,
  version = d.version + 1, lease_until = NULL, next_attempt_at = clock.now, updated_at = clock.now,
  explanation = 'The worker that was sending it went away. It is sent again, so the receiver may see it twice.'
FROM lost, clock, events v, webhook_endpoints e
WHERE d.id = lost.id AND v.id = d.event_id AND e.id = d.endpoint_id
RETURNING ${CHANGE_COLUMNS}, v.type AS event_type, e.url AS endpoint_url`

export async function reclaim(pool: pg.Pool, now: Date | null): Promise<DeliveryChangeRow[]> {
  const { rows } = await pool.query<DeliveryChangeRow>({ name: 'reclaim', text: RECLAIM, values: [now] })
  return rows
}

/**
 * Releases what is held at an endpoint that is enabled: the rest of a large release, and deliveries that were held by a
 * statement that still saw the endpoint disabled while it was being enabled. Endpoint by endpoint through the index
 * `deliveries_held`, so that what stays held costs nothing.
 */
const RELEASE = `
WITH RECURSIVE clock AS (
  SELECT coalesce($1::timestamptz, now()) AS now
), holding AS (
  (SELECT endpoint_id FROM deliveries WHERE status = 'HELD' ORDER BY endpoint_id LIMIT 1)
  UNION ALL
  SELECT (SELECT d.endpoint_id FROM deliveries d
    WHERE d.status = 'HELD' AND d.endpoint_id > h.endpoint_id ORDER BY d.endpoint_id LIMIT 1)
  FROM holding h WHERE h.endpoint_id IS NOT NULL
), free AS (
  SELECT d.id FROM holding h JOIN webhook_endpoints e ON e.id = h.endpoint_id AND e.enabled
  JOIN deliveries d ON d.endpoint_id = e.id AND d.status = 'HELD' LIMIT ${RECLAIM_AT_ONCE} FOR UPDATE OF d SKIP LOCKED
)
UPDATE deliveries d SET
  status = CASE WHEN d.attempt_count = 0 THEN 'PENDING' ELSE 'RETRYING' END::delivery_status,
  version = d.version + 1, next_attempt_at = clock.now, updated_at = clock.now, explanation = NULL
FROM free, clock, events v, webhook_endpoints e
WHERE d.id = free.id AND v.id = d.event_id AND e.id = d.endpoint_id
RETURNING ${CHANGE_COLUMNS}, v.type AS event_type, e.url AS endpoint_url`

export async function release(pool: pg.Pool, now: Date | null): Promise<DeliveryChangeRow[]> {
  const { rows } = await pool.query<DeliveryChangeRow>({ name: 'release', text: RELEASE, values: [now] })
  return rows
}

/** A sign of life: prolongs the leases of what is still in flight, where it is still ours. */
const EXTEND = `
UPDATE deliveries d SET lease_until = coalesce($1::timestamptz, now()) + $2::int * interval '1 second'
FROM unnest($3::text[], $4::int[]) AS mine(id, version)
WHERE d.id = mine.id AND d.version = mine.version AND d.status = 'SENDING'`

export async function extendLeases(
  pool: pg.Pool,
  held: readonly { id: string; version: number }[],
  options: { now: Date | null; leaseSeconds: number },
): Promise<void> {
  const values = [options.now, options.leaseSeconds, held.map(({ id }) => id), held.map(({ version }) => version)]
  await pool.query({ name: 'extend-leases', text: EXTEND, values })
}
