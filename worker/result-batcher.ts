import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { Log } from '../src/lib/log.ts'
import type { Result } from './attempt-outcome.ts'

const BATCH = 500
const RETRY_MS = 500
/** As many have little left to share, and are written without waiting for more. */
const WORTH_A_STATEMENT = 50
/** A statement costs most of what it costs before it has looked at its first result. */
const SETTLE_EVERY_MS = 50

/**
 * Gathers results into batches. One batch is written at a time, and whatever finishes meanwhile forms the next. After a quiet
 * while a lone result is written at once; when they come one after the other, those of `everyMs` share a statement, unless
 * what they free is waited for. While the database is away, results wait: they are as many as deliveries in flight at most,
 * since a delivery stays in flight until it is settled.
 *
 * @param deps.isAwaited whether something cannot be sent before this is settled: then it does not wait. Default: never
 * @param deps.everyMs between the beginnings of two statements, default SETTLE_EVERY_MS
 */
export function createSettler(deps: {
  write: (results: readonly Result[]) => Promise<void>
  onSettled: (results: readonly Result[]) => void
  log: Log
  isAwaited?: (result: Result) => boolean
  everyMs?: number
}): { add(result: Result): void; lookAgain(): void; idle(): Promise<void> } {
  const { isAwaited = () => false, everyMs = SETTLE_EVERY_MS } = deps
  let waiting: Result[] = []
  let running: Promise<void> | undefined
  let begunAt = Number.NEGATIVE_INFINITY
  let hurry = () => {}

  async function run(): Promise<void> {
    // What finishes in the same turn of the event loop belongs together.
    await new Promise(setImmediate)
    while (waiting.length > 0) {
      await nextTurn()
      begunAt = performance.now()
      const batch = takeBatch()
      await write(batch)
      deps.onSettled(batch)
    }
    running = undefined
  }

  function nextTurn(): Promise<void> | undefined {
    const wait = begunAt + everyMs - performance.now()
    if (wait <= 0 || waiting.length >= WORTH_A_STATEMENT || waiting.some(isAwaited)) return
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, wait)
      hurry = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  /** Tries until the database has the results. One that it refuses for what is in it must not hold up the others. */
  async function write(batch: readonly Result[], isAgain = false): Promise<void> {
    for (;;) {
      try {
        return await deps.write(batch)
      } catch (error) {
        // Its first writing, whose answer was lost, was still under way. By now what it recorded is to be seen.
        if (isDuplicate(error) && !isAgain) return write(batch, true)
        if (isRefusal(error) && batch.length > 1) {
          for (const result of batch) await write([result])
          return
        }
        const fields = { err: error, results: batch.length }
        if (isRefusal(error))
          return deps.log.error(fields, 'A result was refused. Its delivery is sent again after its lease.')
        deps.log.error(fields, 'Results could not be written. They are kept and tried again.')
        await delay(RETRY_MS)
      }
    }
  }

  /** A delivery at most once: the second of two attempts waits for the next batch. */
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
    add(result) {
      waiting.push(result)
      if (waiting.length >= WORTH_A_STATEMENT || isAwaited(result)) hurry()
      running ??= run()
    },
    /** What is awaited has changed. */
    lookAgain() {
      if (waiting.some(isAwaited)) hurry()
    },
    /** Resolves when everything that was added is written. */
    async idle() {
      while (running !== undefined) await running
    },
  }
}

/** SQLSTATE classes 22 and 23: the data is at fault, so trying again cannot help. */
function isRefusal(error: unknown): boolean {
  return error instanceof pg.DatabaseError && /^2[23]/.test(error.code ?? '')
}

function isDuplicate(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '23505'
}
