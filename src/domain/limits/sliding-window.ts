import { LRUCache } from 'lru-cache'
import type { Window, WindowName } from './limit-config.ts'

/**
 * A window moves in so many steps. What was spent in a step counts until a whole window after the step's end, so that no span
 * of that length ever holds more than the limit, wherever it begins: at most a sixtieth less fits in than could.
 */
export const STEPS = 60
/** Whose spending is remembered in this process; who spent longest ago is forgotten first. */
const REMEMBERED = 10_000

/** What to spend of one window. */
export interface Charge extends Window {
  amount: number
}

/** One window after it was spent from, or was not. */
export interface WindowState extends Window {
  remaining: number
  /** When the oldest of what is spent counts no longer, in milliseconds of the counter's clock. */
  resetAt: number
  /** When the amount will fit in; `now` when it does already. */
  fitsAt: number
}

export interface Spent {
  /** Whether everything fitted into every window; if not, nothing was spent. */
  admitted: boolean
  /** The counter's clock. */
  now: number
  windows: WindowState[]
}

/** Of a refusal, the window that takes longest to take it again. */
export function slowestOf(windows: readonly WindowState[]): WindowState {
  return windows.reduce((slowest, window) => (window.fitsAt > slowest.fitsAt ? window : slowest))
}

/** Spends from all windows of somebody at once, or from none. */
export interface Counter {
  spend(who: string, charges: readonly Charge[]): Promise<Spent>
}

interface Counted {
  /** The latest step that was spent in. */
  step: number
  total: number
  /** What was spent in each of the last steps, at their number modulo the length. */
  steps: number[]
}

/** Counts in this process. src/domain/limits/redis-sliding-window.ts does the same, step by step, for all processes together. */
export function createCounter(now: () => number) {
  const counted = new LRUCache<string, { now: number; windows: Map<WindowName, Counted> }>({ max: REMEMBERED })

  function stateOf(who: string) {
    const state = counted.get(who) ?? { now: 0, windows: new Map<WindowName, Counted>() }
    // A clock that is set back must not bring back what was spent.
    state.now = Math.max(state.now, now())
    counted.set(who, state)
    return state
  }

  function spend(who: string, charges: readonly Charge[], note = false): Spent {
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
    async spend(who: string, charges: readonly Charge[]) {
      return spend(who, charges)
    },
    /** Counts what was admitted elsewhere. */
    note(who: string, charges: readonly Charge[]): void {
      spend(who, charges, true)
    },
  }
}

export function widthOf({ seconds }: Window): number {
  return (seconds * 1000) / STEPS
}

/** Forgets the steps that lie a whole window back. */
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
  { charge, window, step }: { charge: Charge; window: Counted; step: number },
  now: number,
  admitted: boolean,
): WindowState {
  const { amount, ...rest } = charge
  const width = widthOf(charge)
  const leavesAt = (spentIn: number) => (spentIn + STEPS + 1) * width
  let resetAt: number | undefined
  let fitsAt: number | undefined
  let left = window.total + (admitted ? 0 : amount)
  if (left <= charge.limit) fitsAt = now
  for (let old = step - STEPS; old <= step; old++) {
    const spent = window.steps[((old % (STEPS + 1)) + STEPS + 1) % (STEPS + 1)]!
    if (spent === 0) continue
    resetAt ??= leavesAt(old)
    left -= spent
    if (left <= charge.limit) fitsAt ??= leavesAt(old)
    if (fitsAt !== undefined) break
  }
  const remaining = Math.max(0, charge.limit - window.total)
  return { ...rest, remaining, resetAt: resetAt ?? leavesAt(step), fitsAt: fitsAt ?? leavesAt(step) }
}
