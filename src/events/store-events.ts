import type pg from 'pg'
import { CHANGED, logChanges } from '../live/delivery-log.ts'
import { countCreated } from '../live/delivery-stats.ts'
import { patternsOf } from './patterns.ts'

/** The channel on which a commit wakes the workers. */
export const WAKE_CHANNEL = 'signalbox_due'
/** The payload on it that says that a replay was started. */
export const REPLAY_WAKE = 'replay'

/** What a held delivery says of itself; stands in statements, so it has no quotes in it. */
export const HELD_EXPLANATION = 'Held because the endpoint is disabled. It is sent when the endpoint is enabled.'

/** An event that is ready to be stored. */
export interface NewEvent {
  id: string
  organizationId: string
  type: string
  body: Uint8Array
  idempotencyKey: string | null
  idempotencyHash: Uint8Array | null
}

/** The ids of events that were new, each with the time it was stored. */
export type StoredEvents = Map<string, Date>

/**
 * One statement for any number of events: it inserts them, and a delivery for every endpoint that wants each, and wakes
 * the workers at its commit. Written by hand because acknowledged must mean committed, events and deliveries together,
 * and because a statement an event would cost several round trips each.
 *
 * A delivery's id is the time, and a hash of event and endpoint: it sorts by time, and no two can be the same.
 * Events whose idempotency key is taken are left out.
 */
const STORE_EVENTS = `
WITH input AS (
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::text[], $6::bytea[], $7::text[])
    AS i(id, organization_id, type, body, idempotency_key, idempotency_hash, patterns)
), clock AS (
  SELECT coalesce($8::timestamptz, now()) AS now
), stored AS (
  INSERT INTO events (id, organization_id, type, body, idempotency_key, idempotency_hash, created_at)
  SELECT i.id, i.organization_id, i.type, i.body, i.idempotency_key, i.idempotency_hash, clock.now FROM input i, clock
  -- In one order everywhere: two groups with the same keys must not wait for each other in a circle.
  ORDER BY i.organization_id, i.idempotency_key
  ON CONFLICT (organization_id, idempotency_key) DO NOTHING
  RETURNING id
), fanned AS (
  INSERT INTO deliveries
    (id, organization_id, event_id, endpoint_id, status, trigger, next_attempt_at, explanation, created_at, updated_at)
  SELECT 'dlv_' || $9 || substr(encode(sha256(convert_to(i.id || e.id, 'UTF8')), 'hex'), 1, 16),
    i.organization_id, i.id, e.id,
    CASE WHEN e.enabled THEN 'PENDING' ELSE 'HELD' END::delivery_status, 'SCHEDULED',
    CASE WHEN e.enabled THEN clock.now END,
    CASE WHEN e.enabled THEN NULL ELSE '${HELD_EXPLANATION}' END,
    clock.now, clock.now
  FROM stored JOIN input i USING (id) CROSS JOIN clock
  JOIN webhook_endpoints e ON e.organization_id = i.organization_id AND e.deleted_at IS NULL
    AND e.event_types && string_to_array(i.patterns, ' ')
  RETURNING *
), ${countCreated('fanned')}, changed AS (
  SELECT ${CHANGED}, i.type AS event_type, e.url AS endpoint_url
  FROM fanned d JOIN input i ON i.id = d.event_id JOIN webhook_endpoints e ON e.id = d.endpoint_id
), ${logChanges('counted')}, woken AS (
  SELECT pg_notify('${WAKE_CHANNEL}', '') FROM (SELECT 1 FROM fanned WHERE status = 'PENDING' LIMIT 1) any_due
)
SELECT stored.id, clock.now AS stored_at, (SELECT count(*) FROM woken) AS woken,
  array(SELECT organization_id FROM heads) AS organization_ids
FROM stored, clock`

/**
 * Stores events and their deliveries; resolves after the commit.
 *
 * @param time what goes for the time; null is the database's own clock
 * @param deliveryIdTime the time part of the ids of the deliveries, 10 characters
 */
export async function storeEvents(
  pool: pg.Pool,
  events: readonly NewEvent[],
  time: Date | null,
  deliveryIdTime: string,
): Promise<{ stored: StoredEvents; organizationIds: string[] }> {
  const { rows } = await pool.query<{ id: string; stored_at: Date; organization_ids: string[] }>({
    name: 'store-events',
    text: STORE_EVENTS,
    values: [
      events.map((event) => event.id),
      events.map((event) => event.organizationId),
      events.map((event) => event.type),
      events.map((event) => event.body),
      events.map((event) => event.idempotencyKey),
      events.map((event) => event.idempotencyHash),
      events.map((event) => patternsOf(event.type).join(' ')),
      time,
      deliveryIdTime,
    ],
  })
  return {
    stored: new Map(rows.map((row) => [row.id, row.stored_at])),
    organizationIds: rows[0]?.organization_ids ?? [],
  }
}
