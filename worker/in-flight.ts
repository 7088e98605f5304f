import type { Claimed } from './claim.ts'

/** What a worker holds, and for whom. */
export function createInFlight() {
  const held = new Set<Claimed>()
  const perOrganization = new Map<string, number>()

  function count(organizationId: string, by: number): void {
    const now = (perOrganization.get(organizationId) ?? 0) + by
    if (now === 0) perOrganization.delete(organizationId)
    else perOrganization.set(organizationId, now)
  }

  return {
    get size() {
      return held.size
    },
    values: () => [...held],

    add(delivery: Claimed): void {
      held.add(delivery)
      count(delivery.organization_id, 1)
    },

    remove(delivery: Claimed): void {
      if (held.delete(delivery)) count(delivery.organization_id, -1)
    },

    /** What each organization holds. */
    shares: (): ReadonlyMap<string, number> => perOrganization,
  }
}
