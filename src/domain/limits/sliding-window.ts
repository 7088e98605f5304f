import { LRUCache } from 'lru-cache'
import type { Window, WindowName } from './limit-config.ts'

/**
 * Steps of a window. An amount counts until a whole window after the end of its step, so that no span of that length
 * ever exceeds the limit; at most a sixtieth of the limit is lost to rounding.
 */
export const STEPS = 60
/** Maximum subjects of one window in this process; the least recently used is forgotten first. */
const REMEMBERED = 20_000

/** An amount to spend from one window. */
export interface WindowCost extends Window {
  amount: number
}

/** State of one window after an attempt to spend. */
export interface WindowState extends Window {
  remaining: number
  /** When the oldest spent amount expires, in milliseconds of the counter's clock. */
  resetAt: number
  /** When the amount will fit, in milliseconds of the counter's clock; `now` when it fits already. */
  retryAt: number
}

export interface LimitDecision {
  /** True when the amount fitted into every window. False spends nothing. */
  admitted: boolean
  /** Milliseconds of the counter's clock. */
  now: number
  windows: WindowState[]
}

/** The window of a refusal with the longest wait. */
export function slowestOf(windows: readonly WindowState[]): WindowState {
  return windows.reduce((slowest, window) => (window.retryAt > slowest.retryAt ? window : slowest))
}

/** Spends from all windows of a subject at once, or from none. */
export interface Counter {
  spend(who: string, charges: readonly WindowCost[]): LimitDecision | Promise<LimitDecision>
}

interface Counted {
  /** The latest step with an amount. */
  step: number
  total: number
  /** Amounts of the last steps, indexed by step number modulo the length. */
  steps: number[]
}

/** Counts in this process. redis-sliding-window.ts counts the same way for all processes. */
export function createSlidingWindow(now: () => number) {
  const counted = new LRUCache<string, { now: number; windows: Map<WindowName, Counted> }>({ max: REMEMBERED })

  function stateOf(who: string) {
    const state = counted.get(who) ?? { now: 0, windows: new Map<WindowName, Counted>() }
    // A clock that is set back must not restore spent amounts.
    state.now = Math.max(state.now, now())
    counted.set(who, state)
    return state
  }

  function spend(who: string, charges: readonly WindowCost[], note = false): LimitDecision {
    const state = stateOf(who)
    const windows = charges.map((charge) => {
      const step = Math.floor(state.now / widthOf(charge))
      const window = advance(state.windows.get(charge.name), step)
      state.windows.set(charge.name, window)
      return { charge, window, step }
    })
    const admitted =
      note || windows.every(({ charge, window }) => charge.amount === 0 || window.total + charge.amount <= charge.limit)
    if (admitted)
      for (const { charge, window, step } of windows) {
        window.steps[step % (STEPS + 1)]! += charge.amount
        window.total += charge.amount
      }
    return { admitted, now: state.now, windows: windows.map((each) => report(each, state.now, admitted)) }
  }

  return {
    spend: (who: string, charges: readonly WindowCost[]) => spend(who, charges),
    /** Counts an amount that is spent already, even past the limit. */
    note(who: string, charges: readonly WindowCost[]): void {
      spend(who, charges, true)
    },
  }
}

export function widthOf({ seconds }: Window): number {
  return (seconds * 1000) / STEPS
}

/** Forgets steps that are a whole window old. */
function advance(window: Counted | undefined, step: number): Counted {
  if (window === undefined || step - window.step > STEPS)
    return { step, total: 0, steps: new Array<number>(STEPS + 1).fill(0) }
  for (; window.step < step; window.step++) {
    const oldest = (window.step + 1) % (STEPS + 1)
    window.total -= window.steps[oldest]!
    window.steps[oldest] = 0
  }
  return window
}

function report(
  { charge, window, step }: { charge: WindowCost; window: Counted; step: number },
  now: number,
  admitted: boolean,
): WindowState {
  const { amount, ...rest } = charge
  const width = widthOf(charge)
  const leavesAt = (spentIn: number) => (spentIn + STEPS + 1) * width
  let resetAt: number | undefined
  let retryAt: number | undefined
  let left = window.total + (admitted ? 0 : amount)
  if (left <= charge.limit) retryAt = now
  for (let old = step - STEPS; old <= step; old++) {
    const spent = window.steps[((old % (STEPS + 1)) + STEPS + 1) % (STEPS + 1)]!
    if (spent === 0) continue
    resetAt ??= leavesAt(old)
    left -= spent
    if (left <= charge.limit) retryAt ??= leavesAt(old)
    if (retryAt !== undefined) break
  }
  const remaining = Math.max(0, charge.limit - window.total)
  return { ...rest, remaining, resetAt: resetAt ?? leavesAt(step), retryAt: retryAt ?? leavesAt(step) }
}
