import type pg from 'pg'
import { createBatchRunner } from '../../lib/batch-runner.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { pruneDeliveryLog, pruneEvents } from './prune-events.ts'
import { createPruneUsageAndAudit } from './prune-usage-and-audit.ts'

const EVERY_MS = 60_000
const DAY_MS = 86_400_000
/** Seconds for which a disconnected subscriber can resume without a gap. */
const CHANGES_KEPT_SECONDS = 600

/**
 * Enforces retention online, in small batches with a pause after each; one process at a time prunes events and the
 * delivery log.
 *
 * @param deps.retentionDays retention of events with their deliveries and attempts, in days; 0 keeps them forever
 * @param deps.usageRetentionDays retention of counted usage records, in days; 0 keeps them forever
 * @param deps.auditRetentionDays retention of audit entries, in days; 0 keeps them forever
 */
export function createRetention(deps: {
  pool: pg.Pool
  clock: Clock
  log: Log
  retentionDays: number
  usageRetentionDays: number
  auditRetentionDays: number
}) {
  const { pool, clock, log } = deps
  const { inBatches, start, stop } = createBatchRunner()

  /** Removes everything past its retention. @returns the number of removed events */
  async function removeAll(): Promise<number> {
    await inBatches(() => pruneDeliveryLog(pool, clock.forQueue(), CHANGES_KEPT_SECONDS))
    const days = { usage: deps.usageRetentionDays, audit: deps.auditRetentionDays }
    for (const removeAged of createPruneUsageAndAudit(pool, clock.now(), days)) await inBatches(removeAged)
    if (deps.retentionDays === 0) return 0
    const before = new Date(clock.now().getTime() - deps.retentionDays * DAY_MS)
    let last: string | null = ''
    let events = 0
    await inBatches(async () => {
      const batch = await pruneEvents(pool, before, last!)
      last = batch.last
      events += batch.removed
      // The delivery log goes on growing during a long run.
      await pruneDeliveryLog(pool, clock.forQueue(), CHANGES_KEPT_SECONDS)
      return last !== null
    })
    if (events > 0) log.info({ events, retentionDays: deps.retentionDays }, 'Retention removed events')
    return events
  }

  return {
    removeAll,
    start: () =>
      start(() => removeAll().catch((error) => log.warn({ err: error }, 'Retention run failed; retrying')), EVERY_MS),
    stop,
  }
}
