import type { DeliveryStatus } from '../src/database/generated/enums.ts'
import type { RecordedRequest } from '../src/domain/deliveries/attempt-request.ts'
import { nextWait, parseRetryAfter } from '../src/domain/endpoints/retry-policy.ts'
import type { ClaimedDelivery } from './claim.ts'
import { explainFailure } from './failure-message.ts'
import type { Exchange } from './http-sender.ts'

/** Consequence of one attempt for its delivery. */
export interface Outcome {
  status: DeliveryStatus
  /** Seconds until the next attempt; null when none follows. */
  retryAfterSeconds: number | null
  /** True when the attempt counts against the retry policy. */
  scheduled: boolean
  /** Null when the receiver accepted. */
  errorCode: string | null
  /** Message of the attempt. */
  message: string
  /** Status reason of the delivery: the message and the next step. Null when the message says everything. */
  statusReason: string | null
}

/** A finished attempt to be recorded. */
export interface AttemptResult {
  /** Id of the attempt, created before the first write so that a repeated write stores one attempt. */
  attemptId: string
  delivery: ClaimedDelivery
  /** Null when no request could be built. */
  request: RecordedRequest | null
  exchange: Exchange
  outcome: Outcome
  startedAt: Date
}

/** Status codes that may carry `Retry-After` (RFC 9110 section 10.2.3). */
const MAY_ASK_TO_WAIT = [429, 503]

/**
 * Error codes of failures on Signalbox's side, each with the seconds until the next attempt. They count neither against
 * the retry policy nor against the health of the endpoint, and the next attempt keeps the trigger.
 */
export const OWN_FAULTS: Readonly<Record<string, number>> = { INTERRUPTED: 0, INTERIM_RESPONSE: 0, INTERNAL: 60 }

/** Decides the outcome of an attempt. @param random a fraction from 0 to 1, for the jitter */
export function decideOutcome(delivery: ClaimedDelivery, exchange: Exchange, now: Date, random: () => number): Outcome {
  const { trigger, endpoint } = delivery
  const { maxAttempts, backoffSeconds } = endpoint
  const host = hostOf(endpoint.url)
  const failure = explainFailure(exchange, host, endpoint.timeoutSeconds)
  if (failure === undefined) {
    const message = `${host} accepted with ${exchange.statusCode}.`
    const accepted = { errorCode: null, message, statusReason: null }
    return { status: 'SUCCEEDED', retryAfterSeconds: null, scheduled: trigger !== 'MANUAL', ...accepted }
  }
  const { code, message } = failure
  const failed = { errorCode: code, message }
  const ours = OWN_FAULTS[code]
  if (ours !== undefined)
    return { ...failed, status: 'RETRYING', retryAfterSeconds: ours, scheduled: false, statusReason: null }
  const scheduled = trigger !== 'MANUAL'
  const isLast = { ...failed, retryAfterSeconds: null, scheduled }
  if (trigger === 'TEST') return { ...isLast, status: 'DEAD', statusReason: `${message} Tests are not retried.` }
  if (code === 'GONE') return { ...isLast, status: 'HELD', statusReason: `${message} The endpoint was disabled.` }
  const made = delivery.scheduled_attempts + (scheduled ? 1 : 0)
  const asked = MAY_ASK_TO_WAIT.includes(exchange.statusCode ?? 0)
    ? parseRetryAfter(exchange.headers?.['retry-after'], now)
    : undefined
  const retryAfterSeconds = nextWait({ maxAttempts, backoffSeconds }, Math.max(1, made), asked, random)
  if (retryAfterSeconds === undefined) {
    const statusReason = `${message} All ${maxAttempts} attempts are used up. Retry the delivery by hand.`
    return { ...isLast, status: 'DEAD', statusReason }
  }
  const statusReason = `${message} Attempt ${made} of ${maxAttempts}; the next is due at ${dueAt(now, retryAfterSeconds)}.`
  return { ...failed, status: 'RETRYING', retryAfterSeconds, scheduled, statusReason }
}

/** Host and port of the URL, which was validated when the endpoint was created. */
function hostOf(url: string): string {
  const from = url.indexOf('//') + 2
  return url.slice(from, url.indexOf('/', from))
}

/** An absolute time, because the message may be read much later. */
function dueAt(now: Date, wait: number): string {
  const due = new Date(now.getTime() + wait * 1000).toISOString()
  return `${due.slice(0, 10)} ${due.slice(11, 19)} UTC`
}
