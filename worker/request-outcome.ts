import { type Exchange, type Outcome, outcomeOf } from '../src/domain/deliveries/attempt-outcome.ts'
import type { ClaimedDelivery } from './claim.ts'
import { explainFailure } from './failure-message.ts'

/** Decides the outcome of a request. @param random a fraction from 0 to 1, for the jitter */
export function decideOutcome(delivery: ClaimedDelivery, exchange: Exchange, now: Date, random: () => number): Outcome {
  const { url, timeoutSeconds } = delivery.endpoint
  const receiver = hostOf(url)
  const failure = explainFailure(exchange, receiver, timeoutSeconds)
  return outcomeOf({ delivery, exchange, receiver, failure }, now, random)
}

/** Host and port of the URL, which was validated when the endpoint was created. */
function hostOf(url: string): string {
  const from = url.indexOf('//') + 2
  return url.slice(from, url.indexOf('/', from))
}
