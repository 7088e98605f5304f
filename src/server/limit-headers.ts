import type { ServerResponse } from 'node:http'
import type { LimitsState } from '../domain/limits/limits.ts'
import { slowestOf, type WindowState } from '../domain/limits/sliding-window.ts'

/** Headers with the state of the rate limits, exposed to browsers. */
export const LIMIT_HEADERS = [
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
]

/**
 * Sets the rate limit headers. `X-RateLimit-*` describe the tightest window, `RateLimit` and `RateLimit-Policy`
 * (draft-ietf-httpapi-ratelimit-headers-10) describe every window.
 */
export function setLimitHeaders(response: ServerResponse, state: LimitsState): void {
  const tightest = tightestOf(state)
  response.setHeader('X-RateLimit-Limit', tightest.limit)
  response.setHeader('X-RateLimit-Remaining', tightest.remaining)
  response.setHeader('X-RateLimit-Reset', Math.ceil(tightest.resetAt / 1000))
  const seconds = (at: number) => Math.max(0, Math.ceil((at - state.now) / 1000))
  const each = (of: (window: WindowState) => string) => state.windows.map(of).join(', ')
  response.setHeader(
    'RateLimit',
    each(({ name, remaining, resetAt }) => `"${name}";r=${remaining};t=${seconds(resetAt)}`),
  )
  response.setHeader(
    'RateLimit-Policy',
    each(({ name, limit, seconds }) => `"${name}";q=${limit};w=${seconds}`),
  )
  if (!state.admitted && !state.exceedsWindow) response.setHeader('Retry-After', retryAfter(state))
}

/** Seconds until a refused request fits, at least one. */
export function retryAfter(state: LimitsState): number {
  return Math.max(1, Math.ceil((tightestOf(state).retryAt - state.now) / 1000))
}

/** The window of a refusal with the longest wait; otherwise the request window with the least left. */
export function tightestOf({ admitted, windows }: LimitsState): WindowState {
  if (!admitted) return slowestOf(windows)
  const requests = windows.filter(({ name }) => name !== 'cost')
  return requests.reduce((tightest, window) => (window.remaining < tightest.remaining ? window : tightest))
}
