import type pg from 'pg'
import { patternsOf } from '../event-types/patterns.ts'

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
  /** Number of subscribed endpoints of each type in the group, by `typeKey`. */
  fanOuts: ReadonlyMap<string, number>
  /** Organizations with new deliveries. */
  organizationIds: string[]
}

const STORE = 'SELECT * FROM store_events_v1($1, $2, $3, $4, $5, $6, $7, $8)'

interface Row {
  stored_at: Date
  organization_ids: string[]
  repeated: string[]
  allowed: boolean
  fan_outs: Record<string, number> | null
}

/** Key of an organization's event type, in the format of the statement. */
export const typeKey = ({ organizationId, type }: Pick<NewEvent, 'organizationId' | 'type'>) =>
  `${organizationId} ${type}`

/**
 * Stores events and their deliveries by one call of `store_events_v1` (prisma/functions), and resolves after the commit.
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
  const types = new Map<string, { organization_id: string; type: string; filters: readonly string[]; events: number }>()
  for (const { organizationId, type } of events) {
    const key = typeKey({ organizationId, type })
    const known = types.get(key)
    if (known !== undefined) known.events++
    else types.set(key, { organization_id: organizationId, type, filters: patternsOf(type), events: 1 })
  }
  let bodyStart = 1
  const described = events.map(({ id, organizationId, type, idempotencyKey, idempotencyHash, body }) => {
    const start = bodyStart
    bodyStart += body.length
    return {
      ...{ id, organization_id: organizationId, type, body_start: start, body_length: body.length },
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
    ],
  })
  const { stored_at: at, repeated, organization_ids: organizationIds, allowed, fan_outs } = rows[0]!
  const stored: StoredEvents | undefined = allowed ? { at, repeated: new Set(repeated) } : undefined
  const fanOuts = new Map(Array.from(types.keys(), (key) => [key, fan_outs?.[key] ?? 0]))
  return { stored, organizationIds, fanOuts }
}
