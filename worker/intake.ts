import type { Database } from '../prisma/client.ts'
import type { Clock } from '../src/clock.ts'
import type { Log } from '../src/log.ts'
import { createAlarm } from './alarm.ts'
import { type Aside, type Claimed, createClaimer, nextDue } from './claim.ts'
import type { InFlight } from './in-flight.ts'

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
 * @param deps.onHungry after each claim: whether something was left in the queue for want of room, here or at its endpoint
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
  onHungry: (hungry: boolean) => void
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
  let hungry = false

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
          hungry = await claimSome()
        }
        deps.onHungry(hungry)
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
    const { deliveries, left } = await claimer.claimNamed(ids, { ...room, now: clock.forQueue(), leaseSeconds })
    deps.onClaimed(deliveries)
    return !left
  }

  /** @returns whether more may be due than there was room for */
  async function claimSome(): Promise<boolean> {
    alarm.lookIn(POLL_MS)
    const room = inFlight.room()
    if (room === undefined) return true
    const claim = await claimer.claim({ ...room, now: clock.forQueue(), leaseSeconds })
    deps.onClaimed(claim.deliveries)
    deps.onAside(claim.aside)
    // What was full when the claim began may have room by now.
    const full = inFlight.room()?.fullOrganizations ?? []
    const mayHaveMore = [...claim.more, ...room.fullOrganizations]
    if (claim.cut || mayHaveMore.some((id) => !full.includes(id))) wokenMeanwhile = true
    // Another worker may hold what fills an endpoint, and go away without a sign.
    alarm.lookIn(Math.min(claim.nextSlotIn ?? POLL_MS, claim.full ? FULL_POLL_MS : POLL_MS))
    return claim.full || full.length > 0
  }

  return {
    /** From now on it looks by itself, too. */
    start: alarm.start,
    /** Looks at what is named, or, when nothing is, at all that waits. */
    wake,
    /** There is room again, and something will be due in so many milliseconds, unless that is null. */
    onSettled(waits: readonly (number | null)[]) {
      for (const wait of waits) if (wait !== null) alarm.retryIn(wait)
      if (hungry) wake()
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
