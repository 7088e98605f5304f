import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { removeChanges, removeEvents } from './prune-events.ts'
import { createRemoveAged } from './prune-usage-and-audit.ts'

const EVERY_MS = 60_000
const DAY_MS = 86_400_000
/** How long a live subscriber may be away and still resume without a gap. */
const CHANGES_KEPT_SECONDS = 600
/** Removing rests for this many times as long as each batch took, so that it never takes more than a share of the database. */
const REST = 4
const REST_AT_MOST_MS = 1_000

/**
 * Removes what is past its time (O6), online: in small batches with a rest after each; of events and their log by one process at a time.
 *
 * @param deps.retentionDays how long events are kept with their deliveries and attempts; 0 keeps them for ever
 * @param deps.usageRetentionDays how long each request with a key is kept, after it was counted; 0 for ever
 * @param deps.auditRetentionDays how long audit entries are kept; 0 for ever
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
  const stopping = new AbortController()
  let running: Promise<void> | undefined

  /** Everything that is past its time now. @returns how many events were removed */
  async function removeAll(): Promise<number> {
    await inBatches(() => removeChanges(pool, clock.forQueue(), CHANGES_KEPT_SECONDS))
    const days = { usage: deps.usageRetentionDays, audit: deps.auditRetentionDays }
    for (const removeAged of createRemoveAged(pool, clock.now(), days)) await inBatches(removeAged)
    if (deps.retentionDays === 0) return 0
    const before = new Date(clock.now().getTime() - deps.retentionDays * DAY_MS)
    let last: string | null = ''
    let events = 0
    await inBatches(async () => {
      const batch = await removeEvents(pool, before, last!)
      last = batch.last
      events += batch.removed
      // The log grows on meanwhile, however long this takes.
      await removeChanges(pool, clock.forQueue(), CHANGES_KEPT_SECONDS)
      return last !== null
    })
    if (events > 0) log.info({ events }, `Removed events older than ${deps.retentionDays} days.`)
    return events
  }

  /** @param batch removes one, and resolves with whether there may be more */
  async function inBatches(batch: () => Promise<boolean>): Promise<void> {
    for (let more = true; more && !stopping.signal.aborted; ) {
      const started = performance.now()
      more = await batch()
      if (more) await rest(Math.min((performance.now() - started) * REST, REST_AT_MOST_MS))
    }
  }

  const rest = (ms: number) => delay(ms, undefined, { signal: stopping.signal }).catch(() => {})

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await removeAll().catch((error) => log.warn({ err: error }, 'Old events could not be removed. Trying again.'))
      await rest(EVERY_MS)
    }
  }

  return {
    removeAll,
    start() {
      running = run()
    },
    async stop() {
      stopping.abort()
      await running
    },
  }
}
