import type pg from 'pg'
import { CHANGED, logChanges } from '../../bus/delivery-log.ts'
import { countCreated } from '../deliveries/count-deliveries.ts'
import { patternsOf } from '../event-types/patterns.ts'
import { fanOut } from './fan-out.ts'
import { WAKE_CHANNEL } from './notify-channel.ts'

/** An event that is ready to be stored. */
export interface NewEvent {
  id: string
  organizationId: string
  type: string
  body: Uint8Array<ArrayBuffer>
  idempotencyKey: string | null
  idempotencyHash: Uint8Array<ArrayBuffer> | null
}

/** Deliveries that one statement makes at most. A large one is one publish, alone, and takes up to some seconds. */
export const DELIVERIES_AT_MOST = { ordinary: 2_000, large: 100_000 } as const
export type GroupSize = keyof typeof DELIVERIES_AT_MOST

/** How long events with idempotency keys wait for others that are storing the same keys, and may be for some seconds more. */
export const WAIT_FOR_KEYS_MS = 1_000

/** What became of a group of events. */
export interface StoredEvents {
  /** When those that were new were stored. */
  at: Date
  /** The ids of those that were not, since their idempotency key was taken. */
  repeated: Set<string>
}

/** What came of a group: what was stored, unless it would have made too many deliveries. */
export interface StoreResult {
  stored: StoredEvents | undefined
  /** How many endpoints want each type of the group, by `typeKey`. */
  fanOuts: ReadonlyMap<string, number>
  /** Whose deliveries were made. */
  organizationIds: string[]
}

/** In one order everywhere: two groups with the same keys must not wait for each other in a circle. */
const LEAVE_OUT_REPEATED = `ORDER BY i.organization_id, i.idempotency_key
  ON CONFLICT (organization_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING`

/** What takes long of a large one. */
const ALL_FANNED = '(SELECT FROM fanned UNION ALL SELECT FROM registered) stored_by_then'

/**
 * One statement for any number of events: it inserts them, and a delivery for every endpoint that wants each, and wakes
 * the workers at its commit. Written by hand because acknowledged must mean committed, events and deliveries together,
 * and because a statement an event would cost several round trips each.
 *
 * Endpoints are looked up once for each type in the group, and events then find those of theirs by a hash: the planner takes
 * every list for a short one, and might compare the events with each other, or with all that they are for.
 *
 * Events whose idempotency key is taken are left out; where none has one, nothing is compared, which would cost each a record in
 * the log of PostgreSQL. Nothing is stored when it would make more deliveries than are allowed.
 *
 * A large one locks what others of its organization wait for, and settling with them, only when its deliveries are stored. An
 * ordinary one locks first: two of one organization, storing side by side, would only be in each other's way.
 */
const storeEventsText = (size: GroupSize, isKeyed: boolean) => `
WITH clock AS (
  SELECT coalesce($1::timestamptz, now()) AS now,
    CASE WHEN $9::text[] IS NOT NULL THEN set_config('lock_timeout', '${WAIT_FOR_KEYS_MS}', true) END AS patience
), wanted AS MATERIALIZED (
  SELECT t.organization_id, t.type, t.events, array_agg(e.id) AS ids, array_agg(e.enabled) AS enabled,
    array_agg(e.url) AS urls
  FROM unnest($3::text[], $4::text[], $5::text[], $14::int[]) AS t(organization_id, type, patterns, events)
  JOIN webhook_endpoints e ON e.organization_id = t.organization_id AND e.deleted_at IS NULL
    AND e.event_types && string_to_array(t.patterns, ' ')
  GROUP BY t.organization_id, t.type, t.events
), allowed AS (
  SELECT coalesce(sum(events * cardinality(ids)) <= $15::int, true) AS yes FROM wanted
), stored AS (
  INSERT INTO events (id, organization_id, type, body, idempotency_key, idempotency_hash, created_at)
  SELECT i.id, i.organization_id, i.type, substr($12::bytea, i.place, i.bytes), i.idempotency_key, i.idempotency_hash, clock.now
  FROM unnest($6::text[], $7::text[], $8::text[], $9::text[], $10::bytea[], $11::int[], $13::int[])
    AS i(id, organization_id, type, idempotency_key, idempotency_hash, place, bytes), clock
  WHERE (SELECT yes FROM allowed)
  ${isKeyed ? LEAVE_OUT_REPEATED : ''}
  RETURNING id, organization_id, type, created_at
), ${fanOut(`JOIN (
    SELECT organization_id, type, unnest(ids) AS endpoint_id, unnest(enabled) AS enabled, unnest(urls) AS url FROM wanted
  ) w ON w.organization_id = s.organization_id AND w.type = s.type`)}, ${countCreated('made', size === 'large' ? ALL_FANNED : undefined)}, changed AS (
  SELECT ${CHANGED}, d.event_type, d.endpoint_url FROM made d
), ${logChanges('counted')}, woken AS (
  SELECT pg_notify('${WAKE_CHANNEL}', '') FROM (SELECT 1 FROM made WHERE status = 'PENDING' LIMIT 1) any_due
)
SELECT clock.now AS stored_at, (SELECT count(*) FROM woken) AS woken, array(SELECT organization_id FROM heads) AS organization_ids,
  CASE WHEN (SELECT count(*) FROM stored) = cardinality($6) THEN '{}'
    ELSE array(SELECT unnest($6) EXCEPT SELECT id FROM stored) END AS repeated,
  (SELECT yes FROM allowed) AS allowed,
  (SELECT json_object_agg(organization_id || ' ' || type, cardinality(ids)) FROM wanted) AS fan_outs
FROM clock`

