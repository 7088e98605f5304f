import { LRUCache } from 'lru-cache'
import type pg from 'pg'
import { type LiveBus, usageChannel } from '../../bus/bus.ts'
import { hasSqlState, SQL_STATE } from '../../database/sql-state.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { rollUp } from './roll-up.ts'
import { type Batch, createBatch } from './usage-batch.ts'
import { PEOPLE, REFUSED, type UsageRecord } from './usage-record.ts'
import { writeBatch } from './write-batch.ts'

/**
 * Interval between writes. A crash loses the records of this interval and of the write in flight: less than a second
 * while the database keeps up.
 */
const FLUSH_MS = 500
/** Maximum records of one statement, so that reading one record back takes milliseconds. */
const BATCH = 2_000
/** Maximum records in memory while the database is away. Records past the bound are dropped, counted and logged. */
export const WAITING_RECORDS = 100_000
/**
 * Maximum records per minute and process of requests with unknown keys, and of those with invalid keys of each
 * organization. Further ones are counted: anybody can send them.
 */
export const REFUSED_RECORDS = 60
/** Pause after a roll-up as a multiple of its duration, so that roll-ups take at most a hundredth of the time. */
const REST = 99
const REST_AT_MOST_MS = 30_000

/** Distinct operation names of one organization. Further names are counted together. */
const OPERATIONS = 500
export const OTHER = 'other'
const ORGANIZATIONS_REMEMBERED = 10_000

/** Records requests without delaying any: in memory first, then in batches in the database, then in roll-ups. */
export type UsageRecorder = ReturnType<typeof createUsageRecorder>

export function createUsageRecorder(deps: { pool: pg.Pool; bus: LiveBus; clock: Clock; log: Log }) {
  const { pool, clock, log } = deps
  /** Records of refused keys in the last minute that had one, by organization. */
  const refused = new LRUCache<string, { minute: number; records: number }>({ max: ORGANIZATIONS_REMEMBERED })
  const operations = new LRUCache<string, Set<string>>({ max: ORGANIZATIONS_REMEMBERED })
  /**
   * The batch that takes new records. No write of it was attempted: a failed write may have stored the batch as it was.
   */
  let open: Batch | undefined
  /** Batches to write, oldest first. */
  const closed: Batch[] = []
  let waiting = 0
  let lost = 0
  /** True while the database may hold batches that no roll-up counted. */
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
        // A batch with values that the database will never accept must not block the batches after it.
        if (!hasSqlState(error, SQL_STATE.dataException)) throw error
        lost += batch.size
        log.error({ err: error }, 'The database refused a batch of usage records; the batch was dropped')
      })
      uncounted = true
      waiting -= batch.size
      closed.shift()
    }
    if (lost > 0) log.error({ lost }, 'Usage records were dropped')
    lost = 0
  }

  /** Counts written batches, those of a killed process included. */
  async function count(): Promise<void> {
    const started = performance.now()
    uncounted = false
    try {
      for (let more = true; more; ) {
        const done = await rollUp(pool)
        more = done.more
        for (const { organizationId, keyIds } of done.counted)
          if (organizationId !== '') announce(organizationId, keyIds)
      }
    } catch (error) {
      uncounted = true
      throw error
    }
    countAt = performance.now() + Math.min((performance.now() - started) * REST, REST_AT_MOST_MS)
  }

  function announce(organizationId: string, keyIds: readonly string[]): void {
    const counted = keyIds.filter((keyId) => keyId !== PEOPLE)
    if (counted.length > 0) deps.bus.publish(usageChannel(organizationId), counted)
  }

  /** Serializes writes, and serializes roll-ups; neither waits for the other. */
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
  const warn = (error: unknown) => log.warn({ err: error, waiting }, 'Write of usage records failed; retrying')

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

  /** True while the operation may have a series of its own: each series adds buckets for every key. */
  function isTold({ organizationId, operation }: UsageRecord): boolean {
    const known = operations.get(organizationId ?? '') ?? new Set()
    if (known.has(operation)) return true
    if (known.size >= OPERATIONS) return false
    operations.set(organizationId ?? '', known.add(operation))
    return true
  }

  /** True while the request may have a record of its own. */
  function isRecorded({ organizationId, keyId, outcome, at }: UsageRecord): boolean {
    if (keyId === PEOPLE) return false
    if (organizationId !== null && outcome !== REFUSED) return true
    const minute = Math.floor(at.getTime() / 60_000)
    const known = refused.get(organizationId ?? '')
    const records = known?.minute === minute ? known.records + 1 : 1
    refused.set(organizationId ?? '', { minute, records })
    return records <= REFUSED_RECORDS
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
      if (waiting >= WAITING_RECORDS) {
        lost++
        return
      }
      if (open?.takes(record) === false) close()
      open ??= createBatch(record.at)
      const told = isTold(record) ? record : { ...record, operation: OTHER }
      if (isRecorded(record)) {
        waiting++
        open.add(told)
      } else open.count(told)
      if (open.size >= BATCH) close()
      arm()
    },
    /** Counts the batches that a killed process left. */
    start(): void {
      uncounted = true
      arm()
    },
    /** Writes every record in memory and leaves counting to the next roll-up. */
    write: nextWrite,
    /** Writes and counts every record in memory. */
    flush,
    /** Flushes and stops: a normal stop loses nothing. */
    async stop(): Promise<void> {
      await flush()
      clearTimeout(timer)
    },
  }
}
