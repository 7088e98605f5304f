import { createBag } from './bag.ts'
import type { Claimed } from './claim.ts'

/** Deliveries that one claim takes at most. */
const CLAIM_AT_ONCE = 500
/** Bytes of bodies of requests under way, past which nothing more is claimed; of one organization, half of it. */
export const BYTES_UNDER_WAY = 256 * 1024 * 1024
/** Whose body this is, is answered. */
const NO_BODY = new Uint8Array()
/** Room for fewer is not worth a claim while others are in flight. */
const CLAIM_AT_LEAST = 16

/**
 * What a worker holds, for whom, and how much more it may.
 *
 * @param concurrency requests under way at most. As many again may be answered and wait to be settled.
 */
export function createInFlight(concurrency: number) {
  // No organization has more, however many of its receivers hang.
  const half = Math.ceil(concurrency / 2)
  const held = createBag<Claimed>()
  let underWay = 0
  const perOrganization = new Map<string, { requests: number; bytes: number }>()
  let bytes = 0

  function count({ organization_id: id, body }: Claimed, sign: 1 | -1): void {
    const own = perOrganization.get(id) ?? { requests: 0, bytes: 0 }
    perOrganization.set(id, own)
    own.requests += sign
    own.bytes += sign * body.length
    if (own.requests === 0) perOrganization.delete(id)
    underWay += sign
    bytes += sign * body.length
  }

  function answered(delivery: Claimed): void {
    if (delivery.body === NO_BODY) return
    count(delivery, -1)
    delivery.body = NO_BODY
  }

  return {
    get size() {
      return held.size
    },
    values: held.values,

    add(delivery: Claimed): void {
      held.add(delivery)
      count(delivery, 1)
    },

    /** Its request is over; it is held until that is settled, without its body. */
    answered,

    remove(delivery: Claimed): void {
      answered(delivery)
      held.remove(delivery)
    },

    /** How many to claim, and whose not; undefined when there is room for so few that it can wait. */
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

export type InFlight = ReturnType<typeof createInFlight>
