import { setTimeout as delay } from 'node:timers/promises'

/** Pause after a batch as a multiple of its duration, so that batches never take more than a fifth of the database. */
const REST = 4
const REST_AT_MOST_MS = 1_000

/** Runs work in the background, in batches with a pause after each, until it is stopped. */
export type BatchRunner = ReturnType<typeof createBatchRunner>

export function createBatchRunner() {
  const stopping = new AbortController()
  let running: Promise<void> | undefined
  const rest = (ms: number) => delay(ms, undefined, { signal: stopping.signal }).catch(() => {})

  return {
    /** @param batch does one batch and resolves with true when more may be left */
    async inBatches(batch: () => Promise<boolean>): Promise<void> {
      for (let more = true; more && !stopping.signal.aborted; ) {
        const started = performance.now()
        more = await batch()
        if (more) await rest(Math.min((performance.now() - started) * REST, REST_AT_MOST_MS))
      }
    },

    isStopping: () => stopping.signal.aborted,

    /** Repeats the work with a pause after each time. @param work handles its own failures */
    start(work: () => Promise<unknown>, everyMs: number): void {
      const run = async () => {
        while (!stopping.signal.aborted) {
          await work()
          await rest(everyMs)
        }
      }
      running = run()
    },

    /** Resolves when the batch in progress has ended. */
    async stop(): Promise<void> {
      stopping.abort()
      await running
    },
  }
}