interface Row {
  stored_at: Date
  organization_ids: string[]
  repeated: string[]
  allowed: boolean
  fan_outs: Record<string, number> | null
}

const STATEMENTS = {
  ordinary: { name: 'store-events', text: storeEventsText('ordinary', false) },
  keyed: { name: 'store-keyed-events', text: storeEventsText('ordinary', true) },
  large: { name: 'store-many-deliveries', text: storeEventsText('large', true) },
} as const

/** Names a type of an organization, as the statement does. */
export const typeKey = ({ organizationId, type }: Pick<NewEvent, 'organizationId' | 'type'>) =>
  `${organizationId} ${type}`

/**
 * Stores events and their deliveries; resolves after the commit.
 *
 * @param size nothing is stored when it would make more deliveries than DELIVERIES_AT_MOST of it
 * @param time what goes for the time; null is the database's own clock
 * @param deliveryIdTime the time part of the ids of the deliveries, 10 characters
 */
export async function storeEvents(
  pool: pg.Pool,
  events: readonly NewEvent[],
  size: GroupSize,
  time: Date | null,
  deliveryIdTime: string,
): Promise<StoreResult> {
  const types = new Map<string, { organizationId: string; type: string; count: number }>()
  for (const { organizationId, type } of events) {
    const key = typeKey({ organizationId, type })
    const known = types.get(key)
    if (known === undefined) types.set(key, { organizationId, type, count: 1 })
    else known.count++
  }
  // In one piece: PostgreSQL takes the bytes of a parameter as they are, but those of an array as text, twice as long.
  const bodies = Buffer.concat(events.map(({ body }) => body))
  const places: number[] = []
  let place = 1
  for (const { body } of events) {
    places.push(place)
    place += body.length
  }
  const isKeyed = events.some(({ idempotencyKey }) => idempotencyKey !== null)
  const { rows } = await pool.query<Row>({
    ...STATEMENTS[isKeyed && size === 'ordinary' ? 'keyed' : size],
    values: [
      time,
      deliveryIdTime,
      Array.from(types.values(), ({ organizationId }) => organizationId),
      Array.from(types.values(), ({ type }) => type),
      Array.from(types.values(), ({ type }) => patternsOf(type).join(' ')),
      events.map(({ id }) => id),
      events.map(({ organizationId }) => organizationId),
      events.map(({ type }) => type),
      // Seldom given; an array that is missing is one of nothing but NULL.
      isKeyed ? events.map(({ idempotencyKey }) => idempotencyKey) : null,
      isKeyed ? events.map(({ idempotencyHash }) => idempotencyHash) : null,
      places,
      bodies,
      events.map(({ body }) => body.length),
      Array.from(types.values(), ({ count }) => count),
      DELIVERIES_AT_MOST[size],
    ],
  })
  const { stored_at: at, repeated, organization_ids: organizationIds, allowed, fan_outs } = rows[0]!
  const stored: StoredEvents | undefined = allowed ? { at, repeated: new Set(repeated) } : undefined
  const fanOuts = new Map(Array.from(types.keys(), (key) => [key, fan_outs?.[key] ?? 0]))
  return { stored, organizationIds, fanOuts }
}
