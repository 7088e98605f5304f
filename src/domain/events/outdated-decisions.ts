import { UnavailableError } from '../../lib/errors.ts'
import type { FilterSet } from './match-endpoints.ts'
import type { Publish } from './publish-queue.ts'
import { DELIVERIES_AT_MOST, tooManyDeliveries } from './store-events.ts'

/** Maximum decisions about the endpoints of one publish. Each but the first follows a change of a filter. */
export const DECISIONS = 5
/** Maximum organizations that one process decides about again at once. */
export const DECIDING_AT_ONCE = 20

const CHANGING =
  'The channels or predicates of endpoints changed each time before the events could be stored. Nothing was stored; try again shortly.'

/**
 * Splits a group. Within a statement, all publishes of an organization are decided by the same filters, because the
 * statement checks each filter once. A publish with too many deliveries is decided by newer filters before it is refused.
 */
export function separateOutdated(group: readonly Publish[]): { current: Publish[]; outdated: Publish[] } {
  const newest = new Map<string, FilterSet>()
  for (const { organizationId, matches } of group)
    if (matches.filters.reads >= (newest.get(organizationId)?.reads ?? 0)) newest.set(organizationId, matches.filters)
  const split: { current: Publish[]; outdated: Publish[] } = { current: [], outdated: [] }
  for (const publish of group) {
    const { filters, count } = publish.matches
    const isOutdated =
      filters.version !== newest.get(publish.organizationId)?.version || count > DELIVERIES_AT_MOST.large
    split[isOutdated ? 'outdated' : 'current'].push(publish)
  }
  return split
}

/**
 * Decides about publishes of one organization again, with the filters that the database has now. Publishes past
 * DECISIONS, and those with an error, fail.
 *
 * @returns the decided publishes in their order
 */
export async function decideAgain(
  publishes: readonly Publish[],
  loadFilters: (organizationId: string) => Promise<FilterSet>,
): Promise<Publish[]> {
  let loading: Promise<FilterSet> | undefined
  const decided: Publish[] = []
  for (const publish of publishes) {
    try {
      if (publish.decisions === DECISIONS) throw new UnavailableError('OVERLOADED', CHANGING)
      loading ??= loadFilters(publish.organizationId)
      publish.matches = await publish.decide(await loading)
      publish.decisions++
      const { count } = publish.matches
      if (count > DELIVERIES_AT_MOST.large) throw tooManyDeliveries(publish.events.length, count)
      decided.push(publish)
    } catch (error) {
      publish.failed(error)
    }
  }
  return decided
}
