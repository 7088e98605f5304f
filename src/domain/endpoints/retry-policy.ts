import { z } from 'zod'

const MINUTE = 60
const HOUR = 60 * MINUTE

/** Number and times of the attempts of a delivery. */
export interface RetryPolicy {
  /** Attempts in total, the first included. */
  maxAttempts: number
  /** Seconds before the second attempt, the third, and so on; the last entry repeats. */
  backoffSeconds: readonly number[]
}

export const RETRY_PRESETS = {
  DEFAULT: { maxAttempts: 3, backoffSeconds: [60, 300, 900] },
  EXTENDED: {
    maxAttempts: 7,
    backoffSeconds: [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR, 24 * HOUR],
  },
  STANDARD_WEBHOOKS: {
    maxAttempts: 10,
    backoffSeconds: [5, 5 * MINUTE, 30 * MINUTE, 2, 5, 10, 14, 20, 24].map((wait, index) =>
      index < 3 ? wait : wait * HOUR,
    ),
  },
} as const satisfies Record<string, RetryPolicy>

export type RetryPreset = keyof typeof RETRY_PRESETS

const MAX_ATTEMPTS = 50
const LONGEST_WAIT = 7 * 24 * HOUR

/** A preset or a custom schedule. */
export const retryPolicyInput = z
  .object({
    preset: z.enum(Object.keys(RETRY_PRESETS) as RetryPreset[]).nullish(),
    maxAttempts: z.int().min(1).max(MAX_ATTEMPTS).nullish(),
    backoffSeconds: z.array(z.int().min(1).max(LONGEST_WAIT)).min(1).max(MAX_ATTEMPTS).nullish(),
  })
  .transform(({ preset, maxAttempts, backoffSeconds }, context): RetryPolicy => {
    const own = maxAttempts != null || backoffSeconds != null
    if (preset != null && own) {
      context.addIssue('give either preset, or maxAttempts and backoffSeconds')
      return z.NEVER
    }
    if (!own) return RETRY_PRESETS[preset ?? 'DEFAULT']
    const waits = backoffSeconds ?? RETRY_PRESETS.DEFAULT.backoffSeconds
    return { maxAttempts: maxAttempts ?? waits.length + 1, backoffSeconds: waits }
  })

/** Maximum share of the wait that jitter adds, so that deliveries that failed together do not retry together. */
export const JITTER = 0.1
/** Maximum `Retry-After` that is honoured, in seconds. */
export const RETRY_AFTER_AT_MOST = 24 * HOUR

/**
 * Returns the seconds until the next attempt, or undefined after the last one.
 *
 * @param attempts scheduled attempts made so far, 1 or more
 * @param retryAfter seconds requested by the receiver; never shortens the wait
 * @param random a fraction from 0 to 1
 */
export function nextWait(
  policy: RetryPolicy,
  attempts: number,
  retryAfter: number | undefined,
  random: () => number,
): number | undefined {
  if (attempts >= policy.maxAttempts) return undefined
  const waits = policy.backoffSeconds
  const wait = waits[Math.min(attempts, waits.length) - 1] ?? 0
  const asked = Math.min(retryAfter ?? 0, RETRY_AFTER_AT_MOST)
  return Math.max(wait * (1 + JITTER * random()), asked)
}

/** Parses `Retry-After` (RFC 9110 section 10.2.3), in seconds or as a date. Undefined for any other text. */
export function parseRetryAfter(value: string | undefined, now: Date): number | undefined {
  if (value === undefined) return undefined
  if (/^\s*\d+\s*$/.test(value)) return Number(value)
  const date = Date.parse(value)
  // Date.parse accepts many forms; the dates of the RFC begin with the name of a day.
  if (!/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(value.trim()) || Number.isNaN(date)) return undefined
  return Math.max(0, Math.ceil((date - now.getTime()) / 1000))
}
