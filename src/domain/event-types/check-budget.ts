import type { Clock } from '../../lib/clock.ts'
import { RateLimitedError } from '../../lib/errors.ts'
import { createSlidingWindow } from '../limits/sliding-window.ts'

/** Maximum milliseconds per minute in which one process checks events of one organization. */
const ORGANIZATION_MS = 10_000
/** Maximum milliseconds in which the events of one request are checked. */
export const REQUEST_MS = 1_000
/** Checks below these milliseconds are not counted: they cost no more than the rest of a publish. */
const COUNTED_FROM_MS = 1
/** Milliseconds of preparing events in one turn of the event loop, after which the request waits for its next turn. */
const TURN_MS = 10

/** The checks of one request. */
export interface RequestChecks {
  /** Runs a check and counts its time. */
  run<Result>(check: () => Result): Result
  /** True when the request used up its time. */
  isSpent(): boolean
}

/**
 * Bounds the time that publishing takes from the event loop: past TURN_MS, one request prepares events in each turn, and
 * organizations alternate.
 */
export function createCheckBudget(deps: { clock: Clock; organizationMs?: number }) {
  const limit = deps.organizationMs ?? ORGANIZATION_MS
  const spent = createSlidingWindow(() => deps.clock.now().getTime())
  const costOf = (amount: number) => [{ name: 'minute', limit, seconds: 60, amount } as const]
  const waiting = new Map<string, { request: RequestChecks | undefined; resolve: () => void }[]>()
  /** The request with the turn. */
  let holder: RequestChecks | undefined
  let heldMs = 0
  let isArmed = false

  function nextTurn(): void {
    heldMs = 0
    holder = undefined
    const [next] = waiting
    isArmed = next !== undefined
    if (next === undefined) return
    const [organizationId, queue] = next
    const { request, resolve } = queue.shift()!
    waiting.delete(organizationId)
    if (queue.length > 0) waiting.set(organizationId, queue)
    holder = request
    resolve()
    setImmediate(nextTurn)
  }

  return {
    /**
     * Resolves in the turn of a request; undefined when its next event may be prepared now: within TURN_MS, the request
     * with the turn goes on.
     */
    turn(organizationId: string, request?: RequestChecks): Promise<void> | undefined {
      const mayGoOn = waiting.size === 0 || (request !== undefined && request === holder)
      if (heldMs <= TURN_MS && mayGoOn) return undefined
      const { promise, resolve } = Promise.withResolvers<void>()
      const queue = waiting.get(organizationId) ?? []
      queue.push({ request, resolve })
      waiting.set(organizationId, queue)
      return promise
    },

    /** @throws RateLimitedError when the organization used up its minute */
    open(organizationId: string): RequestChecks {
      const { now, windows } = spent.spend(organizationId, costOf(0))
      const seconds = Math.ceil((windows[0]!.retryAt - now) / 1000)
      if (seconds > 0) throw new RateLimitedError(`${messageOf(limit)} Try again in ${seconds} s.`, seconds)
      let requestMs = 0
      return {
        run(check) {
          const began = performance.now()
          try {
            return check()
          } finally {
            const ms = performance.now() - began
            requestMs += ms
            if (ms >= COUNTED_FROM_MS) spent.note(organizationId, costOf(ms))
          }
        },
        isSpent: () => requestMs > REQUEST_MS,
      }
    },

    /** Counts time for which an event held the event loop. */
    hold(ms: number): void {
      heldMs += ms
      if (isArmed) return
      isArmed = true
      setImmediate(nextTurn)
    },
  }
}

const messageOf = (limit: number) =>
  `The JSON Schemas and predicates of this organization took ${limit / 1000} s of checks in this minute. Make them simpler.`
