import { LRUCache } from 'lru-cache'
import pg from 'pg'
import { type LiveBus, usageChannel } from '../../bus/bus.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { rollUp } from './roll-up.ts'
import { type Batch, createBatch } from './usage-batch.ts'
import type { UsageRecord } from './usage-record.ts'
import { writeBatch } from './write-batch.ts'

/** What a crash can lose: requests of this long and of the write under way, less than a second while the database keeps up. */
const FLUSH_MS = 500
/** Records in one statement at most: some milliseconds to read through for whoever looks one up. */
const BATCH = 2_000
/** Records in memory at most, while the database is away; what comes past that is lost, counted, and said so. */
export const WAITING_RECORDS = 100_000
/** Of these, with keys that nobody has: a flood of them must push out nobody's. */
const WAITING_UNKNOWN = 10_000
/**
 * Counting rests for this many times as long as it took, so it never takes more than a hundredth of the time: at once when
 * little is asked, and twice a minute with a million requests in it, when most fall into buckets that a run touches only once.
 */
const REST = 99
const REST_AT_MOST_MS = 30_000

/** Operations of one organization that are told apart; what a host names past that is counted together. */
const OPERATIONS = 500
export const OTHER = 'other'
const ORGANIZATIONS_REMEMBERED = 10_000

/** Records requests (U1, U3) without holding any up: in memory, then in batches in the database, then counted. */
export type UsageRecorder = ReturnType<typeof createUsageRecorder>

export function createUsageRecorder(deps: { pool: pg.Pool; bus: LiveBus; clock: Clock; log: Log }) {
  const { pool, clock, log } = deps
  const operations = new LRUCache<string, Set<string>>({ max: ORGANIZATIONS_REMEMBERED })
  /** Takes what comes. Not yet tried to be written: once it is, it may be in the database, with what it had then. */
  let open: Batch | undefined
  /** Are to be written, in the order of time. */
  const closed: Batch[] = []
  let waiting = 0
  let waitingUnknown = 0
  let lost = 0
  /** Whether the database may have batches that are not counted yet. */
  let uncounted = false
  let countAt = 0
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> = Promise.resolve()
  let counting: Promise<void> = Promise.resolve()
  let isCounting = false

  async function write(): Promise<void> {
    close()
    for (const batch of [...closed]) {
      await writeBatch(pool, batch, clock.now()).catch((error) => {
        // What the database will never take must not hold up what comes after it.
        if (!isRefused(error)) throw error
        lost += batch.size
        log.error({ err: error }, 'Usage was refused by the database.')
      })
      uncounted = true
      waiting -= batch.size
      waitingUnknown -= batch.unknown
      closed.shift()
    }
    if (lost > 0) log.error({ lost }, 'Requests are missing from usage.')
    lost = 0
  }

  /** Counts what was written, by this process or by one that was killed before it could. */
  async function count(): Promise<void> {
    const started = performance.now()
    uncounted = false
    try {
      for (let more = true; more; ) {
        const done = await rollUp(pool)
        more = done.more
        for (const { organizationId, keyIds } of done.counted)
          if (organizationId !== '') deps.bus.publish(usageChannel(organizationId), keyIds)
      }
    } catch (error) {
      uncounted = true
      throw error
    }
    countAt = performance.now() + Math.min((performance.now() - started) * REST, REST_AT_MOST_MS)
  }

  /** One write after the other, and one count; a write waits for no count. */
  const nextWrite = () => {
    const run = writing.then(write)
    writing = run.catch(warn)
    return run
  }
  const nextCount = () => {
    const run = counting.then(count)
    isCounting = true
    counting = run.catch(warn).finally(() => {
      isCounting = false
    })
    return run
  }
  const warn = (error: unknown) => log.warn({ err: error, waiting }, 'Usage could not be written. Trying again.')

  async function flush(): Promise<void> {
    await nextWrite()
    await nextCount()
  }

  function close(): void {
    if (open === undefined) return
    open.close()
    closed.push(open)
    open = undefined
  }

  /** Whether an operation has a name of its own: each makes buckets for each key. */
  function isTold({ organizationId, operation }: UsageRecord): boolean {
    const known = operations.get(organizationId ?? '') ?? new Set()
    if (known.has(operation)) return true
    if (known.size >= OPERATIONS) return false
    operations.set(organizationId ?? '', known.add(operation))
    return true
  }

  function arm(): void {
    timer ??= setTimeout(async () => {
      await nextWrite().catch(() => {})
      if (uncounted && !isCounting && performance.now() >= countAt) nextCount().catch(() => {})
      timer = undefined
      if (open !== undefined || closed.length > 0 || uncounted || isCounting) arm()
    }, FLUSH_MS)
  }

  return {
    add(record: UsageRecord): void {
      const isUnknown = record.organizationId === null
      if (waiting >= WAITING_RECORDS || (isUnknown && waitingUnknown >= WAITING_UNKNOWN)) {
        lost++
        return
      }
      waiting++
      if (isUnknown) waitingUnknown++
      if (open?.takes(record) === false) close()
      open ??= createBatch(record.at)
      open.add(isTold(record) ? record : { ...record, operation: OTHER })
      if (open.size >= BATCH) close()
      arm()
    },
    /** Counts what a process that was killed has left. */
    start(): void {
      uncounted = true
      arm()
    },
    /** Writes everything that is there, and leaves it to be counted. */
    write: nextWrite,
    /** Writes and counts everything that is there. */
    flush,
    /** The same, once and for all: a normal stop loses nothing. */
    async stop(): Promise<void> {
      await flush()
      clearTimeout(timer)
    },
  }
}

/** Whether the values themselves were refused (class 22, data exceptions), and not the moment. */
function isRefused(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code?.startsWith('22') === true
}
