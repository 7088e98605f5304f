import type { Undeliverable } from '../src/domain/deliveries/undeliverable.ts'
import type { Clock } from '../src/lib/clock.ts'
import type { Log } from '../src/lib/log.ts'
import type { BlockedClaims } from './blocked-claims.ts'
import type { Capacity } from './capacity.ts'
import type { ClaimedDelivery, Claimer } from './claim.ts'
import { type ClaimSchedule, POLL_MS } from './claim-schedule.ts'
import type { Leases } from './lease.ts'

/** Wait after a failed claim. */
const AFTER_FAILURE_MS = 1_000

/** Poll interval while an endpoint is saturated: another worker may hold its deliveries and die without a sign. */
const SATURATED_POLL_MS = 1_000

/**
 * Claims when the schedule says so: one claim at a time, and calls that arrive meanwhile share the next one.
 *
 * @param deps.send receives claimed deliveries to send now
 * @param deps.moveUndeliverable receives due deliveries that must not be sent
 * @param deps.holdUnheard called while streams without a listener have due deliveries
 * @param deps.flushIfBlocked called after each claim: recorded results may be needed for the next one
 */
export function createClaimLoop(deps: {
  claimer: Claimer
  clock: Clock
  log: Log
  leaseSeconds: number
  schedule: ClaimSchedule
  capacity: Capacity
  blocked: BlockedClaims
  leases: Leases
  send: (deliveries: readonly ClaimedDelivery[]) => void
  moveUndeliverable: (found: readonly Undeliverable[]) => void
  holdUnheard: () => void
  flushIfBlocked: () => void
}) {
  const { claimer, clock, log, leaseSeconds, schedule, capacity, blocked, leases } = deps
  let isStopping = false
  let isWanted = false
  let running: Promise<void> | undefined

  function run(): void {
    if (isStopping) return
    isWanted = true
    running ??= claimWhileWanted().finally(() => {
      running = undefined
      if (isWanted) run()
    })
  }

  async function claimWhileWanted(): Promise<void> {
    try {
      while (isWanted && !isStopping) {
        isWanted = false
        await leases.renewStale()
        await claim()
        deps.flushIfBlocked()
      }
    } catch (error) {
      log.warn({ err: error }, 'Claim failed; retrying')
      blocked.end({ lacksCapacity: false, saturatedEndpoints: [] })
      // Due deliveries wait for the next try as well, because a returning database is busy enough.
      schedule.forgetRetries()
      schedule.pollIn(AFTER_FAILURE_MS)
    }
    schedule.arm()
  }

  async function claim(): Promise<void> {
    schedule.pollIn(POLL_MS)
    const free = capacity.free()
    if (free === undefined) return blocked.end({ lacksCapacity: true, saturatedEndpoints: [] })
    blocked.begin()
    schedule.forgetRetries()
    const began = clock.now()
    const claimed = await claimer.claim({ ...free, now: clock.forQueue(), leaseSeconds })
    deps.send(await leases.renewClaimed(claimed.deliveries, began))
    deps.moveUndeliverable(claimed.undeliverable)
    if (claimed.hasUnheardStreams) deps.holdUnheard()
    // A full organization may have capacity by now.
    const fullOrganizations = capacity.free()?.fullOrganizations ?? []
    const mayHaveMore = [...claimed.organizationsWithMore, ...free.fullOrganizations]
    if (claimed.truncated || mayHaveMore.some((id) => !fullOrganizations.includes(id))) isWanted = true
    const { saturatedEndpoints, nextSlotInMs, nextRetryInMs } = claimed
    if (nextRetryInMs !== null) schedule.retryIn(nextRetryInMs)
    blocked.end({ lacksCapacity: fullOrganizations.length > 0, saturatedEndpoints })
    schedule.pollIn(Math.min(nextSlotInMs ?? POLL_MS, saturatedEndpoints.length > 0 ? SATURATED_POLL_MS : POLL_MS))
  }

  schedule.connect(run)

  return {
    /** Undefined while no claim runs. */
    idle: () => running,
    /** Starts no further claim. */
    stop() {
      isStopping = true
      isWanted = false
      schedule.stop()
    },
  }
}
