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
  /** Certificate authorities besides the system's. */
  ca?: string
  options: WorkerOptions
}) {
  const { database, clock, makeId, keyring, bus, targets, log, options } = deps
  const { leaseSeconds } = options
  const { pool } = database

  const waitingForIdle: (() => void)[] = []

  const inFlight = createCapacity(options.concurrency)
  const attempts = createAttempts({
    ...{ clock, makeId, keyring, targets, log, leaseSeconds },
    ...(deps.random && { random: deps.random }),
    ...(deps.ca !== undefined && { ca: deps.ca }),
  })
  const logSending = createLogSending({
    ...{ pool, bus, log, inFlight: inFlight.values },
    ...(deps.logSendingAfterMs !== undefined && { logSendingAfterMs: deps.logSendingAfterMs }),
    leasesRenewed: () => maintenance.leasesRenewed(),
  })
  const claimLoop = createClaimLoop({
    ...{ database, clock, log, leaseSeconds, inFlight },
    leasesRenewed: () => maintenance.leasesRenewed(),
    onClaimed(deliveries) {
      for (const delivery of deliveries) void attempt(delivery)
      if (deliveries.length > 0) logSending.look()
    },
    onUndeliverable: (found) => undeliverable.move(found),
    onAwaited: () => resultBatcher.lookAgain(),
  })
  const wake = () => claimLoop.wake()
  const undeliverable = createUndeliverable({ pool, bus, clock, log, wake })
  const maintenance = createMaintenance({
    ...{ database, clock, makeId, bus, log, leaseSeconds, wake },
    inFlight: inFlight.values,
  })
  const listener = createNotificationListener({
    connection: database.direct,
    onWake: claimLoop.wake,
    onReplay: () => void maintenance.replay(),
    log,
  })
  const resultBatcher = createResultBatcher({
    log,
    isAwaited: ({ delivery }) => claimLoop.isAwaited(delivery),
    ...(deps.flushEveryMs !== undefined && { everyMs: deps.flushEveryMs }),
    async write(results) {
      const way = claimLoop.settling(results)
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
        maintenance.hold().catch((error) => log.warn({ err: error }, 'Sweep of waiting deliveries failed; retrying'))
    },
    onSettled(results) {
      for (const { delivery } of results) inFlight.remove(delivery)
      claimLoop.onSettled(results)
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
    resultBatcher.add(result)
  }

  function noteIdle(): void {
    if (inFlight.size === 0) for (const resolve of waitingForIdle.splice(0)) resolve()
  }

  return {
    start() {
      claimLoop.start()
      listener.start()
      maintenance.start()
    },
    /** Claims now, everything due or the named deliveries; for tests that move the clock. */
    wake: claimLoop.wake,
    /** Renews and reclaims now; for tests that move the clock. */
    heartbeat: maintenance.heartbeat,
    /** Resolves when nothing is claimed, in flight or unrecorded. */
    async idle() {
      while (claimLoop.idle() !== undefined || undeliverable.idle() !== undefined || inFlight.size > 0) {
        await claimLoop.idle()
        await undeliverable.idle()
        if (inFlight.size > 0) await new Promise<void>((resolve) => waitingForIdle.push(resolve))
      }
    },
    /** Claims no more, waits for requests in flight, aborts the rest and returns their deliveries to the queue. */
    async stop() {
      claimLoop.stop()
      const late = setTimeout(() => attempts.interrupt(), options.shutdownSeconds * 1000)
      await listener.stop()
      // Leases are renewed meanwhile, so that no other worker sends the same deliveries.
      await this.idle()
      clearTimeout(late)
      await maintenance.stop()
      await Promise.all([attempts.stop(), claimLoop.close(), logSending.stop()])
    },
  }
}

export type Worker = ReturnType<typeof createWorker>
