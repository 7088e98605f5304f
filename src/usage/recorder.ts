import type pg from 'pg'
import type { Clock } from '../clock.ts'
import { timeOrderedUuid } from '../ids.ts'
import { type LiveBus, usageChannel } from '../live/bus.ts'
import type { Log } from '../log.ts'
import type { UsageRecord } from './usage-record.ts'
import { rollUp, writeBatch } from './write.ts'

/** What a crash can lose: requests of this long and of the write under way, less than a second together. */
const FLUSH_MS = 500
/** Records in one statement at most. */
const BATCH = 5_000
/** Records in memory at most, while the database is away; what comes past that is lost, counted, and said so. */
export const WAITING_RECORDS = 100_000
/** Counting rests for this many times as long as it took: the busier it is, the more each run counts at once. */
const REST = 3

interface Batch {
  id: string
  records: UsageRecord[]
  /** Takes no more: it may be in the database already, with what it had then. */
  sealed: boolean
}

/** Records requests (U1, U3) without holding any up: in memory, then in batches in the database, then counted. */
export type UsageRecorder = ReturnType<typeof createUsageRecorder>

/** @param deps.recordUsage false records nothing */
export function createUsageRecorder(deps: {
  pool: pg.Pool
  bus: LiveBus
  clock: Clock
  log: Log
  recordUsage: boolean
}) {
  const { pool, clock, log } = deps
  /** In the order of time; the last one takes what comes. */
  const batches: Batch[] = []
  let waiting = 0
  let lost = 0
  /** Whether the database may have batches that are not counted yet. */
  let uncounted = false
  let countAt = 0
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()

  async function write(): Promise<void> {
    const ready = batches.splice(0)
    for (const batch of ready) batch.sealed = true
    try {
      for (let [batch] = ready; batch !== undefined; [batch] = ready) {
        await writeBatch(pool, batch.id, clock.now(), batch.records)
        uncounted = true
        waiting -= batch.records.length
        ready.shift()
      }
    } finally {
      batches.unshift(...ready)
    }
    if (lost > 0) log.error({ lost }, 'Usage was lost: more requests came than can wait for the database.')
    lost = 0
  }

  /** Counts what was written, by this process or by one that was killed before it could. */
  async function count(): Promise<void> {
    const started = performance.now()
    for (let more = true; more; ) {
      const done = await rollUp(pool, clock.now())
      more = done.more
      for (const { organizationId, keyIds } of done.counted)
        if (organizationId !== '') deps.bus.publish(usageChannel(organizationId), keyIds)
    }
    uncounted = false
    countAt = performance.now() + (performance.now() - started) * REST
  }

  /** One after the other. @param whole also what would rest yet, and failing when it fails */
  function flush(whole: boolean): Promise<void> {
    const run = running.then(async () => {
      await write()
      if (uncounted && (whole || performance.now() >= countAt)) await count()
    })
    running = run.catch((error) => log.warn({ err: error, waiting }, 'Usage could not be written. Trying again.'))
    return whole ? run : running
  }

  function arm(): void {
    timer ??= setTimeout(() => {
      flush(false).then(() => {
        timer = undefined
        if (batches.length > 0 || uncounted) arm()
      })
    }, FLUSH_MS)
  }

  return {
    add(record: UsageRecord): void {
      if (!deps.recordUsage) return
      if (waiting >= WAITING_RECORDS) {
        lost++
        return
      }
      waiting++
      let batch = batches.at(-1)
      if (batch === undefined || batch.sealed || batch.records.length >= BATCH) {
        batch = { id: timeOrderedUuid(clock.now()), records: [], sealed: false }
        batches.push(batch)
      }
      batch.records.push(record)
      arm()
    },
    /** Counts what a process that was killed has left. */
    start(): void {
      uncounted = true
      arm()
    },
    /** Writes and counts everything that is there. */
    flush: () => flush(true),
    /** The same, once and for all: a normal stop loses nothing. */
    async stop(): Promise<void> {
      await flush(true)
      clearTimeout(timer)
    },
  }
}
