import type { LiveBus } from '../src/bus/bus.ts'
import type { Database } from '../src/database/client.ts'
import type { ProcessMode } from '../src/database/generated/enums.ts'
import type { AttemptResult } from '../src/domain/deliveries/attempt-outcome.ts'
import { announceResults, recordResults } from '../src/domain/deliveries/record-results.ts'
import { createResultBatcher } from '../src/domain/deliveries/result-batcher.ts'
import { createUndeliverable } from '../src/domain/deliveries/undeliverable.ts'
import type { MailOwners } from '../src/domain/endpoints/endpoint-mails.ts'
import type { TargetPolicy } from '../src/domain/endpoints/target-policy.ts'
import type { Clock } from '../src/lib/clock.ts'
import type { MakeId } from '../src/lib/ids.ts'
import type { Keyring } from '../src/lib/keyring.ts'
import type { Log } from '../src/lib/log.ts'
import { createAttempts } from './attempt.ts'
import { createBlockedClaims } from './blocked-claims.ts'
import { createCapacity } from './capacity.ts'
import { type ClaimedDelivery, createClaimer } from './claim.ts'
import { createClaimLoop } from './claim-loop.ts'
import { createClaimSchedule } from './claim-schedule.ts'
import { createHeartbeat } from './heartbeat.ts'
import { createLeases } from './lease.ts'
import { createLogSending } from './log-sending.ts'
import { createMaintenance } from './maintenance.ts'
import { createNotificationListener } from './notification-listener.ts'

export interface WorkerOptions {
  /** Maximum deliveries in flight. */
  concurrency: number
  /** Seconds without renewal after which another worker takes over the deliveries of this one. */
  leaseSeconds: number
  /** Seconds for which a stop waits for requests in flight before it aborts them. */
  shutdownSeconds: number
  /** Mode of the process, which the operator sees. Default WORKER. */
  mode?: ProcessMode
}

/**
 * The delivery worker: claims due deliveries after a notification, sends each within the bounds of its endpoint, and
 * records results in batches. No transaction is open while a request is in flight, and any number of workers share a
 * database.
 *
 * The files in the order in which an event passes:
 * 1. When: `notification-listener.ts` and `claim-schedule.ts` run `claim-loop.ts`.
 * 2. Claim: `claim.ts` calls `prisma/functions/claim_deliveries_v2.sql` for the capacity that `capacity.ts` has free;
 *    `src/domain/deliveries/undeliverable.ts` moves due deliveries that must not be sent.
 * 3. Attempt: `attempt.ts` waits for the send time (`endpoint-pacer.ts`), builds the request (`build-request.ts`), sends
 *    it (`http-sender.ts`, `fallback-sender.ts`) over checked connections (`ssrf-safe-connector.ts`,
 *    `watch-responses.ts`), and decides the outcome (`request-outcome.ts`, `failure-message.ts`).
 * 4. Result: `result-batcher.ts` of `src/domain/deliveries` gathers results, `record-results.ts` calls `record_results_v3.sql` with them and
 *    the effect on endpoints; a claim that they blocked (`blocked-claims.ts`) follows.
 * 5. Meanwhile: `lease.ts` keeps leases, `log-sending.ts` shows long attempts, `maintenance.ts` renews leases, runs the
 *    sweeps of `sweep.ts`, and runs replays and bulk actions; `heartbeat.ts` shows the operator that the worker is alive.
 */
