import type pg from 'pg'
import type { Database } from '../src/database/client.ts'
import type { Answer, Prepared } from '../src/database/exchange.ts'
import type { Clock } from '../src/lib/clock.ts'
import type { Log } from '../src/lib/log.ts'
import type { Result } from './attempt-outcome.ts'
import { createBlockedClaims } from './blocked-claims.ts'
import type { InFlight } from './capacity.ts'
import { type ClaimedDelivery, createClaimer, nextDue, type Undeliverable } from './claim.ts'
import { renewClaimed } from './lease.ts'
import { createPollTimer } from './poll-timer.ts'
import type { Queryable } from './record-results.ts'

/** Poll interval of the safety net, in milliseconds. */
const POLL_MS = 30_000

/** Wait after a failed claim, in milliseconds. */
const AFTER_FAILURE_MS = 1_000

/**
 * Poll interval while an endpoint is saturated, in milliseconds: another worker may hold its deliveries and die without
 * a sign.
 */
const FULL_POLL_MS = 1_000

/** Maximum deliveries claimed by name. For more, a claim of everything due is cheaper. */
const NAMED_AT_ONCE = 16

/**
 * Decides when to claim: after a notification, when a retry is due, and when blocked deliveries get capacity. One claim
 * runs at a time; later requests share the next one.
 *
 * @param deps.leasesRenewed awaited before each claim
 * @param deps.onClaimed receives deliveries to send now
 * @param deps.onUndeliverable receives due deliveries that must not be sent
 * @param deps.onAwaited called after each claim: the set of awaited results may have changed
 */
export function createClaimLoop(deps: {
  database: Database
  clock: Clock
  log: Log
  leaseSeconds: number
  inFlight: InFlight
  leasesRenewed: () => Promise<void> | undefined
  onClaimed: (deliveries: readonly ClaimedDelivery[]) => void
  onUndeliverable: (aside: readonly Undeliverable[]) => void
  onAwaited: () => void
}) {
  const { clock, log, leaseSeconds, inFlight } = deps
  const { pool, pooled } = deps.database
  const pollTimer = createPollTimer(() => wake())
  const claimer = createClaimer(pooled)
  const awaited = createBlockedClaims()

  let stopping = false
  let claiming: Promise<void> | undefined
  /** Request for a further claim of everything due; `named` holds deliveries to claim by name. */
  let wokenMeanwhile = false
  const named: string[] = []

  function wake(ids: readonly string[] = []): void {
    if (stopping) return
    if (ids.length === 0 || named.length + ids.length > NAMED_AT_ONCE) wokenMeanwhile = true
    else named.push(...ids)
    claiming ??= claimAll().finally(() => {
      claiming = undefined
      if (wokenMeanwhile || named.length > 0) wake(named.splice(0))
    })
  }

  async function claimAll(): Promise<void> {
    try {
      while ((wokenMeanwhile || named.length > 0) && !stopping) {
        await deps.leasesRenewed()
        const ids = named.splice(0)
        if (wokenMeanwhile || !(await claimNamed(ids))) {
          wokenMeanwhile = false
          await claimSome()
          deps.onAwaited()
        }
      }
      if (!pollTimer.knowsNextRetry()) {
        // First: results recorded meanwhile may be due earlier than the answer knows.
        pollTimer.forgetRetries()
        pollTimer.retryIn((await nextDue(pool, clock.forQueue())) ?? POLL_MS)
      }
    } catch (error) {
      log.warn({ err: error }, 'Claim failed; retrying')
      // Due deliveries wait for the next try as well, because a returning database is busy enough.
      pollTimer.forgetRetries()
      pollTimer.retryIn(AFTER_FAILURE_MS)
      pollTimer.lookIn(AFTER_FAILURE_MS)
    }
    pollTimer.set()
  }

  /**
   * Claims deliveries by name and leaves the poll timer alone, because it learns nothing about others.
   *
   * @returns true when every named delivery was claimed or is not due
   */
  async function claimNamed(ids: readonly string[]): Promise<boolean> {
    const room = inFlight.room()
    if (room === undefined || room.limit < ids.length) return false
    const began = clock.now()
    const { deliveries, left } = await claimer.claimNamed(ids, { ...room, now: clock.forQueue(), leaseSeconds })
    await take(deliveries, began)
    return !left
  }

  async function claimSome(): Promise<void> {
    pollTimer.lookIn(POLL_MS)
    const room = inFlight.room()
    if (room === undefined) return awaited.noRoom()
    awaited.looking()
    const began = clock.now()
    const claim = await claimer.claim({ ...room, now: clock.forQueue(), leaseSeconds })
    await take(claim.deliveries, began)
    deps.onUndeliverable(claim.aside)
    // A saturated endpoint or organization may have capacity by now.
    const fullOrganizations = inFlight.room()?.fullOrganizations ?? []
    const mayHaveMore = [...claim.more, ...room.fullOrganizations]
    if (claim.cut || mayHaveMore.some((id) => !fullOrganizations.includes(id))) wokenMeanwhile = true
    if (awaited.looked({ full: claim.full, lacksRoom: fullOrganizations.length > 0 })) wokenMeanwhile = true
    // Another worker may hold the deliveries of a saturated endpoint and die without a sign.
    pollTimer.lookIn(Math.min(claim.nextSlotIn ?? POLL_MS, claim.full.length > 0 ? FULL_POLL_MS : POLL_MS))
  }

  /** Hands over the claimed deliveries whose lease still holds. */
  async function take(deliveries: readonly ClaimedDelivery[], began: Date): Promise<void> {
    deps.onClaimed(await renewClaimed(pool, deliveries, { began, clock, leaseSeconds }))
  }

  /** Runs a statement that frees capacity and claims right behind it, without a round trip in between. */
  async function thenLook<Row extends pg.QueryResultRow>(statement: Prepared): Promise<Answer<Row>> {
    const answer = claimer.first<Row>(statement)
    wake()
    return answer.catch(() => {
      awaited.unseen()
      return pool.query<Row>(statement)
    })
  }

  return {
    /** Lets timers start claims. */
    start: pollTimer.start,
    /** Claims the named deliveries, or everything due. */
    wake,
    isAwaited: awaited.isAwaited,
    /** The way to record results: awaited ones run right before the next claim. */
    settling: (results: readonly Result[]): Queryable => (awaited.settling(results) ? { query: thenLook } : pool),
    /** Claims for the freed capacity, and arms the timer for the retries of these results. */
    onSettled(results: readonly Result[]) {
      for (const { outcome } of results)
        if (outcome.retryAfterSeconds !== null) pollTimer.retryIn(outcome.retryAfterSeconds * 1000)
      if (awaited.settled(results)) wake()
      else pollTimer.set()
    },
    /** Undefined while no claim runs. */
    idle: () => claiming,
    /** Starts no further claim. */
    stop() {
      stopping = true
      pollTimer.stop()
    },
    close: claimer.stop,
  }
}
