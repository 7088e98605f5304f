import { setImmediate } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import { hasSqlState, SQL_STATE, sqlStateOf } from '../../database/sql-state.ts'
import { UnavailableError } from '../../lib/errors.ts'
import { type FilterSet, type Matches, NO_FILTERS, NO_MATCHES } from './match-endpoints.ts'
import { DECIDING_AT_ONCE, decideAgain, separateOutdated } from './outdated-decisions.ts'
import { createPublishQueue, type Decide, type Publish } from './publish-queue.ts'
import {
  DELIVERIES_AT_MOST,
  type GroupSize,
  type NewEvent,
  type StoredEvents,
  type StoreResult,
  tooManyDeliveries,
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
  matches: readonly Matches[],
) => Promise<Pick<StoreResult, 'stored' | 'fanOuts' | 'undecided'>>

export interface EventWriter {
  /**
   * Stores all events of one publish, or none. Resolves after the commit.
   *
   * @param decision the endpoints with channels or a predicate that want the events. Default: the organization has none
   */
  write(
    organizationId: string,
    events: readonly NewEvent[],
    decision?: { matches: Matches; decide: Decide },
  ): Promise<StoredEvents>
  /** Resolves when every waiting publish is stored or has failed. */
  stop(): Promise<void>
}

/**
 * Groups concurrent publishes into few statements, so that one commit serves many of them. A publish with more
 * deliveries than a group may create is stored alone in a lane of its own and delays only its own organization; the
 * cached fan-out saves trying such a publish in a group first.
 *
 * @param loadFilters reads the filters of an organization when the statement finds one that was not evaluated
 */
export function createEventWriter(
  store: StoreGroup,
  loadFilters: (organizationId: string) => Promise<FilterSet> = async () => NO_FILTERS,
): EventWriter {
  const queue = createPublishQueue()
  const fanOuts = new LRUCache<string, number>({ max: FAN_OUTS })
  const ordinary = new Set<Promise<void>>()
  const large = new Set<Promise<void>>()
  /** Decisions made again, each for one organization, beside the statements of others. */
  const deciding = new Set<Promise<void>>()
  /**
   * Organizations with a large publish in flight or a decision made again. The statement of the former holds locks, and
   * publishes after the latter would be decided by the same outdated filters.
   */
  const busy = new Map<string, number>()
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
    hold(large, publish.organizationId, storeGroup(group, 'large'))
  }

  /** Runs work while no other publish of the organization is taken. */
  function hold(lane: Set<Promise<void>>, organizationId: string, work: Promise<void>): void {
    busy.set(organizationId, (busy.get(organizationId) ?? 0) + 1)
    const release = () => {
      const holds = busy.get(organizationId)!
      if (holds === 1) busy.delete(organizationId)
      else busy.set(organizationId, holds - 1)
    }
    start(lane, work.finally(release))
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
  function deliveriesOf({ types, matches }: Publish): number {
    let deliveries = matches.count
    for (const [key, events] of types) deliveries += events * (fanOuts.get(key) ?? 0)
    return deliveries
  }

  async function storeGroup(whole: readonly Publish[], size: GroupSize): Promise<void> {
    const { current: group, outdated } = separateOutdated(whole)
    await decideOutdated(outdated)
    if (group.length === 0) return
    try {
      const {
        stored,
        fanOuts: seen,
        undecided,
      } = await store(
        group.flatMap(({ events }) => events),
        size,
        group.map(({ matches }) => matches),
      )
      for (const [key, endpoints] of seen) fanOuts.set(key, endpoints)
      if (stored !== undefined) {
        for (const { organizationId, done } of group) if (!undecided.has(organizationId)) done(stored)
        await decideOutdated(group.filter(({ organizationId }) => undecided.has(organizationId)))
      } else if (size === 'ordinary') queue.putBack(group)
      else await refuseTooMany(group)
    } catch (error) {
      const parts = splitForRetry(group, error)
      if (parts.length > 1) for (const part of parts) await storeGroup(part, size)
      else
        for (const { failed } of group)
          failed(isLockTimeout(error) ? new UnavailableError('OVERLOADED', BUSY_KEYS) : error)
    }
  }

  /** Refuses a publish with too many deliveries, unless newer filters may give it fewer. */
  async function refuseTooMany(group: readonly Publish[]): Promise<void> {
    const isOnlyCached = ({ matches, decisions }: Publish) => matches.count > 0 && decisions === 1
    await decideOutdated(group.filter(isOnlyCached))
    for (const publish of group)
      if (!isOnlyCached(publish)) publish.failed(tooManyDeliveries(publish.events.length, deliveriesOf(publish)))
  }

  /** Starts to decide about publishes again. Resolves at once, unless DECIDING_AT_ONCE organizations are being decided. */
  async function decideOutdated(publishes: readonly Publish[]): Promise<void> {
    for (const [organizationId, own] of Map.groupBy(publishes, (publish) => publish.organizationId)) {
      while (deciding.size >= DECIDING_AT_ONCE) await Promise.race(deciding)
      hold(deciding, organizationId, decideAgain(own, loadFilters).then(queue.putBack))
    }
  }

  return {
    write: (organizationId, events, { matches, decide } = NO_DECISION) =>
      new Promise((done, failed) => {
        const types = new Map<string, number>()
        let bytes = 0
        for (const event of events) {
          const key = typeKey(event)
          types.set(key, (types.get(key) ?? 0) + 1)
          bytes += event.body.length
        }
        const publish = { organizationId, events, types, bytes, matches, decide, decisions: 1, done, failed }
        if (queue.hasRoomFor(publish)) {
          queue.add(publish)
          mayHaveLarge ||= deliveriesOf(publish) > DELIVERIES_AT_MOST.ordinary
          return schedule()
        }
        const why = 'Too many events wait to be stored. Nothing was stored; try again shortly.'
        failed(new UnavailableError('OVERLOADED', why))
      }),
    async stop() {
      while (turn !== undefined || ordinary.size + large.size + deciding.size > 0)
        await Promise.all([turn, ...ordinary, ...large, ...deciding])
    },
  }
}

const NO_DECISION = { matches: NO_MATCHES, decide: async () => NO_MATCHES }

/**
 * Splits a group that failed. A value refused by PostgreSQL is the fault of one publish, so each is stored alone; a
 * lock timeout is the fault of one organization, so the split is by organization and waits no further time per publish.
 */
function splitForRetry(group: readonly Publish[], error: unknown): Publish[][] {
  if (isLockTimeout(error)) return [...Map.groupBy(group, ({ organizationId }) => organizationId).values()]
  return sqlStateOf(error) !== undefined ? group.map((publish) => [publish]) : []
}

const BUSY_KEYS =
  'These events waited too long for others, most likely of the same idempotency keys. Nothing was stored; try again shortly.'

const isLockTimeout = (error: unknown) => hasSqlState(error, SQL_STATE.lockNotAvailable)
