import { setTimeout as delay } from 'node:timers/promises'
import { hasSqlState, SQL_STATE } from '../../database/sql-state.ts'
import type { Log } from '../../lib/log.ts'
import type { AttemptResult } from './attempt-outcome.ts'

const BATCH = 500
const RETRY_MS = 500
/** A batch of this size is written without waiting: more results would share little further cost. */
const WORTH_A_STATEMENT = 50
/** Minimum interval between two statements. Most of the cost of a statement is fixed. */
const FLUSH_EVERY_MS = 50

/**
 * Gathers results into batches. One batch is written at a time, and results that arrive meanwhile form the next one. A
 * lone result after a quiet time is written at once; under load the results of `everyMs` share a statement, unless due
 * deliveries are blocked by them. While the database is away results wait, bounded by the deliveries in flight.
 *
 * @param deps.write records a batch; called again after a failure
 * @param deps.release called with each batch that is recorded, or that the database refuses
 * @param deps.isBlocking true while due deliveries cannot be sent before the result is recorded; default never
 * @param deps.everyMs minimum interval between two statements, default FLUSH_EVERY_MS
 */
export function createResultBatcher<Result extends AttemptResult>(deps: {
  write: (results: readonly Result[]) => Promise<void>
  release: (results: readonly Result[]) => void
  log: Log
  isBlocking?: (result: Result) => boolean
  everyMs?: number
}) {
  const { isBlocking = () => false, everyMs = FLUSH_EVERY_MS } = deps
  let waiting: Result[] = []
  let running: Promise<void> | undefined
  let begunAt = Number.NEGATIVE_INFINITY
  let flush = () => {}

  async function run(): Promise<void> {
    // Results of the same turn of the event loop share a batch.
    await new Promise(setImmediate)
    while (waiting.length > 0) {
      await nextFlush()
      begunAt = performance.now()
      const batch = takeBatch()
      await write(batch)
      deps.release(batch)
    }
    running = undefined
  }

  function nextFlush(): Promise<void> | undefined {
    const wait = begunAt + everyMs - performance.now()
    if (wait <= 0 || waiting.length >= WORTH_A_STATEMENT || waiting.some(isBlocking)) return
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, wait)
      flush = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  /** Retries until the database stores the results. A result that the database refuses must not block the others. */
  async function write(batch: readonly Result[], isAgain = false): Promise<void> {
    for (;;) {
      try {
        return await deps.write(batch)
      } catch (error) {
        // The first write, whose answer was lost, was still running. Its rows are visible now.
        if (isDuplicate(error) && !isAgain) return write(batch, true)
        if (isRefusal(error) && batch.length > 1) {
          for (const result of batch) await write([result])
          return
        }
        const fields = { err: error, results: batch.length }
        if (isRefusal(error))
          return deps.log.error(fields, 'The database refused a result; the delivery is sent again after its lease')
        deps.log.error(fields, 'Write of results failed; retrying')
        await delay(RETRY_MS)
      }
    }
  }

  /** At most one result per delivery: the second of two attempts waits for the next batch. */
  function takeBatch(): Result[] {
    const batch = new Map<string, Result>()
    const rest: Result[] = []
    for (const result of waiting)
      if (batch.size < BATCH && !batch.has(result.delivery.id)) batch.set(result.delivery.id, result)
      else rest.push(result)
    waiting = rest
    return [...batch.values()]
  }

  return {
    add(result: Result) {
      waiting.push(result)
      if (waiting.length >= WORTH_A_STATEMENT || isBlocking(result)) flush()
      running ??= run()
    },
    /** Called when more deliveries may be blocked. */
    flushIfBlocked() {
      if (waiting.some(isBlocking)) flush()
    },
    /** Resolves when every added result is written. */
    async idle() {
      while (running !== undefined) await running
    },
  }
}

/** The data is at fault, so a retry cannot help. */
const isRefusal = (error: unknown) => hasSqlState(error, SQL_STATE.dataException, SQL_STATE.integrityViolation)

const isDuplicate = (error: unknown) => hasSqlState(error, SQL_STATE.uniqueViolation)
