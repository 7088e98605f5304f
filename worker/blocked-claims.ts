import type { Result } from './attempt-outcome.ts'
import type { ClaimedDelivery } from './claim.ts'

/**
 * Tracks whether due deliveries are blocked because this worker or their endpoint is at capacity. Recording a result
 * then frees capacity and calls for another claim, unless a claim requested after the result has seen it. One claim and
 * one batch of results run at a time.
 */
export function createBlockedClaims() {
  let lacksRoom = false
  let full: ReadonlySet<string> = new Set()
  /** Claims so far, and the number of claims when a batch of results was put before the next one. */
  let looks = 0
  let settlesAfter: number | undefined
  /** Endpoints with results recorded during a running claim, which may have counted them as in flight. */
  let settledMeanwhile: Set<string> | undefined

  const isAwaited = (delivery: ClaimedDelivery) => lacksRoom || full.has(delivery.endpoint_id)

  return {
    /** True when other deliveries cannot be sent before the result is recorded. */
    isAwaited,

    /** Replaces a claim that would have to leave everything. */
    noRoom(): void {
      lacksRoom = true
      settlesAfter = undefined
    },

    looking(): void {
      looks++
      lacksRoom = false
      settledMeanwhile = new Set()
    },

    /** @returns true when an endpoint saturated at the start of the claim may have capacity by now */
    looked(found: { full: readonly string[]; lacksRoom: boolean }): boolean {
      const hasRoom = found.full.some((id) => settledMeanwhile?.has(id))
      settledMeanwhile = undefined
      lacksRoom = found.lacksRoom
      full = new Set(found.full)
      return hasRoom
    },

    /** @returns true when the results are awaited and must be recorded before the next claim */
    settling(results: readonly Result[]): boolean {
      const areAwaited = results.some(({ delivery }) => isAwaited(delivery))
      settlesAfter = areAwaited ? looks : undefined
      return areAwaited
    },

    /** The results are recorded in another way after all. */
    unseen(): void {
      settlesAfter = undefined
    },

    /** @returns true when the freed capacity calls for a claim */
    settled(results: readonly Result[]): boolean {
      const isSeen = settlesAfter !== undefined && looks > settlesAfter
      settlesAfter = undefined
      if (isSeen) return false
      for (const { delivery } of results) settledMeanwhile?.add(delivery.endpoint_id)
      return results.some(({ delivery }) => isAwaited(delivery))
    },
  }
}
