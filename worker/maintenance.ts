import type { LiveBus } from '../src/bus/bus.ts'
import { notifyLogGrew } from '../src/bus/delivery-log.ts'
import type { Database } from '../src/database/client.ts'
import { createAudit } from '../src/domain/audit/audit.ts'
import { stepBulkAction } from '../src/domain/deliveries/bulk-action-batch.ts'
import { stepReplay } from '../src/domain/replays/replays.ts'
import { removeLostListeners } from '../src/domain/streams/listeners.ts'
import { removeEphemeral } from '../src/domain/streams/remove-ephemeral.ts'
import type { Clock } from '../src/lib/clock.ts'
import type { MakeId } from '../src/lib/ids.ts'
import type { Log } from '../src/lib/log.ts'
import type { ClaimSchedule } from './claim-schedule.ts'
import type { Leases } from './lease.ts'
import { MOVED_AT_ONCE, type Sweep, sweep } from './sweep.ts'

/** Interval of sweeps, in milliseconds. A safety net: every change that misplaces deliveries also moves them. */
const SWEEP_MS = 30_000

/**
 * Periodic work of a worker: renews leases, reclaims deliveries with an expired lease, sweeps misplaced deliveries, and
 * deletes ephemeral streams, and runs batches of replays and bulk actions.
 */
export function createMaintenance(deps: {
  database: Database
  clock: Clock
  makeId: MakeId
  bus: LiveBus
  log: Log
  leaseSeconds: number
  leases: Leases
  schedule: ClaimSchedule
}) {
  const { bus, clock, log, leaseSeconds, leases } = deps
  const { pool } = deps.database
  const audit = createAudit({ clock, makeId: deps.makeId, bus })
  let stopping = false
  let sweptAt = Number.NEGATIVE_INFINITY
  let timer: NodeJS.Timeout | undefined
  let renewing: Promise<void> | undefined
  let reclaiming: Promise<void> | undefined
  let sweeping: Promise<void> | undefined
  let working: Promise<void> | undefined
  let isHoldingUnheard = false
  const holds = new Set<Promise<void>>()
  let jobsWanted = false

  async function reclaim(): Promise<void> {
    const reclaimed = await sweepAll('reclaim')
    if (reclaimed > 0) log.warn({ deliveries: reclaimed }, 'Reclaimed deliveries with an expired lease')
  }

  async function runSweeps(): Promise<void> {
    sweptAt = performance.now()
    await sweepAll('releaseHeld')
    await sweepAll('holdWaiting')
    await sweepAll('holdUnheard')
    await removeLostListeners(pool, clock.forQueue())
    await removeEphemeral({ database: deps.database, clock, audit, bus })
    await sweepAll('cancelHeld')
    await sweepAll('cancelWaiting')
    await runJobs()
  }

  /** @returns the number of moved deliveries */
  async function sweepAll(kind: Sweep): Promise<number> {
    for (let moved = 0; ; ) {
      const organizationIds = await sweep(pool, kind, clock.forQueue())
      notifyLogGrew(bus, organizationIds)
      moved += organizationIds.length
      if (organizationIds.length > 0) deps.schedule.nudge()
      if (organizationIds.length < MOVED_AT_ONCE || stopping) return moved
    }
  }

  /** Runs a sweep that deliveries call for between two sweeps of all. */
  async function hold(kind: 'holdWaiting' | 'holdUnheard'): Promise<void> {
    const running = sweepAll(kind).then(
      () => {},
      (error) => log.warn({ err: error, sweep: kind }, 'Sweep of deliveries failed; retrying'),
    )
    holds.add(running)
    await running
    holds.delete(running)
  }

  /** Runs batches of replays and bulk actions in turns until none is running. */
  async function runJobs(): Promise<void> {
    jobsWanted = true
    working ??= (async () => {
      try {
        // A job started during the last check is found by another check.
        while (jobsWanted && !stopping) {
          jobsWanted = false
          for (let more = true; more && !stopping; ) {
            const replayed = await stepReplay({ pool, clock, bus, makeId: deps.makeId })
            more = (await stepBulkAction({ database: deps.database, clock, bus })) || replayed
          }
        }
      } catch (error) {
        log.warn({ err: error }, 'Batch of a replay or bulk action failed; retrying')
      } finally {
        working = undefined
      }
    })()
    await working
  }

  function scheduleHeartbeat(wait: number): void {
    timer = setTimeout(() => {
      renewing = leases
        .renewAll()
        .catch((error) => log.warn({ err: error }, 'Lease renewal failed; retrying'))
        .finally(() => {
          if (!stopping) scheduleHeartbeat((leaseSeconds * 1000) / 3)
        })
      // Beside the renewal, because moving many deliveries, or waiting for their log, may take longer than a lease.
      reclaiming ??= reclaim()
        .catch((error) => log.warn({ err: error }, 'Reclaim of deliveries failed; retrying'))
        .finally(() => {
          reclaiming = undefined
        })
      if (performance.now() - sweptAt >= SWEEP_MS)
        sweeping ??= runSweeps()
          .catch((error) => log.warn({ err: error }, 'Sweep of deliveries failed; retrying'))
          .finally(() => {
            sweeping = undefined
          })
    }, wait)
  }

  return {
    /** Renews leases, then reclaims, runs every sweep and job. */
    async runAll() {
      await leases.renewAll()
      await reclaim()
      await runSweeps()
    },
    runJobs,
    /** Holds waiting deliveries of disabled endpoints. */
    holdWaiting: () => void hold('holdWaiting'),
    /** Holds due deliveries of streams without a listener. Calls that arrive meanwhile share the run. */
    holdUnheard() {
      if (isHoldingUnheard) return
      isHoldingUnheard = true
      void hold('holdUnheard').then(() => {
        isHoldingUnheard = false
      })
    },
    /** Undefined while no such sweep runs. */
    idle: () => (holds.size === 0 ? undefined : Promise.all(holds)),
    start: () => scheduleHeartbeat(0),
    async stop() {
      stopping = true
      clearTimeout(timer)
      await Promise.all([renewing, reclaiming, sweeping, ...holds, working])
    },
  }
}
