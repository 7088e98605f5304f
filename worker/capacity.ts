import type { ClaimedDelivery } from './claim.ts'

/** Maximum deliveries of one claim. */
const CLAIM_AT_ONCE = 500
/** Minimum free capacity worth a claim while other deliveries are in flight; an eighth of a small worker. */
const CLAIM_AT_LEAST = 16
/** Maximum body bytes in flight, half of them for one organization. Past the bound nothing is claimed. */
export const BYTES_IN_FLIGHT = 256 * 1024 * 1024
/** Replaces the body of a delivery with a response, to free its memory. */
const NO_BODY = new Uint8Array()

/** Free capacity for a claim. */
export interface FreeCapacity {
  /** Maximum deliveries of the claim. */
  limit: number
  /** Organizations that use their whole share of this worker. */
  fullOrganizations: string[]
}

/**
 * Deliveries that a worker has claimed, from the claim to the recorded result, and the capacity that they leave free.
 *
 * @param concurrency maximum requests in flight; as many deliveries with a response may wait to be recorded
 */
export function createCapacity(concurrency: number) {
  // Maximum of one organization, however many of its receivers hang.
  const half = Math.ceil(concurrency / 2)
  const atLeast = Math.min(CLAIM_AT_LEAST, Math.ceil(concurrency / 8))
  const claimed = new Set<ClaimedDelivery>()
  const perOrganization = new Map<string, { requests: number; bytes: number }>()
  const waitingForIdle: (() => void)[] = []
  let requests = 0
  let bytes = 0

  function count({ organization_id: id, body }: ClaimedDelivery, sign: 1 | -1): void {
    const own = perOrganization.get(id) ?? { requests: 0, bytes: 0 }
    perOrganization.set(id, own)
    own.requests += sign
    own.bytes += sign * body.length
    if (own.requests === 0) perOrganization.delete(id)
    requests += sign
    bytes += sign * body.length
  }

  function markResponded(delivery: ClaimedDelivery): void {
    if (delivery.body === NO_BODY) return
    count(delivery, -1)
    delivery.body = NO_BODY
  }

  const isFull = (own: { requests: number; bytes: number }) =>
    own.requests > half - atLeast || own.bytes >= BYTES_IN_FLIGHT / 2

  return {
    claimed: (): readonly ClaimedDelivery[] => [...claimed],

    /** Number of requests in flight. */
    inFlight: (): number => requests,

    add(delivery: ClaimedDelivery): void {
      claimed.add(delivery)
      count(delivery, 1)
    },

    /** Drops the body of a delivery whose request has ended. The delivery counts until its result is recorded. */
    markResponded,

    remove(delivery: ClaimedDelivery): void {
      markResponded(delivery)
      claimed.delete(delivery)
      if (claimed.size === 0) for (const resolve of waitingForIdle.splice(0)) resolve()
    },

    /** Undefined while no delivery is claimed; otherwise resolves when none is. */
    idle: (): Promise<void> | undefined =>
      claimed.size === 0 ? undefined : new Promise((resolve) => waitingForIdle.push(resolve)),

    /** Undefined while the free capacity is too small to be worth a claim. */
    free(): FreeCapacity | undefined {
      const free = Math.min(concurrency - requests, 2 * concurrency - claimed.size)
      if (bytes >= BYTES_IN_FLIGHT) return undefined
      if (free <= 0 || (requests > 0 && free < atLeast)) return undefined
      const shares = [...perOrganization]
      const fullOrganizations = shares.filter(([, own]) => isFull(own)).map(([id]) => id)
      const largest = Math.max(0, ...shares.map(([, own]) => (isFull(own) ? 0 : own.requests)))
      return { limit: Math.min(CLAIM_AT_ONCE, free, half - largest), fullOrganizations }
    },
  }
}

export type Capacity = ReturnType<typeof createCapacity>
