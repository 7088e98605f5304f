import type { ClaimedDelivery } from './claim.ts'

/**
 * Tracks whether due deliveries are blocked because this worker or their endpoint is at capacity. The claim loop writes
 * it; the recording of results reads it, because a recorded result then calls for another claim.
 */
export function createBlockedClaims() {
  let lacksCapacity = false
  let saturated: ReadonlySet<string> = new Set()
  let isClaiming = false

  const isBlocking = ({ endpoint_id: id }: ClaimedDelivery) => lacksCapacity || saturated.has(id)

  return {
    /** True while due deliveries cannot be sent before the result of this delivery is recorded. */
    isBlocking,
    /** True when the recorded result may unblock others. A running claim may have counted the delivery as in flight. */
    mayUnblock: (delivery: ClaimedDelivery) => isClaiming || isBlocking(delivery),

    begin(): void {
      isClaiming = true
    },
    /** @param found.saturatedEndpoints endpoints that may have more due deliveries than their concurrency allows */
    end(found: { lacksCapacity: boolean; saturatedEndpoints: readonly string[] }): void {
      isClaiming = false
      lacksCapacity = found.lacksCapacity
      saturated = new Set(found.saturatedEndpoints)
    },
  }
}

export type BlockedClaims = ReturnType<typeof createBlockedClaims>
