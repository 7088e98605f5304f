import type { Database } from '../prisma/client.ts'
import type { Clock } from '../src/clock.ts'
import type { MakeId } from '../src/ids.ts'
import type { Keyring } from '../src/keyring.ts'
import type { LiveBus } from '../src/live/bus.ts'
import { announce, announceEndpoint } from '../src/live/delivery-log.ts'
import type { Log } from '../src/log.ts'
import type { Targets } from '../src/webhooks/targets.ts'
import { createAlarm } from './alarm.ts'
import { createAside } from './aside.ts'
import { createAttempts } from './attempt.ts'
import { type Claimed, createClaimer, nextDue } from './claim.ts'
import { createInFlight } from './in-flight.ts'
import { settle } from './settle.ts'
import { createSettler } from './settler.ts'
import { createTell } from './tell.ts'
import { createUpkeep } from './upkeep.ts'
import { createWakeListener } from './wake.ts'

/** The safety net: a look at the queue even when nothing woke the worker. */
const POLL_MS = 30_000

/** When to look again when the queue could not be read. */
const AFTER_FAILURE_MS = 1_000

/** How often an endpoint that is full is looked at even when nothing settled here. */
const FULL_POLL_MS = 1_000

export interface WorkerOptions {
  /** Deliveries in flight at once. */
  concurrency: number
  /** Without a sign of life for this long, another worker takes over what this one holds. */
  leaseSeconds: number
  /** How long a stop waits for what is in flight before it breaks it off. */
  shutdownSeconds: number
}

/**
 * The delivery worker. A commit wakes it; it claims a batch, sends each within its endpoint's bounds, and settles in
 * batches. No transaction is open while a request is under way, and any number of workers share a database.
 */
export function createWorker(deps: {
  database: Database
  clock: Clock
  makeId: MakeId
  keyring: Keyring
  bus: LiveBus
  targets: Targets
  log: Log
  /** A fraction from 0 to 1, for the jitter of retries. */
  random?: () => number
  /** See `createSettler`. */
  settleEveryMs?: number
  /** See `createTell`. */
  tellAfterMs?: number
  options: WorkerOptions
}) {
  const { database, clock, bus, log, options } = deps
  const { pool } = database

  let stopping = false
  let claiming: Promise<void> | undefined
  let wokenMeanwhile = false
  /** Something was left in the queue for want of room here, or at its endpoint. */
  let hungry = false
  const waitingForIdle: (() => void)[] = []

  const alarm = createAlarm(wake)
  const claimer = createClaimer(database.url)
  const inFlight = createInFlight(options.concurrency)
  const attempts = createAttempts(deps)
  const upkeep = createUpkeep({ ...deps, leaseSeconds: options.leaseSeconds, inFlight: inFlight.values, wake })
  const listener = createWakeListener({ url: database.url, onWake: wake, onReplay: () => void upkeep.replay(), log })
  const aside = createAside({ ...deps, pool, wake })
  const tell = createTell({ ...deps, pool, inFlight: inFlight.values })
  const settler = createSettler({
    log,
    ...(deps.settleEveryMs !== undefined && { everyMs: deps.settleEveryMs }),
    async write(results) {
      const { healthChanged, disabled } = await settle(pool, results, { now: clock.forQueue(), makeId: deps.makeId })
      announce(
        bus,
        results.map(({ delivery }) => delivery.organization_id),
      )
      for (const { delivery } of results)
        if (healthChanged.includes(delivery.endpoint_id))
          announceEndpoint(bus, delivery.organization_id, delivery.endpoint_id)
      if (disabled.length > 0)
        upkeep.hold().catch((error) => log.warn({ err: error }, 'Waiting deliveries are held later.'))
    },
    onSettled(results) {
      for (const { delivery, outcome } of results) {
        inFlight.remove(delivery)
        if (outcome.wait !== null) alarm.retryIn(outcome.wait * 1000)
      }
      if (hungry) wake()
      else alarm.set()
      if (inFlight.size === 0) for (const resolve of waitingForIdle.splice(0)) resolve()
    },
  })

  function wake(): void {
    if (stopping) return
    wokenMeanwhile = true
    claiming ??= claimAll().finally(() => {
      claiming = undefined
      if (wokenMeanwhile) wake()
    })
  }

  async function claimAll(): Promise<void> {
    try {
      while (wokenMeanwhile && !stopping) {
        wokenMeanwhile = false
        hungry = await claimSome()
        settler.awaited(hungry)
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

  /** @returns whether more may be due than there was room for */
  async function claimSome(): Promise<boolean> {
    alarm.lookIn(POLL_MS)
    const room = inFlight.room()
    if (room === undefined) return true
    const claim = await claimer.claim({ ...room, now: clock.forQueue(), leaseSeconds: options.leaseSeconds })
    for (const delivery of claim.deliveries) void attempt(delivery)
    if (claim.deliveries.length > 0) tell.look()
    aside.move(claim.aside)
    // What was full when the claim began may have room by now.
    const full = inFlight.room()?.fullOrganizations ?? []
    const mayHaveMore = [...claim.more, ...room.fullOrganizations]
    if (claim.cut || mayHaveMore.some((id) => !full.includes(id))) wokenMeanwhile = true
    // Another worker may hold what fills an endpoint, and go away without a sign.
    alarm.lookIn(Math.min(claim.nextSlotIn ?? POLL_MS, claim.full ? FULL_POLL_MS : POLL_MS))
    return claim.full || full.length > 0
  }

  async function attempt(delivery: Claimed): Promise<void> {
    inFlight.add(delivery)
    const result = await attempts.make(delivery)
    inFlight.answered(delivery)
    settler.add(result)
  }

  return {
    start() {
      alarm.start()
      listener.start()
      upkeep.start()
    },
    /** Looks at the queue now; for tests that move the clock. */
    wake,
    /** Takes over lost deliveries now; for tests that move the clock. */
    beat: upkeep.beat,
    /** Resolves when nothing is claimed, in flight or unsettled. */
    async idle() {
      while (claiming !== undefined || aside.idle() !== undefined || inFlight.size > 0) {
        await claiming
        await aside.idle()
        if (inFlight.size > 0) await new Promise<void>((resolve) => waitingForIdle.push(resolve))
      }
    },
    /** Claims no more, waits for what is in flight, breaks off the rest and gives it back. */
    async stop() {
      stopping = true
      alarm.stop()
      const late = setTimeout(() => attempts.interrupt(), options.shutdownSeconds * 1000)
      await listener.stop()
      // Leases are kept meanwhile: what is still being sent must not be sent by another worker too.
      await this.idle()
      clearTimeout(late)
      await upkeep.stop()
      await Promise.all([attempts.stop(), claimer.stop(), tell.stop()])
    },
  }
}

export type Worker = ReturnType<typeof createWorker>