export function createWorker(deps: {
  database: Database
  clock: Clock
  makeId: MakeId
  keyring: Keyring
  bus: LiveBus
  targets: TargetPolicy
  log: Log
  /** Tells the owners of failing endpoints. Default: nobody is told. */
  mailOwners?: MailOwners
  /** Returns a fraction from 0 to 1, for the jitter of retries. */
  random?: () => number
  /** See `createResultBatcher`. */
  flushEveryMs?: number
  /** See `createLogSending`. */
  logSendingAfterMs?: number
  /** Certificate authorities besides the system's. */
  ca?: string
  options: WorkerOptions
}) {
  const { database, clock, makeId, keyring, bus, targets, log } = deps
  const { concurrency, leaseSeconds, shutdownSeconds, mode = 'WORKER' } = deps.options
  const { pool } = database

  const schedule = createClaimSchedule()
  const capacity = createCapacity(concurrency)
  const blocked = createBlockedClaims()
  const leases = createLeases({ pool, clock, leaseSeconds, claimed: capacity.claimed })
  const maintenance = createMaintenance({ database, clock, makeId, bus, log, leaseSeconds, leases, schedule })
  const heartbeat = createHeartbeat({ pool, clock, makeId, log, mode, concurrency, inFlight: capacity.inFlight })
  const listener = createNotificationListener({
    connection: database.direct,
    schedule,
    runJobs: () => void maintenance.runJobs(),
    log,
  })
  const resultBatcher = createResultBatcher<AttemptResult<ClaimedDelivery>>({
    write,
    release: freeCapacity,
    log,
    isBlocking: ({ delivery }) => blocked.isBlocking(delivery),
    ...(deps.flushEveryMs !== undefined && { everyMs: deps.flushEveryMs }),
  })
  const attempts = createAttempts({
    ...{ clock, makeId, keyring, targets, log, leaseSeconds },
    ...(deps.random && { random: deps.random }),
    ...(deps.ca !== undefined && { ca: deps.ca }),
  })
  const logSending = createLogSending({
    ...{ pool, bus, log, leases, claimed: capacity.claimed },
    ...(deps.logSendingAfterMs !== undefined && { logSendingAfterMs: deps.logSendingAfterMs }),
  })
  const undeliverable = createUndeliverable({ pool, bus, clock, log, onMoved: schedule.nudge })
  const claimer = createClaimer(database.pooled)
  const claimLoop = createClaimLoop({
    ...{ claimer, clock, log, leaseSeconds, schedule, capacity, blocked, leases },
    send(deliveries) {
      for (const delivery of deliveries) void attempt(delivery)
      if (deliveries.length > 0) logSending.look()
    },
    moveUndeliverable: undeliverable.move,
    holdUnheard: maintenance.holdUnheard,
    flushIfBlocked: resultBatcher.flushIfBlocked,
  })

  async function attempt(delivery: ClaimedDelivery): Promise<void> {
    capacity.add(delivery)
    const result = await attempts.make(delivery)
    if (result === undefined) return freeCapacity([{ delivery }])
    capacity.markResponded(delivery)
    resultBatcher.add(result)
  }

  async function write(results: readonly AttemptResult[]): Promise<void> {
    const recorded = await recordResults(pool, results, { now: clock.forQueue(), makeId })
    announceResults(bus, results, recorded)
    deps.mailOwners?.(recorded)
    if (recorded.disabled.length > 0) maintenance.holdWaiting()
  }

  /** After results are recorded, or without an outcome for a delivery that was not sent. */
  function freeCapacity(
    results: readonly (Pick<AttemptResult<ClaimedDelivery>, 'delivery'> & Partial<AttemptResult>)[],
  ): void {
    for (const { delivery, outcome } of results) {
      capacity.remove(delivery)
      if (outcome != null && outcome.retryAfterSeconds !== null) schedule.retryIn(outcome.retryAfterSeconds * 1000)
    }
    if (results.some(({ delivery }) => blocked.mayUnblock(delivery))) schedule.nudge()
    else schedule.arm()
  }

  async function idle(): Promise<void> {
    for (;;) {
      const work = claimLoop.idle() ?? undeliverable.idle() ?? maintenance.idle() ?? capacity.idle()
      if (work === undefined) return
      await work
    }
  }

  return {
    start() {
      schedule.start()
      schedule.nudge()
      listener.start()
      maintenance.start()
      heartbeat.start()
    },
    /** Claims now; for tests that move the clock. */
    nudge: schedule.nudge,
    /** Renews, reclaims, sweeps and replays now; for tests that move the clock. */
    runMaintenance: maintenance.runAll,
    /** Writes the state of the worker now; for tests that move the clock. */
    beat: () => heartbeat.beat(),
    /** Resolves when nothing is claimed, in flight or unrecorded. */
    idle,
    /** Claims no more, waits for requests in flight, aborts the rest and returns their deliveries to the queue. */
    async stop() {
      claimLoop.stop()
      const interruptTimer = setTimeout(() => attempts.interrupt(), shutdownSeconds * 1000)
      await listener.stop()
      // Leases are renewed meanwhile, so that no other worker sends the same deliveries.
      await idle()
      clearTimeout(interruptTimer)
      await maintenance.stop()
      await heartbeat.stop()
      await Promise.all([attempts.stop(), claimer.stop(), logSending.stop()])
    },
  }
}

export type Worker = ReturnType<typeof createWorker>
