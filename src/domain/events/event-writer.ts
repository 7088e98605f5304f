import { setImmediate } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import { hasSqlState, SQL_STATE, sqlStateOf } from '../../database/sql-state.ts'
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

/** Maximum events and bytes of one statement. `store-events.ts` bounds the deliveries as well. */
const GROUP_EVENTS = 1_000
const GROUP_BYTES = 8 * 1024 * 1024
/**
 * Concurrent statements per lane. The next group grows while they run: publishes are fast when idle and grouped under
 * load.
 */
const GROUPS_AT_ONCE = 2
/** Event types with a cached number of subscribed endpoints. */
const FAN_OUTS = 10_000

/**
 * Stores all events of a group, or none. Stores none when the group would create more deliveries than a statement of
 * its size may.
 */
export type StoreGroup = (
  events: readonly NewEvent[],
  size: GroupSize,
) => Promise<Pick<StoreResult, 'stored' | 'fanOuts'>>

export interface EventWriter {
  /** Stores all events of one publish, or none. Resolves after the commit. */
  write(organizationId: string, events: readonly NewEvent[]): Promise<StoredEvents>
  /** Resolves when every waiting publish is stored or has failed. */
  stop(): Promise<void>
}

/**
 * Groups concurrent publishes into few statements, so that one commit serves many of them. A publish with more
 * deliveries than a group may create is stored alone in a lane of its own and delays only its own organization; the
 * cached fan-out saves trying such a publish in a group first.
 */
export function createEventWriter(store: StoreGroup): EventWriter {
  const queue = createPublishQueue()
  const fanOuts = new LRUCache<string, number>({ max: FAN_OUTS })
  const ordinary = new Set<Promise<void>>()
  const large = new Set<Promise<void>>()
  /**
   * Organizations with a large publish in flight. Its statement holds locks for which other publishes of the
   * organization would wait.
   */
  const busy = new Set<string>()
  /** True while a publish known to be large may wait: finding one walks the whole queue. */
  let mayHaveLarge = false
  let turn: Promise<void> | undefined

  function schedule(): void {
    if (turn !== undefined || queue.isEmpty()) return
    // Publishes of the same turn of the event loop share a group.
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

  /** The cached number of deliveries of a publish; a lower bound. */
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
      const parts = splitForRetry(group, error)
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
 * Splits a group that failed. A value refused by PostgreSQL is the fault of one publish, so each is stored alone; a
 * lock timeout is the fault of one organization, so the split is by organization and waits no further time per publish.
 */
function splitForRetry(group: Publish[], error: unknown): Publish[][] {
  if (isLockTimeout(error)) return [...Map.groupBy(group, ({ organizationId }) => organizationId).values()]
  return sqlStateOf(error) !== undefined ? group.map((publish) => [publish]) : []
}

const BUSY_KEYS =
  'These events waited too long for others, most likely of the same idempotency keys. Nothing was stored; try again shortly.'

const isLockTimeout = (error: unknown) => hasSqlState(error, SQL_STATE.lockNotAvailable)

function tooMany({ events }: Publish, deliveries: number): ConflictError {
  const would = `${events.length} events for all endpoints that want them would make ${deliveries} deliveries`
  const message = `${would}, of at most ${DELIVERIES_AT_MOST.large} at once. Nothing was stored; publish fewer at a time.`
  return new ConflictError('TOO_MANY_DELIVERIES', message)
}
