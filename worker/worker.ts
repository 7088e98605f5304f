import type { LiveBus } from '../src/bus/bus.ts'
import { notifyEndpointChanged, notifyLogGrew } from '../src/bus/delivery-log.ts'
import type { Database } from '../src/database/client.ts'
import type { TargetPolicy } from '../src/domain/endpoints/target-policy.ts'
import type { Clock } from '../src/lib/clock.ts'
import type { MakeId } from '../src/lib/ids.ts'
import type { Keyring } from '../src/lib/keyring.ts'
import type { Log } from '../src/lib/log.ts'
import { createAttempts } from './attempt.ts'
import { createCapacity } from './capacity.ts'
import type { ClaimedDelivery } from './claim.ts'
import { createClaimLoop } from './claim-loop.ts'
import { createLogSending } from './log-sending.ts'
import { createMaintenance } from './maintenance.ts'
import { createNotificationListener } from './notification-listener.ts'
import { recordResults } from './record-results.ts'
import { createResultBatcher } from './result-batcher.ts'
import { createUndeliverable } from './undeliverable.ts'

export interface WorkerOptions {
  /** Maximum deliveries in flight. */
  concurrency: number
  /** Seconds without renewal after which another worker takes over the deliveries of this one. */
  leaseSeconds: number
  /** Seconds for which a stop waits for requests in flight before it aborts them. */
  shutdownSeconds: number
}

/**
 * The delivery worker: claims due deliveries after a notification, sends each within the bounds of its endpoint, and
 * records results in batches. No transaction is open while a request is in flight, and any number of workers share a
 * database.
 */
export function createWorker(deps: {
  database: Database
  clock: Clock
  makeId: MakeId
  keyring: Keyring
  bus: LiveBus
  targets: TargetPolicy
  log: Log
  /** Returns a fraction from 0 to 1, for the jitter of retries. */
  random?: () => number
  /** See `createResultBatcher`. */
  flushEveryMs?: number
  /** See `createLogSending`. */
  logSendingAfterMs?: number
  options: WorkerOptions
}) {
  const { database, clock, bus, log, options } = deps
  const { pool } = database

  const waitingForIdle: (() => void)[] = []

  const inFlight = createCapacity(options.concurrency)
  const attempts = createAttempts({ ...deps, leaseSeconds: options.leaseSeconds })
  const tell = createLogSending({
    ...deps,
    pool,
    inFlight: inFlight.values,
    leasesRenewed: () => upkeep.leasesRenewed(),
  })
  const intake = createClaimLoop({
    ...deps,
    leaseSeconds: options.leaseSeconds,
    inFlight,
    leasesRenewed: () => upkeep.leasesRenewed(),
    onClaimed(deliveries) {
      for (const delivery of deliveries) void attempt(delivery)
      if (deliveries.length > 0) tell.look()
    },
    onUndeliverable: (found) => aside.move(found),
    onAwaited: () => settler.lookAgain(),
  })
  const wake = () => intake.wake()
  const aside = createUndeliverable({ ...deps, pool, wake })
  const upkeep = createMaintenance({ ...deps, leaseSeconds: options.leaseSeconds, inFlight: inFlight.values, wake })
  const listener = createNotificationListener({
    connection: database.direct,
    onWake: intake.wake,
    onReplay: () => void upkeep.replay(),
    log,
  })
  const settler = createResultBatcher({
    log,
    isAwaited: ({ delivery }) => intake.isAwaited(delivery),
    ...(deps.flushEveryMs !== undefined && { everyMs: deps.flushEveryMs }),
    async write(results) {
      const way = intake.settling(results)
      const { healthChanged, disabled } = await recordResults(way, results, {
        now: clock.forQueue(),
        makeId: deps.makeId,
      })
      notifyLogGrew(
        bus,
        results.map(({ delivery }) => delivery.organization_id),
      )
      for (const { delivery } of results)
        if (healthChanged.includes(delivery.endpoint_id))
          notifyEndpointChanged(bus, delivery.organization_id, delivery.endpoint_id)
      if (disabled.length > 0)
        upkeep.hold().catch((error) => log.warn({ err: error }, 'Sweep of waiting deliveries failed; retrying'))
    },
    onSettled(results) {
      for (const { delivery } of results) inFlight.remove(delivery)
      intake.onSettled(results)
      noteIdle()
    },
  })

  async function attempt(delivery: ClaimedDelivery): Promise<void> {
    inFlight.add(delivery)
    const result = await attempts.make(delivery)
    if (result === undefined) {
      inFlight.remove(delivery)
      return noteIdle()
    }
    inFlight.answered(delivery)
    settler.add(result)
  }

  function noteIdle(): void {
    if (inFlight.size === 0) for (const resolve of waitingForIdle.splice(0)) resolve()
  }

  return {
    start() {
      intake.start()
      listener.start()
      upkeep.start()
    },
    /** Claims now, everything due or the named deliveries; for tests that move the clock. */
    wake: intake.wake,
    /** Renews and reclaims now; for tests that move the clock. */
    beat: upkeep.beat,
    /** Resolves when nothing is claimed, in flight or unrecorded. */
    async idle() {
      while (intake.idle() !== undefined || aside.idle() !== undefined || inFlight.size > 0) {
        await intake.idle()
        await aside.idle()
        if (inFlight.size > 0) await new Promise<void>((resolve) => waitingForIdle.push(resolve))
      }
    },
    /** Claims no more, waits for requests in flight, aborts the rest and returns their deliveries to the queue. */
    async stop() {
      intake.stop()
      const late = setTimeout(() => attempts.interrupt(), options.shutdownSeconds * 1000)
      await listener.stop()
      // Leases are renewed meanwhile, so that no other worker sends the same deliveries.
      await this.idle()
      clearTimeout(late)
      await upkeep.stop()
      await Promise.all([attempts.stop(), intake.close(), tell.stop()])
    },
  }
}

export type Worker = ReturnType<typeof createWorker>
