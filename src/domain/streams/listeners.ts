import type pg from 'pg'
import { NotFoundError, ValidationError } from '../../lib/errors.ts'

/** Seconds for which a listener and its leases count without a renewal. */
export const LEASE_SECONDS = 60

/** Also notes when the endpoint was last listened to, at most once in an hour. */
const KEEP = `
WITH clock AS (
  SELECT coalesce($1::timestamptz, now()) AS now
), found AS (
  SELECT e.id, e.organization_id, e.kind, i.listener_id FROM unnest($2::text[], $3::text[], $4::text[]) AS i(listener_id, endpoint_id, organization_id)
  CROSS JOIN LATERAL (
    SELECT * FROM webhook_endpoints e WHERE e.id = i.endpoint_id AND e.organization_id = i.organization_id AND e.deleted_at IS NULL LIMIT 1
  ) e
), kept AS (
  INSERT INTO stream_listeners AS l (id, organization_id, endpoint_id, lease_until)
  SELECT f.listener_id, f.organization_id, f.id, clock.now + $5::int * interval '1 second'
  FROM found f, clock WHERE f.kind = 'STREAM' ORDER BY f.listener_id
  ON CONFLICT (id) DO UPDATE SET lease_until = greatest(l.lease_until, excluded.lease_until)
), seen AS (
  UPDATE webhook_endpoints e SET last_listened_at = clock.now FROM clock
  WHERE e.id IN (
    SELECT e.id FROM webhook_endpoints e, clock WHERE e.id IN (SELECT id FROM found WHERE kind = 'STREAM')
      AND (e.last_listened_at IS NULL OR e.last_listened_at <= clock.now - interval '1 hour') FOR NO KEY UPDATE OF e SKIP LOCKED)
)
SELECT id, kind FROM found`

/** A listener of a stream: a subscription, or a client that polls. */
export interface ListenerRow {
  id: string
  organizationId: string
  endpointId: string
}

/**
 * Stores listeners, or moves on the time until which they count. Deliveries of a stream are held while it has none.
 *
 * @param seconds seconds from now for which they count
 */
export async function keepListeners(
  pool: pg.Pool,
  listeners: readonly ListenerRow[],
  options: { now: Date | null; seconds: number },
): Promise<{ id: string; kind: string }[]> {
  const columns = [
    listeners.map(({ id }) => id),
    listeners.map(({ endpointId }) => endpointId),
    listeners.map(({ organizationId }) => organizationId),
  ]
  const { rows } = await pool.query<{ id: string; kind: string }>({
    text: KEEP,
    values: [options.now, ...columns, options.seconds],
  })
  return rows
}

/** Stores one listener. @throws NotFoundError and ValidationError unless the endpoint is a stream of the organization */
export async function addListener(
  pool: pg.Pool,
  listener: ListenerRow,
  options: { now: Date | null; seconds: number; path: string },
): Promise<void> {
  const [endpoint] = await keepListeners(pool, [listener], options)
  if (endpoint === undefined) throw new NotFoundError('webhook endpoint', listener.endpointId)
  if (endpoint.kind !== 'STREAM')
    throw new ValidationError([{ path: options.path, message: 'must be the id of an endpoint of the kind STREAM' }])
}

export async function removeListener(pool: pg.Pool, id: string): Promise<void> {
  await pool.query({ text: 'DELETE FROM stream_listeners WHERE id = $1', values: [id] })
}

/** Maximum listeners that one statement removes. */
const REMOVED_AT_ONCE = 1_000

/** Removes listeners that their process did not renew. */
export async function removeLostListeners(pool: pg.Pool, now: Date | null): Promise<number> {
  const text = `DELETE FROM stream_listeners WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM stream_listeners WHERE lease_until < coalesce($1::timestamptz, now())
    ORDER BY lease_until LIMIT ${REMOVED_AT_ONCE} FOR UPDATE SKIP LOCKED))`
  const { rowCount } = await pool.query({ text, values: [now] })
  return rowCount ?? 0
}

const FIND_LEASED = `
SELECT d.id FROM unnest($1::text[], $2::int[]) AS mine(id, version) CROSS JOIN LATERAL (
  SELECT * FROM deliveries d WHERE d.id = mine.id LIMIT 1
) d WHERE d.version = mine.version AND d.status::text = 'SENDING'`

/** The ids of leases that are still held: neither acknowledged on another node, nor canceled, nor reclaimed. */
export async function findLeased(
  pool: pg.Pool,
  leases: readonly { id: string; version: number }[],
): Promise<Set<string>> {
  const values = [leases.map(({ id }) => id), leases.map(({ version }) => version)]
  const { rows } = await pool.query<{ id: string }>({ text: FIND_LEASED, values })
  return new Set(rows.map(({ id }) => id))
}
