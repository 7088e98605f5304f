import type { FilterSet, Matches } from './match-endpoints.ts'
import type { NewEvent, StoredEvents } from './store-events.ts'

/**
 * Maximum events that wait to be stored, in total and per organization. A publish past either bound is refused and
 * stores nothing.
 */
export const WAITING_EVENTS = 20_000
const WAITING_BYTES = 256 * 1024 * 1024
/** Maximum share of one organization in both bounds, so that others still get in while it floods the queue. */
const SHARE = 1 / 2

/** Decides which endpoints of a filter set want the events of a publish. */
export type Decide = (filters: FilterSet) => Promise<Matches>

/** The events of one publish, stored together or not at all, with the callbacks of its caller. */
export interface Publish {
  organizationId: string
  events: readonly NewEvent[]
  /** Number of events of each type, by `typeKey`. */
  types: ReadonlyMap<string, number>
  bytes: number
  /** The endpoints with channels or a predicate that want these events. */
  matches: Matches
  /** Decides again with other filters. */
  decide: Decide
  /** Decisions so far; each one after the first follows a change of a filter. */
  decisions: number
  done: (stored: StoredEvents) => void
  failed: (error: unknown) => void
}

interface Waiting {
  publishes: Publish[]
  events: number
  bytes: number
}

/** Publishes that wait to be stored. Organizations take turns, and publishes of one organization keep their order. */
export function createPublishQueue() {
  /** Map order is the order of the turns. */
  const organizations = new Map<string, Waiting>()
  const all = { events: 0, bytes: 0 }

  function count({ organizationId, events, bytes }: Publish, sign: 1 | -1): void {
    for (const counted of [all, organizations.get(organizationId)!]) {
      counted.events += sign * events.length
      counted.bytes += sign * bytes
    }
  }

  function waitingOf(organizationId: string): Waiting {
    const known = organizations.get(organizationId)
    if (known !== undefined) return known
    const made = { publishes: [], events: 0, bytes: 0 }
    organizations.set(organizationId, made)
    return made
  }

  return {
    isEmpty: () => organizations.size === 0,

    hasRoomFor({ organizationId, events, bytes }: Publish): boolean {
      const own = organizations.get(organizationId) ?? { events: 0, bytes: 0 }
      const fits = (has: typeof all, share: number) =>
        has.events + events.length <= WAITING_EVENTS * share && has.bytes + bytes <= WAITING_BYTES * share
      return fits(all, 1) && fits(own, SHARE)
    },

    add(publish: Publish): void {
      waitingOf(publish.organizationId).publishes.push(publish)
      count(publish, 1)
    },

    /** Puts publishes back at the front of their organization's queue. */
    putBack(taken: readonly Publish[]): void {
      for (const { organizationId } of taken) waitingOf(organizationId)
      for (const publish of taken.toReversed()) {
        waitingOf(publish.organizationId).publishes.unshift(publish)
        count(publish, 1)
      }
    },

    /**
     * Takes publishes of the organizations in turn until no more fit. The first one is taken even when it does not fit.
     *
     * @param isEligible true while the organization of the publish may have a turn
     * @param fits called once for each taken publish and once for the first that does not fit
     */
    take(isEligible: (publish: Publish) => boolean, fits: (publish: Publish) => boolean): Publish[] {
      const taken: Publish[] = []
      // Map.set moves the organization to the end of the iteration, so this loop reaches it again.
      for (const [organizationId, waiting] of organizations) {
        const [next] = waiting.publishes as [Publish]
        if (!isEligible(next)) continue
        if (!fits(next) && taken.length > 0) break
        taken.push(next)
        waiting.publishes.shift()
        count(next, -1)
        organizations.delete(organizationId)
        if (waiting.publishes.length > 0) organizations.set(organizationId, waiting)
      }
      return taken
    },
  }
}
