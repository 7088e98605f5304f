import type { Database } from '../prisma/client.ts'
import type { Clock } from '../src/clock.ts'
import type { Log } from '../src/log.ts'
import { createAlarm } from './alarm.ts'
import { type Aside, type Claimed, createClaimer, nextDue } from './claim.ts'
import type { InFlight } from './in-flight.ts'
import { extendLeases, isHalfGone } from './lease.ts'
import type { Result } from './outcome.ts'

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
  const { pool, url } = deps.database
  const alarm = createAlarm(() => wake())
  const claimer = createClaimer(url)

  let stopping = false
  let claiming: Promise<void> | undefined
  /** What is to be looked at after the claim that is under way: all that waits, or what was named. */
  let wokenMeanwhile = false
  const named: string[] = []
  /** Something was left in the queue for want of room in this worker. */
  let lacksRoom = false
  /** Something was left because these endpoints have all that they may have in flight. */
  let full: ReadonlySet<string> = new Set()
  /** Endpoints of what was settled while a look at the queue was under way, which may have counted it still. */
  let settledMeanwhile: Set<string> | undefined

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
      log.warn({ err: error }, 'The queue could not be read. Trying again.')
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
    lacksRoom = room === undefined
    if (room === undefined) return
    settledMeanwhile = new Set()
    const began = clock.now()
    const claim = await claimer.claim({ ...room, now: clock.forQueue(), leaseSeconds })
    await take(claim.deliveries, began)
    deps.onAside(claim.aside)
    // What was full when the claim began may have room by now.
    const fullOrganizations = inFlight.room()?.fullOrganizations ?? []
    const mayHaveMore = [...claim.more, ...room.fullOrganizations]
    if (claim.cut || mayHaveMore.some((id) => !fullOrganizations.includes(id))) wokenMeanwhile = true
    if (claim.full.some((id) => settledMeanwhile?.has(id))) wokenMeanwhile = true
    settledMeanwhile = undefined
    lacksRoom = fullOrganizations.length > 0
    full = new Set(claim.full)
    // Another worker may hold what fills an endpoint, and go away without a sign.
    alarm.lookIn(Math.min(claim.nextSlotIn ?? POLL_MS, full.size > 0 ? FULL_POLL_MS : POLL_MS))
  }

  /**
   * Hands over what was claimed. When the answer was long under way, for the database or this worker stood still, the leases may
   * have run out and others may send it by now: only what is still ours is handed over.
   */
  async function take(deliveries: readonly Claimed[], began: Date): Promise<void> {
    let ours = deliveries
    for (let since = began; ours.length > 0 && isHalfGone(since, clock.now(), leaseSeconds); ) {
      since = clock.now()
      const kept = await extendLeases(pool, ours, { now: clock.forQueue(), leaseSeconds, underWay: false })
      ours = ours.filter(({ id }) => kept.has(id))
    }
    deps.onClaimed(ours)
  }

  /** Whether something cannot be sent before this is settled. */
  const isAwaited = (delivery: Claimed) => lacksRoom || full.has(delivery.endpoint_id)

  return {
    /** From now on it looks by itself, too. */
    start: alarm.start,
    /** Looks at what is named, or, when nothing is, at all that waits. */
    wake,
    isAwaited,
    /** There is room again where these were, and what is to be sent again is due after its wait. */
    onSettled(results: readonly Result[]) {
      for (const { delivery, outcome } of results) {
        if (outcome.wait !== null) alarm.retryIn(outcome.wait * 1000)
        settledMeanwhile?.add(delivery.endpoint_id)
      }
      if (results.some(({ delivery }) => isAwaited(delivery))) wake()
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
