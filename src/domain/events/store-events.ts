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

/** Maximum deliveries of one statement. A large statement holds a single publish and may take seconds. */
export const DELIVERIES_AT_MOST = { ordinary: 2_000, large: 100_000 } as const
export type GroupSize = keyof typeof DELIVERIES_AT_MOST

/** Maximum wait for another transaction that stores the same idempotency keys. */
export const WAIT_FOR_KEYS_MS = 1_000

/** Result of storing a group of events. */
export interface StoredEvents {
  /** Time at which the new events were stored. */
  at: Date
  /** Ids of events left out because their idempotency key was taken. */
  repeated: Set<string>
}

/** Result of a group: `stored` is undefined when the group would have created too many deliveries. */
export interface StoreResult {
  stored: StoredEvents | undefined
  /** Number of subscribed endpoints of each type in the group, by `typeKey`. */
  fanOuts: ReadonlyMap<string, number>
  /** Organizations with new deliveries. */
  organizationIds: string[]
}

/** One order in every statement, so that two groups with the same keys cannot deadlock. */
const LEAVE_OUT_REPEATED = `ORDER BY i.organization_id, i.idempotency_key
  ON CONFLICT (organization_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING`

/** The slow part of a large statement. */
const ALL_FANNED = '(SELECT FROM fanned UNION ALL SELECT FROM registered) stored_by_then'

/**
 * One statement inserts the events, creates a delivery for every subscribed endpoint, and notifies the workers at the
 * commit. Raw SQL, because acknowledged means events and deliveries committed together, and a statement per event would
 * cost several round trips each.
 *
 * Endpoints are looked up once per type of the group and joined to the events by a hash: the planner takes every list
 * for a short one. Events with a taken idempotency key are left out; a group without keys skips the comparison, which
 * would write a WAL record per event. Nothing is stored when the group would create more deliveries than its size
 * allows.
 *
 * A large statement locks the rows that other publishes of its organization need only after its deliveries are stored;
 * an ordinary one locks first, because two of the same organization would block each other anyway.
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

/** Key of an organization's event type, in the format of the statement. */
export const typeKey = ({ organizationId, type }: Pick<NewEvent, 'organizationId' | 'type'>) =>
  `${organizationId} ${type}`

/**
 * Stores events and their deliveries, and resolves after the commit.
 *
 * @param size stores nothing when the group would create more than DELIVERIES_AT_MOST[size] deliveries
 * @param time the current time; null takes the clock of the database
 * @param deliveryIdTime time part of the delivery ids, 10 characters
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
  // One parameter for all bodies: PostgreSQL takes the bytes of a parameter as they are, but array elements as text of
  // twice the length.
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
      // Rarely given: a null array reads as an array of nulls.
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
