import type pg from 'pg'
import { ConflictError } from '../../lib/errors.ts'
import { patternsOf } from '../event-types/patterns.ts'
import type { Matches } from './match-endpoints.ts'

/** An event that is ready to be stored. */
export interface NewEvent {
  id: string
  organizationId: string
  type: string
  /** Labels by which endpoints select events; not part of the body. */
  channels: string[]
  body: Uint8Array<ArrayBuffer>
  idempotencyKey: string | null
  idempotencyHash: Uint8Array<ArrayBuffer> | null
  /** Id and name of the principal that published the event, and the id of its request. */
  publishedBy: string | null
  publishedByName: string | null
  requestId: string | null
}

/** Maximum deliveries of one statement. A large statement holds a single publish and may take seconds. */
export const DELIVERIES_AT_MOST = { ordinary: 2_000, large: 100_000 } as const
export type GroupSize = keyof typeof DELIVERIES_AT_MOST

/** The refusal of a publish that would make too many deliveries. */
export function tooManyDeliveries(events: number, deliveries: number): ConflictError {
  const would = `${events} events for all endpoints that want them would make ${deliveries} deliveries`
  const message = `${would}, of at most ${DELIVERIES_AT_MOST.large} at once. Nothing was stored; publish fewer at a time.`
  return new ConflictError('TOO_MANY_DELIVERIES', message)
}

/** Maximum wait for another transaction that stores the same idempotency keys. */
const WAIT_FOR_KEYS_MS = 1_000

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
  /** Number of endpoints that select each type of the group by its type alone, by `typeKey`. */
  fanOuts: ReadonlyMap<string, number>
  /** Organizations with a filter that `matches` was not decided by. None of their events was stored. */
  undecided: ReadonlySet<string>
  /** Organizations with new deliveries. */
  organizationIds: string[]
}

const STORE = 'SELECT * FROM store_events_v3($1, $2, $3, $4, $5, $6, $7, $8, $9)'

interface Row {
  stored_at: Date
  organization_ids: string[]
  repeated: string[]
  allowed: boolean
  fan_outs: Record<string, number> | null
  undecided: string[]
}

/** Key of an organization's event type, in the format of the statement. */
export const typeKey = ({ organizationId, type }: Pick<NewEvent, 'organizationId' | 'type'>) =>
  `${organizationId} ${type}`

/**
 * Stores events and their deliveries by one call of `store_events_v3` (prisma/functions), and resolves after the commit.
 *
 * @param size stores nothing when the group would create more than DELIVERIES_AT_MOST[size] deliveries
 * @param time the current time; null takes the clock of the database
 * @param deliveryIdTime time part of the delivery ids, 10 characters
 * @param matches decisions about endpoints with channels or a predicate, by the same filters for one organization
 */
export async function storeEvents(
  pool: pg.Pool,
  events: readonly NewEvent[],
  size: GroupSize,
  time: Date | null,
  deliveryIdTime: string,
  matches: readonly Matches[] = [],
): Promise<StoreResult> {
  const types = new Map<string, { organization_id: string; type: string; filters: readonly string[]; events: number }>()
  for (const { organizationId, type } of events) {
    const key = typeKey({ organizationId, type })
    const known = types.get(key)
    if (known !== undefined) known.events++
    else types.set(key, { organization_id: organizationId, type, filters: patternsOf(type), events: 1 })
  }
  let bodyStart = 1
  const described = events.map((event) => {
    const { id, organizationId, type, channels, idempotencyKey, idempotencyHash, body } = event
    const start = bodyStart
    bodyStart += body.length
    return {
      ...{ id, organization_id: organizationId, type, body_start: start, body_length: body.length },
      ...{ published_by: event.publishedBy, published_by_name: event.publishedByName, request_id: event.requestId },
      ...(channels.length > 0 && { channels }),
      ...(idempotencyKey !== null && { idempotency_key: idempotencyKey }),
      ...(idempotencyHash !== null && { idempotency_hash_base64: Buffer.from(idempotencyHash).toString('base64') }),
    }
  })
  const { rows } = await pool.query<Row>({
    text: STORE,
    values: [
      time,
      deliveryIdTime,
      DELIVERIES_AT_MOST[size],
      size === 'large',
      JSON.stringify([...types.values()]),
      JSON.stringify(described),
      Buffer.concat(events.map(({ body }) => body)),
      events.some(({ idempotencyKey }) => idempotencyKey !== null) ? WAIT_FOR_KEYS_MS : null,
      describeMatches(matches, [...types.values()]),
    ],
  })
  const { stored_at: at, repeated, organization_ids: organizationIds, allowed, fan_outs, undecided } = rows[0]!
  const stored: StoredEvents | undefined = allowed ? { at, repeated: new Set(repeated) } : undefined
  const fanOuts = new Map(Array.from(types.keys(), (key) => [key, fan_outs?.[key] ?? 0]))
  return { stored, organizationIds, fanOuts, undecided: new Set(undecided) }
}

/** Every evaluated filter that selects a type of the group, with the events that its endpoint wants; null without one. */
function describeMatches(
  matches: readonly Matches[],
  types: readonly { organization_id: string; filters: readonly string[] }[],
): string | null {
  const described = new Map<string, { endpoint_id: string; filter_hash: string; event_ids: string[] }>()
  for (const { organizationId, endpoints } of new Set(matches.map(({ filters }) => filters))) {
    const own = types.filter(({ organization_id }) => organization_id === organizationId)
    const patterns = [...new Set(own.flatMap(({ filters }) => filters))]
    for (const { id, hash, filter } of endpoints)
      if (patterns.some((pattern) => filter.eventTypes.has(pattern)))
        described.set(id, { endpoint_id: id, filter_hash: hash, event_ids: [] })
  }
  for (const { eventIds } of matches) for (const [id, wanted] of eventIds) described.get(id)!.event_ids.push(...wanted)
  return described.size === 0 ? null : JSON.stringify([...described.values()])
}
