import type { Claimed } from './claim.ts'

/** Deliveries that one claim takes at most. */
const CLAIM_AT_ONCE = 500
/** Bytes of bodies of requests under way, past which nothing more is claimed. */
export const BYTES_UNDER_WAY = 256 * 1024 * 1024
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
  const held = new Set<Claimed>()
  const underWay = new Set<Claimed>()
  const perOrganization = new Map<string, number>()
  let bytes = 0

  function count(organizationId: string, by: number): void {
    const now = (perOrganization.get(organizationId) ?? 0) + by
    if (now === 0) perOrganization.delete(organizationId)
    else perOrganization.set(organizationId, now)
  }

  function answered(delivery: Claimed): void {
    if (!underWay.delete(delivery)) return
    count(delivery.organization_id, -1)
    bytes -= delivery.body.length
    delivery.body = NO_BODY
  }

  return {
    get size() {
      return held.size
    },
    values: () => [...held],

    add(delivery: Claimed): void {
      held.add(delivery)
      underWay.add(delivery)
      count(delivery.organization_id, 1)
      bytes += delivery.body.length
    },

    /** Its request is over; it is held until that is settled, without its body. */
    answered,

    remove(delivery: Claimed): void {
      answered(delivery)
      held.delete(delivery)
    },

    /** How many to claim, and whose not; undefined when there is room for so few that it can wait. */
    room(): { limit: number; fullOrganizations: string[] } | undefined {
      const free = Math.min(concurrency - underWay.size, 2 * concurrency - held.size)
      if (bytes >= BYTES_UNDER_WAY) return undefined
      if (free <= 0 || (underWay.size > 0 && free < Math.min(CLAIM_AT_LEAST, concurrency))) return undefined
      const shares = [...perOrganization]
      const fullOrganizations = shares.filter(([, taken]) => taken > half - CLAIM_AT_LEAST).map(([id]) => id)
      const largest = Math.max(0, ...shares.map(([id, taken]) => (fullOrganizations.includes(id) ? 0 : taken)))
      return { limit: Math.min(CLAIM_AT_ONCE, free, half - largest), fullOrganizations }
    },
  }
}
