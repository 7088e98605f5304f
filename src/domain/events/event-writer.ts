import { setImmediate } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import pg from 'pg'
import { ConflictError, UnavailableError } from '../../lib/errors.ts'
import { createPublishQueue, type Publish } from './publish-queue.ts'
import {
  DELIVERIES_AT_MOST,
  type GroupSize,
  type NewEvent,
  type StoredEvents,
  type StoreResult,
  typeKey,
} from './store-events.ts'

/** Events in one statement at most, and their bytes. The deliveries that it makes are bounded too (`store-events.ts`). */
const GROUP_EVENTS = 1_000
const GROUP_BYTES = 8 * 1024 * 1024
/** Statements of a lane under way at once. While they run, the next group grows: as fast as can be when idle, as large when not. */
const GROUPS_AT_ONCE = 2
/** Event types of which it is remembered how many endpoints want them. */
const FAN_OUTS = 10_000

/** Stores events, all or none; and none when they would make more deliveries than a statement of this size may. */
export type StoreGroup = (
  events: readonly NewEvent[],
  size: GroupSize,
) => Promise<Pick<StoreResult, 'stored' | 'fanOuts'>>

export interface EventWriter {
  /** Stores the events of one publish, all or none. Resolves after the commit. */
  write(organizationId: string, events: readonly NewEvent[]): Promise<StoredEvents>
  /** Resolves when everything that waited is stored or has failed. */
  stop(): Promise<void>
}

/**
 * Groups concurrent publishes into few statements: one commit serves them all. Each is answered after that commit.
 *
 * A publish that makes more deliveries than a group may have goes alone, in a lane of its own, and so holds up nobody but
 * its own organization. How many it makes only the statement itself knows for certain; what is remembered saves asking twice.
 */
export function createEventWriter(store: StoreGroup): EventWriter {
  const queue = createPublishQueue()
  const fanOuts = new LRUCache<string, number>({ max: FAN_OUTS })
  const ordinary = new Set<Promise<void>>()
  const large = new Set<Promise<void>>()
  /** Whose large publish is under way: its statement has locks that those of this organization would wait for. */
  const busy = new Set<string>()
  /** Whether one may wait that is known to be large: looking for it goes through all who wait. */
  let mayHaveLarge = false
  let turn: Promise<void> | undefined

  function schedule(): void {
    if (turn !== undefined || queue.isEmpty()) return
    // What came in the same turn of the event loop goes together.
    turn = setImmediate().then(() => {
      turn = undefined
      startOrdinary()
      startLarge()
    })
  }

  function startOrdinary(): void {
    if (ordinary.size >= GROUPS_AT_ONCE) return
    let [events, bytes, deliveries] = [0, 0, 0]
    const group = queue.take(
      (publish) => !busy.has(publish.organizationId) && deliveriesOf(publish) <= DELIVERIES_AT_MOST.ordinary,
      (publish) => {
        events += publish.events.length
        bytes += publish.bytes
        deliveries += deliveriesOf(publish)
        return events <= GROUP_EVENTS && bytes <= GROUP_BYTES && deliveries <= DELIVERIES_AT_MOST.ordinary
      },
    )
    if (group.length > 0) start(ordinary, storeGroup(group, 'ordinary'))
  }

  function startLarge(): void {
    if (!mayHaveLarge || large.size >= GROUPS_AT_ONCE) return
    const group = queue.take(
      (publish) => !busy.has(publish.organizationId) && deliveriesOf(publish) > DELIVERIES_AT_MOST.ordinary,
      () => false,
    )
    const [publish] = group
    mayHaveLarge = publish !== undefined
    if (publish === undefined) return
    busy.add(publish.organizationId)
    const over = () => void busy.delete(publish.organizationId)
    start(large, storeGroup(group, 'large').finally(over))
  }

  function start(lane: Set<Promise<void>>, work: Promise<void>): void {
    const run = work.finally(() => {
      lane.delete(run)
      mayHaveLarge = true
      schedule()
    })
    lane.add(run)
    schedule()
  }

  /** As far as is known. */
  function deliveriesOf({ types }: Publish): number {
    let deliveries = 0
    for (const [key, events] of types) deliveries += events * (fanOuts.get(key) ?? 0)
    return deliveries
  }

  async function storeGroup(group: Publish[], size: GroupSize): Promise<void> {
    try {
      const { stored, fanOuts: seen } = await store(
        group.flatMap(({ events }) => events),
        size,
      )
      for (const [key, endpoints] of seen) fanOuts.set(key, endpoints)
      if (stored !== undefined) for (const { done } of group) done(stored)
      else if (size === 'ordinary') queue.putBack(group)
      else for (const publish of group) publish.failed(tooMany(publish, deliveriesOf(publish)))
    } catch (error) {
      const parts = partsAtFault(group, error)
      if (parts.length > 1) for (const part of parts) await storeGroup(part, size)
      else
        for (const { failed } of group)
          failed(isLockTimeout(error) ? new UnavailableError('OVERLOADED', BUSY_KEYS) : error)
    }
  }

  return {
    write: (organizationId, events) =>
      new Promise((done, failed) => {
        const types = new Map<string, number>()
        let bytes = 0
        for (const event of events) {
          const key = typeKey(event)
          types.set(key, (types.get(key) ?? 0) + 1)
          bytes += event.body.length
        }
        const publish = { organizationId, events, types, bytes, done, failed }
        if (queue.hasRoomFor(publish)) {
          queue.add(publish)
          mayHaveLarge ||= deliveriesOf(publish) > DELIVERIES_AT_MOST.ordinary
          return schedule()
        }
        const why = 'Too many events wait to be stored. Nothing was stored; try again shortly.'
        failed(new UnavailableError('OVERLOADED', why))
      }),
    async stop() {
      while (turn !== undefined || ordinary.size + large.size > 0) await Promise.all([turn, ...ordinary, ...large])
    },
  }
}

/**
 * Of which some cannot be stored. What PostgreSQL refuses is the fault of one publish: alone, each gets its own answer. What it
 * waited for in vain is that of one organization: it would be waited for once more for each of its publishes.
 */
function partsAtFault(group: Publish[], error: unknown): Publish[][] {
  if (isLockTimeout(error)) return [...Map.groupBy(group, ({ organizationId }) => organizationId).values()]
  return error instanceof pg.DatabaseError ? group.map((publish) => [publish]) : []
}

const BUSY_KEYS =
  'These events waited too long for others, most likely of the same idempotency keys. Nothing was stored; try again shortly.'

/** SQLSTATE lock_not_available. */
function isLockTimeout(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '55P03'
}

function tooMany({ events }: Publish, deliveries: number): ConflictError {
  const would = `${events.length} events for all endpoints that want them would make ${deliveries} deliveries`
  const message = `${would}, of at most ${DELIVERIES_AT_MOST.large} at once. Nothing was stored; publish fewer at a time.`
  return new ConflictError('TOO_MANY_DELIVERIES', message)
}
