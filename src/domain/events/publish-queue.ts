import type { NewEvent, StoredEvents } from './store-events.ts'

/** Events that wait to be stored at most, of all and of one organization; a publish past that is refused, with nothing stored. */
export const WAITING_EVENTS = 20_000
const WAITING_BYTES = 256 * 1024 * 1024
/** What one organization may have of both: the others still get in when it does not stop. */
const SHARE = 1 / 2

/** The events of one publish, which are stored all or none, and who waits for that. */
export interface Publish {
  organizationId: string
  events: readonly NewEvent[]
  /** How many there are of each type, by `typeKey`. */
  types: ReadonlyMap<string, number>
  bytes: number
  done: (stored: StoredEvents) => void
  failed: (error: unknown) => void
}

interface Waiting {
  publishes: Publish[]
  events: number
  bytes: number
}

/** Publishes that wait to be stored: of each organization in their order, and the organizations in turn. */
export function createPublishQueue() {
  /** In the order of their turns. */
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

    /** Puts what was taken back, before what came after it. */
    putBack(taken: readonly Publish[]): void {
      for (const { organizationId } of taken) waitingOf(organizationId)
      for (const publish of taken.toReversed()) {
        waitingOf(publish.organizationId).publishes.unshift(publish)
        count(publish, 1)
      }
    },

    /**
     * Takes one publish of each organization in turn, and so on until no more fit; the first is taken whether it fits or not.
     *
     * @param isEligible whether an organization whose next publish this is has a turn
     * @param fits is asked once for each that is taken, and for the first that is not
     */
    take(isEligible: (publish: Publish) => boolean, fits: (publish: Publish) => boolean): Publish[] {
      const taken: Publish[] = []
      // Who had a turn goes to the end of the map, where this loop comes by again.
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
