import type { Redis } from '../../database/redis.ts'
import type { Clock } from '../../lib/clock.ts'
import { RateLimitedError } from '../../lib/errors.ts'
import type { Log } from '../../lib/log.ts'
import { clientNetwork } from '../../lib/networks.ts'
import { type LimitConfig, type LimitSubject, windowsOf } from './limit-config.ts'
import { createRedisSlidingWindow } from './redis-sliding-window.ts'
import { createSlidingWindow, type LimitDecision, slowestOf, type WindowCost } from './sliding-window.ts'

/** Pause after a failure of Redis before the next attempt, in milliseconds. */
const AWAY_MS = 5_000

/** State of the limits after a request. */
export interface LimitsState extends LimitDecision {
  /** True while Redis is away and each process counts for itself. */
  degraded: boolean
  /** True when the amount exceeds a whole window, so that waiting does not help. */
  exceedsWindow: boolean
}

/**
 * Rate limits and quotas, shared through Redis; each process counts for itself without Redis or while Redis is away.
 */
export type Limits = ReturnType<typeof createLimits>

export function createLimits(deps: { redis?: Redis | undefined; clock: Clock; log: Log; allowances: LimitConfig }) {
  const { redis, clock, log } = deps
  const own = createSlidingWindow(() => clock.now().getTime())
  const shared = redis && createRedisSlidingWindow(redis, () => clock.forQueue()?.getTime() ?? '')
  let awayUntil = 0

  async function spend(who: string, charges: readonly WindowCost[]): Promise<LimitsState> {
    const exceedsWindow = charges.some(({ amount, limit }) => amount > limit)
    if (shared === undefined) return { ...own.spend(who, charges), degraded: false, exceedsWindow }
    const now = performance.now()
    if (redis?.status === 'ready' && now >= awayUntil)
      try {
        const spent = await shared.spend(who, charges)
        // Counts locally too, so that counting continues from here when Redis goes away.
        if (spent.admitted) own.note(who, charges)
        if (awayUntil > 0) log.info('Redis answered; rate limits are shared by all processes again')
        awayUntil = 0
        return { ...spent, degraded: false, exceedsWindow }
      } catch (error) {
        log.debug({ err: error }, 'Rate limit call to Redis failed; counting in this process')
      }
    if (awayUntil === 0) log.warn('Redis is away; each process counts rate limits for itself')
    if (now >= awayUntil) awayUntil = performance.now() + AWAY_MS
    return { ...own.spend(who, charges), degraded: true, exceedsWindow }
  }

  return {
    /**
     * Spends from every window of a subject at once, or from none. Amounts of 0 only read the state. Undefined when
     * the subject has no limits.
     *
     * @param amounts requests for the windows of time, points for the window of cost
     */
    spend(subject: LimitSubject, amounts: { requests: number; points: number }): Promise<LimitsState | undefined> {
      const windows = windowsOf(deps.allowances, subject)
      if (windows.length === 0) return Promise.resolve(undefined)
      const amountOf = (name: string) => (name === 'cost' ? amounts.points : amounts.requests)
      return spend(
        subject.id,
        windows.map((window) => ({ ...window, amount: amountOf(window.name) })),
      )
    },
    /**
     * Spends calls of a costly field from the minute of an organization. 0 calls only read the state.
     *
     * @param field a field that has a limit
     */
    async spendCalls(organizationId: string, field: string, calls: number) {
      const minute = { name: 'minute', limit: deps.allowances.fields[field]!, seconds: 60 } as const
      const { windows, ...decision } = await spend(`${organizationId} ${field}`, [{ ...minute, amount: calls }])
      return { ...decision, window: windows[0]! }
    },
    /**
     * Spends one try to sign in from the minute and hour of a client address. All addresses of an IPv6 network count as
     * one.
     *
     * @throws RateLimitedError
     */
    async spendSignIn(address: string | null): Promise<void> {
      const { minute, hour } = deps.allowances.signIns
      const { admitted, windows, now } = await spend(`sign-ins ${clientNetwork(address ?? '')}`, [
        { name: 'minute', limit: minute, seconds: 60, amount: 1 },
        { name: 'hour', limit: hour, seconds: 3_600, amount: 1 },
      ])
      if (admitted) return
      const seconds = Math.max(1, Math.ceil((slowestOf(windows).retryAt - now) / 1000))
      throw new RateLimitedError(
        `Too many tries to sign in came from your address. Try again in ${seconds} s.`,
        seconds,
      )
    },
  }
}
