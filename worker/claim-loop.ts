import type pg from 'pg'
import type { Database } from '../src/database/client.ts'
import type { Answer, Prepared } from '../src/database/exchange.ts'
import type { Clock } from '../src/lib/clock.ts'
import type { Log } from '../src/lib/log.ts'
import type { Result } from './attempt-outcome.ts'
import { createAwaited } from './blocked-claims.ts'
import type { InFlight } from './capacity.ts'
import { type Aside, type Claimed, createClaimer, nextDue } from './claim.ts'
import { keepClaimed } from './lease.ts'
import { createAlarm } from './poll-timer.ts'
import type { Queryable } from './record-results.ts'

/** The safety net: a look at the queue even when nothing woke the worker. */
const POLL_MS = 30_000

/** When to look again when the queue could not be read. */
const AFTER_FAILURE_MS = 1_000

/** How often an endpoint that is full is looked at even when nothing settled here. */
const FULL_POLL_MS = 1_000

/** Deliveries that one claim takes by name; with more, a look at all that waits is the cheaper. */
const NAMED_AT_ONCE = 16

/**
 * What a worker takes from the queue, and when: it claims when a commit wakes it, when a retry is due, and when there is room
 * again for what was left. One claim at a time; what wakes it meanwhile is looked at next.
 *
 * @param deps.leasesKept is waited for before each claim
 * @param deps.onClaimed to be sent, at once
 * @param deps.onAside found, and not to be sent
 * @param deps.onAwaited after each look at the queue: what is awaited may have changed
 */
export function createIntake(deps: {
  database: Database
  clock: Clock
  log: Log
  leaseSeconds: number
  inFlight: InFlight
  leasesKept: () => Promise<void> | undefined
  onClaimed: (deliveries: readonly Claimed[]) => void
  onAside: (aside: readonly Aside[]) => void
  onAwaited: () => void
}) {
  const { clock, log, leaseSeconds, inFlight } = deps
  const { pool, pooled } = deps.database
  const alarm = createAlarm(() => wake())
  const claimer = createClaimer(pooled)
  const awaited = createAwaited()

  let stopping = false
  let claiming: Promise<void> | undefined
  /** What is to be looked at after the claim that is under way: all that waits, or what was named. */
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
        await deps.leasesKept()
        const ids = named.splice(0)
        if (wokenMeanwhile || !(await claimNamed(ids))) {
          wokenMeanwhile = false
          await claimSome()
          deps.onAwaited()
        }
      }
      if (!alarm.knowsNextRetry()) {
        // First: what is settled meanwhile may be due before what the answer knows of.
        alarm.forgetRetries()
        alarm.retryIn((await nextDue(pool, clock.forQueue())) ?? POLL_MS)
      }
    } catch (error) {
      log.warn({ err: error }, 'Claim failed; retrying')
      // Also what is due by now waits for that: a database that comes back has enough to do.
      alarm.forgetRetries()
      alarm.retryIn(AFTER_FAILURE_MS)
      alarm.lookIn(AFTER_FAILURE_MS)
    }
    alarm.set()
  }

  /**
   * Leaves the alarm as it is: of what else waits, this knows nothing.
   *
   * @returns whether all of them are taken care of
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
    alarm.lookIn(POLL_MS)
    const room = inFlight.room()
    if (room === undefined) return awaited.noRoom()
    awaited.looking()
    const began = clock.now()
    const claim = await claimer.claim({ ...room, now: clock.forQueue(), leaseSeconds })
    await take(claim.deliveries, began)
    deps.onAside(claim.aside)
    // What was full when the claim began may have room by now.
    const fullOrganizations = inFlight.room()?.fullOrganizations ?? []
    const mayHaveMore = [...claim.more, ...room.fullOrganizations]
    if (claim.cut || mayHaveMore.some((id) => !fullOrganizations.includes(id))) wokenMeanwhile = true
    if (awaited.looked({ full: claim.full, lacksRoom: fullOrganizations.length > 0 })) wokenMeanwhile = true
    // Another worker may hold what fills an endpoint, and go away without a sign.
    alarm.lookIn(Math.min(claim.nextSlotIn ?? POLL_MS, claim.full.length > 0 ? FULL_POLL_MS : POLL_MS))
  }

  /** Hands over what was claimed, and is still ours. */
  async function take(deliveries: readonly Claimed[], began: Date): Promise<void> {
    deps.onClaimed(await keepClaimed(pool, deliveries, { began, clock, leaseSeconds }))
  }

  /** Runs a statement that makes room, and looks at the queue right behind it, without a round trip in between. */
  async function thenLook<Row extends pg.QueryResultRow>(statement: Prepared): Promise<Answer<Row>> {
    const answer = claimer.first<Row>(statement)
    wake()
    return answer.catch(() => {
      awaited.unseen()
      return pool.query<Row>(statement)
    })
  }

  return {
    /** From now on it looks by itself, too. */
    start: alarm.start,
    /** Looks at what is named, or, when nothing is, at all that waits. */
    wake,
    isAwaited: awaited.isAwaited,
    /** How these are to be settled: what is awaited, right before the next look at the queue. */
    settling: (results: readonly Result[]): Queryable => (awaited.settling(results) ? { query: thenLook } : pool),
    /** There is room again where these were, and what is to be sent again is due after its wait. */
    onSettled(results: readonly Result[]) {
      for (const { outcome } of results) if (outcome.wait !== null) alarm.retryIn(outcome.wait * 1000)
      if (awaited.settled(results)) wake()
      else alarm.set()
    },
    /** Undefined when nothing is being claimed. */
    idle: () => claiming,
    /** Takes nothing more. */
    stop() {
      stopping = true
      alarm.stop()
    },
    close: claimer.stop,
  }
}
