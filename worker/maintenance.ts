import type { LiveBus } from '../src/bus/bus.ts'
import { announce } from '../src/bus/delivery-log.ts'
import type { Database } from '../src/database/client.ts'
import { stepReplay } from '../src/domain/replays/replays.ts'
import type { Clock } from '../src/lib/clock.ts'
import type { MakeId } from '../src/lib/ids.ts'
import type { Log } from '../src/lib/log.ts'
import type { Claimed } from './claim.ts'
import { extendLeases, isHalfGone, MOVED_AT_ONCE, type Sweep, sweep } from './lease.ts'

/** How often what is held or waits without need is looked for; what makes it so also says so, so this is a safety net. */
const SWEEP_MS = 30_000

/**
 * What a worker does besides sending: gives signs of life for what it has in flight, takes over what a dead worker had, puts
 * right what is held or waits without need, and goes on with replays.
 */
export function createUpkeep(deps: {
  database: Database
  clock: Clock
  makeId: MakeId
  bus: LiveBus
  log: Log
  leaseSeconds: number
  inFlight: () => readonly Claimed[]
  /** Something has become due. */
  wake: () => void
}) {
  const { bus, clock, log, leaseSeconds } = deps
  const { pool } = deps.database
  let stopping = false
  let sweptAt = Number.NEGATIVE_INFINITY
  let heartbeat: NodeJS.Timeout | undefined
  let beating: Promise<void> | undefined
  let tidying: Promise<void> | undefined
  let replaying: Promise<void> | undefined
  let replayWanted = false

  let keptAt = clock.now()
  let keeping: Promise<void> | undefined

  /** One at a time: a second statement would pass over the rows that the first has locked, and be done before their leases are kept. */
  function keepLeases(): Promise<void> {
    keeping ??= prolong().finally(() => {
      keeping = undefined
    })
    return keeping
  }

  /** Again, when that took so long that they may have run out by now. */
  async function keepUntilFresh(): Promise<void> {
    while (areHalfGone()) await keepLeases()
  }

  const areHalfGone = () => isHalfGone(keptAt, clock.now(), leaseSeconds)

  async function prolong(): Promise<void> {
    const began = clock.now()
    const held = deps.inFlight()
    if (held.length > 0) await extendLeases(pool, held, { now: clock.forQueue(), leaseSeconds, underWay: true })
    keptAt = began
  }

  async function beat(): Promise<void> {
    await keepLeases()
    const reclaimed = await sweepAll('reclaim')
    if (reclaimed > 0) log.warn({ deliveries: reclaimed }, 'Reclaimed deliveries with an expired lease')
  }

  async function tidy(): Promise<void> {
    sweptAt = performance.now()
    await sweepAll('release')
    await sweepAll('hold')
    await sweepAll('dropHeld')
    await sweepAll('dropWaiting')
    await replay()
  }

  /** @returns how many were moved */
  async function sweepAll(kind: Sweep): Promise<number> {
    for (let moved = 0; ; ) {
      const organizationIds = await sweep(pool, kind, clock.forQueue())
      announce(bus, organizationIds)
      moved += organizationIds.length
      if (organizationIds.length > 0) deps.wake()
      if (organizationIds.length < MOVED_AT_ONCE || stopping) return moved
    }
  }

  /** Pages of replays, one at a time, as long as there are any. */
  async function replay(): Promise<void> {
    replayWanted = true
    replaying ??= (async () => {
      try {
        // One that began while the last look was under way is looked for once more.
        while (replayWanted && !stopping) {
          replayWanted = false
          while (!stopping && (await stepReplay({ ...deps, pool })));
        }
      } catch (error) {
        log.warn({ err: error }, 'Replay batch failed; retrying')
      } finally {
        replaying = undefined
      }
    })()
    await replaying
  }

  function scheduleBeat(wait: number): void {
    heartbeat = setTimeout(() => {
      beating = beat()
        .catch((error) => log.warn({ err: error }, 'Lease renewal failed; retrying'))
        .finally(() => {
          if (!stopping) scheduleBeat((leaseSeconds * 1000) / 3)
        })
      // Beside it: there may be more to move than a lease lasts.
      if (performance.now() - sweptAt >= SWEEP_MS)
        tidying ??= tidy()
          .catch((error) => log.warn({ err: error }, 'Sweep of deliveries failed; retrying'))
          .finally(() => {
            tidying = undefined
          })
    }, wait)
  }

  return {
    async beat() {
      await beat()
      await tidy()
    },
    /**
     * To be waited for before a claim. A worker that stood still, so that its leases may have run out, prolongs them first: what it is
     * still sending would not count as under way at its endpoint, and more than that may have would be claimed.
     */
    leasesKept: (): Promise<void> | undefined => (areHalfGone() ? keepUntilFresh() : undefined),
    replay,
    /** Holds what waits at endpoints that are disabled. */
    hold: () => sweepAll('hold'),
    start: () => scheduleBeat(0),
    async stop() {
      stopping = true
      clearTimeout(heartbeat)
      await Promise.all([beating, tidying, replaying])
    },
  }
}
