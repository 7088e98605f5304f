import type pg from 'pg'
import { renewLeases } from '../src/domain/deliveries/renew-leases.ts'
import type { Clock } from '../src/lib/clock.ts'
import type { ClaimedDelivery } from './claim.ts'

/** True when leases taken at a time are past half and need a renewal before the worker relies on them. */
export const isPastHalfLease = (since: Date, now: Date, leaseSeconds: number) =>
  now.getTime() - since.getTime() > (leaseSeconds * 1000) / 2

/** Keeps the leases of the deliveries that a worker has claimed. */
export function createLeases(deps: {
  pool: pg.Pool
  clock: Clock
  leaseSeconds: number
  claimed: () => readonly ClaimedDelivery[]
}) {
  const { pool, clock, leaseSeconds } = deps
  let renewedAt = clock.now()
  let renewing: Promise<void> | undefined

  /**
   * One renewal at a time: a second statement would skip the rows locked by the first, and end before their leases are
   * renewed.
   */
  function renewAll(): Promise<void> {
    renewing ??= renew().finally(() => {
      renewing = undefined
    })
    return renewing
  }

  async function renew(): Promise<void> {
    const began = clock.now()
    const claimed = deps.claimed()
    if (claimed.length > 0)
      await renewLeases(pool, claimed, { now: clock.forQueue(), leaseSeconds, includeExpired: true })
    renewedAt = began
  }

  const arePastHalf = () => isPastHalfLease(renewedAt, clock.now(), leaseSeconds)

  return {
    renewAll,

    /**
     * Awaited before a claim and before a log entry: a worker that was stalled renews its leases first. Expired leases
     * would not count against the concurrency of their endpoints, and too much would be claimed. Repeats a renewal that
     * took so long that the leases may have expired again.
     */
    async renewStale(): Promise<void> {
      while (arePastHalf()) await renewAll()
    },

    /**
     * Keeps the claimed deliveries that this worker still holds. After a slow answer or a stall the leases may have
     * expired, and another worker may send the deliveries by now.
     */
    async renewClaimed(claimed: readonly ClaimedDelivery[], began: Date): Promise<readonly ClaimedDelivery[]> {
      let ours = claimed
      for (let since = began; ours.length > 0 && isPastHalfLease(since, clock.now(), leaseSeconds); ) {
        since = clock.now()
        const kept = await renewLeases(pool, ours, { now: clock.forQueue(), leaseSeconds, includeExpired: false })
        ours = ours.filter(({ id }) => kept.has(id))
      }
      return ours
    },
  }
}

export type Leases = ReturnType<typeof createLeases>
