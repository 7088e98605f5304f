import type { ServerResponse } from 'node:http'
import type { LimitsState } from '../domain/limits/limits.ts'
import { slowestOf, type WindowState } from '../domain/limits/sliding-window.ts'

/** The headers that say how much a key may still be used, for browsers to be let see them. */
export const LIMIT_HEADERS = [
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
]

/**
 * Sets the headers of K7. `X-RateLimit-*` is about the window that is closest to its end, `RateLimit` and `RateLimit-Policy`
 * (draft-ietf-httpapi-ratelimit-headers-10) about each.
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
  if (!state.admitted && !state.neverFits) response.setHeader('Retry-After', retryAfter(state))
}

/** Seconds, at least one, after which what was refused fits in. */
export function retryAfter(state: LimitsState): number {
  return Math.max(1, Math.ceil((tightestOf(state).fitsAt - state.now) / 1000))
}

/** Of a refusal the window that takes longest; else, of those that count requests, the one with the least left. */
export function tightestOf({ admitted, windows }: LimitsState): WindowState {
  if (!admitted) return slowestOf(windows)
  const requests = windows.filter(({ name }) => name !== 'cost')
  return requests.reduce((tightest, window) => (window.remaining < tightest.remaining ? window : tightest))
}
