import type { AttemptTrigger, DeliveryStatus } from '../../database/generated/enums.ts'
import { nextWait, parseRetryAfter } from '../endpoints/retry-policy.ts'
import type { RecordedRequest } from './attempt-request.ts'
import type { ErrorCode } from './error-codes.ts'

/** A delivery under a lease, with everything that its result needs. */
export interface LeasedDelivery {
  id: string
  organization_id: string
  /** Fencing version: only the holder of this version may record a result. */
  version: number
  trigger: AttemptTrigger
  /** Attempts of the retry policy made before this one. */
  scheduled_attempts: number
  event_id: string
  event_type: string
  endpoint_id: string
  endpoint: { maxAttempts: number; backoffSeconds: number[] }
}

/** Result of one request: a status code, an error, or both when the body did not end. */
export interface Exchange {
  statusCode: number | null
  headers: Record<string, string> | null
  /** At most the first 10 KiB. */
  body: Buffer | null
  error: unknown
  durationMicroseconds: number
}

/** Maximum bytes kept of a response body. */
export const KEPT_BYTES = 10 * 1024

/** Reason of a failed attempt: a code with a fixed meaning, and a message with the remedy. */
export interface Failure {
  code: ErrorCode
  message: string
}

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
export interface AttemptResult<Delivery extends LeasedDelivery = LeasedDelivery> {
  /** Id of the attempt, created before the first write so that a repeated write stores one attempt. */
  attemptId: string
  delivery: Delivery
  /** Null when no request could be built, and for a stream. */
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

/**
 * Decides the outcome of an attempt.
 *
 * @param attempt.receiver names the receiver at the beginning of a sentence
 * @param attempt.failure undefined when the receiver accepted
 * @param random a fraction from 0 to 1, for the jitter
 */
export function outcomeOf(
  attempt: { delivery: LeasedDelivery; exchange: Exchange; receiver: string; failure: Failure | undefined },
  now: Date,
  random: () => number,
): Outcome {
  const { delivery, exchange, receiver, failure } = attempt
  const { trigger } = delivery
  const { maxAttempts, backoffSeconds } = delivery.endpoint
  if (failure === undefined) {
    const message = `${receiver} accepted with ${exchange.statusCode}.`
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
    const used = maxAttempts === 1 ? 'The only attempt is' : `All ${maxAttempts} attempts are`
    const statusReason = `${message} ${used} used up. Retry the delivery by hand.`
    return { ...isLast, status: 'DEAD', statusReason }
  }
  const statusReason = `${message} Attempt ${made} of ${maxAttempts}; the next is due at ${dueAt(now, retryAfterSeconds)}.`
  return { ...failed, status: 'RETRYING', retryAfterSeconds, scheduled, statusReason }
}

/** An absolute time, because the message may be read much later. */
function dueAt(now: Date, wait: number): string {
  const due = new Date(now.getTime() + wait * 1000).toISOString()
  return `${due.slice(0, 10)} ${due.slice(11, 19)} UTC`
}
