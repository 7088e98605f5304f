import { createBag } from './bag.ts'
import type { ClaimedDelivery } from './claim.ts'

/** Maximum deliveries of one claim. */
const CLAIM_AT_ONCE = 500
/** Maximum body bytes in flight, half of them for one organization. Past the bound nothing is claimed. */
export const BYTES_UNDER_WAY = 256 * 1024 * 1024
/** Replaces the body of an answered delivery, to free its memory. */
const NO_BODY = new Uint8Array()
/** Minimum free capacity worth a claim while other deliveries are in flight. */
const CLAIM_AT_LEAST = 16

/**
 * Deliveries that a worker holds, and its free capacity.
 *
 * @param concurrency maximum requests in flight; as many answered deliveries again may wait to be recorded
 */
export function createCapacity(concurrency: number) {
  // Maximum of one organization, however many of its receivers hang.
  const half = Math.ceil(concurrency / 2)
  const held = createBag<ClaimedDelivery>()
  let underWay = 0
  const perOrganization = new Map<string, { requests: number; bytes: number }>()
  let bytes = 0

  function count({ organization_id: id, body }: ClaimedDelivery, sign: 1 | -1): void {
    const own = perOrganization.get(id) ?? { requests: 0, bytes: 0 }
    perOrganization.set(id, own)
    own.requests += sign
    own.bytes += sign * body.length
    if (own.requests === 0) perOrganization.delete(id)
    underWay += sign
    bytes += sign * body.length
  }

  function answered(delivery: ClaimedDelivery): void {
    if (delivery.body === NO_BODY) return
    count(delivery, -1)
    delivery.body = NO_BODY
  }

  return {
    get size() {
      return held.size
    },
    values: held.values,

    add(delivery: ClaimedDelivery): void {
      held.add(delivery)
      count(delivery, 1)
    },

    /** Marks a delivery as answered and drops its body. The delivery is held until its result is recorded. */
    answered,

    remove(delivery: ClaimedDelivery): void {
      answered(delivery)
      held.remove(delivery)
    },

    /**
     * Free capacity for a claim, with the organizations that have none; undefined while it is too small to be worth a
     * claim.
     */
    room(): { limit: number; fullOrganizations: string[] } | undefined {
      const free = Math.min(concurrency - underWay, 2 * concurrency - held.size)
      if (bytes >= BYTES_UNDER_WAY) return undefined
      if (free <= 0 || (underWay > 0 && free < Math.min(CLAIM_AT_LEAST, concurrency))) return undefined
      const shares = [...perOrganization]
      const isFull = (own: { requests: number; bytes: number }) =>
        own.requests > half - CLAIM_AT_LEAST || own.bytes >= BYTES_UNDER_WAY / 2
      const fullOrganizations = shares.filter(([, own]) => isFull(own)).map(([id]) => id)
      const largest = Math.max(0, ...shares.map(([, own]) => (isFull(own) ? 0 : own.requests)))
      return { limit: Math.min(CLAIM_AT_ONCE, free, half - largest), fullOrganizations }
    },
  }
}

export type InFlight = ReturnType<typeof createCapacity>
