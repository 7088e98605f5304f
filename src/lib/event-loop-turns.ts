import { setImmediate as nextTurn } from 'node:timers/promises'

/** Milliseconds of synchronous work in one turn of the event loop. */
const TURN_MS = 10

/** Waits until work may go on; undefined when it may at once. */
type TakeTurn = () => Promise<void> | undefined

/** Returns a function that work calls between its steps: it waits for the next turn once the current one took TURN_MS. */
export function createTurns(now: () => number = () => performance.now()): TakeTurn {
  let began = now()
  return () => {
    if (now() - began < TURN_MS) return undefined
    return nextTurn().then(() => {
      began = now()
    })
  }
}

/**
 * Divides the event loop between many small works that could otherwise fill one turn together, such as messages to
 * thousands of subscribers: after TURN_MS of them the others wait in their order, and connections are served between.
 */
export function createTurnQueue(now: () => number = () => performance.now()): TakeTurn {
  const waiting = new Set<() => void>()
  let began: number | undefined

  function beginTurn(): void {
    began = now()
    setImmediate(endTurn)
  }

  function endTurn(): void {
    began = undefined
    if (waiting.size === 0) return
    beginTurn()
    releaseNext()
  }

  function releaseNext(): void {
    for (const release of waiting) {
      waiting.delete(release)
      release()
      // Runs once all microtasks of the released work have ended, so that its time counts.
      if (waiting.size > 0) queueMicrotask(() => process.nextTick(goOn))
      return
    }
  }

  const isOver = () => began !== undefined && now() - began >= TURN_MS
  const goOn = () => {
    if (!isOver()) releaseNext()
  }

  return () => {
    if (began === undefined) beginTurn()
    if (waiting.size === 0 && !isOver()) return undefined
    return new Promise((resolve) => waiting.add(resolve))
  }
}
