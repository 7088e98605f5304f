import { setImmediate } from 'node:timers/promises'

/** Milliseconds of synchronous work in one turn of the event loop. */
const TURN_MS = 10

/** Returns a function that work calls between its steps: it waits for the next turn once the current one took TURN_MS. */
export function createTurns(now: () => number = () => performance.now()): () => Promise<void> | undefined {
  let began = now()
  return () => {
    if (now() - began < TURN_MS) return undefined
    return setImmediate().then(() => {
      began = now()
    })
  }
}
