import { type AttemptResult, OWN_FAULTS } from './attempt-outcome.ts'

/** Effect of a batch of results on the health of one endpoint. */
export interface HealthUpdate {
  endpointId: string
  /** Failures after the last success of the batch, or all of them without a success. */
  failures: number
  hasRecovered: boolean
  /** True when the receiver answered 410. */
  isGone: boolean
  /** Message of the last failure; null when the last attempt was accepted. */
  message: string | null
}

/**
 * Error codes that do not count as failures of the endpoint: faults of Signalbox, and a receiver that asks for fewer
 * requests.
 */
const NOT_COUNTED = [...Object.keys(OWN_FAULTS), 'RATE_LIMITED']

/** One update per endpoint of the batch, in the order in which rows are locked. Test deliveries do not count. */
export function healthUpdates(results: readonly AttemptResult[]): HealthUpdate[] {
  const byEndpoint = new Map<string, HealthUpdate>()
  for (const { delivery, outcome } of results) {
    const { endpoint_id: endpointId, trigger } = delivery
    if (trigger === 'TEST' || NOT_COUNTED.includes(outcome.errorCode ?? '')) continue
    const known = byEndpoint.get(endpointId)
    const update = known ?? { endpointId, failures: 0, hasRecovered: false, isGone: false, message: null }
    byEndpoint.set(endpointId, update)
    // A 410 disables the endpoint, whatever the receiver answered later.
    if (update.isGone) continue
    if (outcome.errorCode === null) Object.assign(update, { failures: 0, hasRecovered: true, message: null })
    else Object.assign(update, { failures: update.failures + 1, message: outcome.message })
    if (outcome.errorCode === 'GONE') update.isGone = true
  }
  return [...byEndpoint.values()].sort((a, b) => (a.endpointId < b.endpointId ? -1 : 1))
}
