import type { Event } from '../../database/generated/client.ts'
import { SYSTEM } from '../people/viewer.ts'
import { ENDPOINT_DISABLED_TYPE } from './system-events.ts'

/** Types of events that Signalbox publishes itself. Their rows name no publisher, because functions of the database write them. */
const SYSTEM_TYPES: readonly string[] = [ENDPOINT_DISABLED_TYPE]

/** A type that no event has, because a type has at least one character. */
const NO_TYPE = ''

/** True when every event of these types is of Signalbox itself. Such events are few. */
export const areOfSystem = (types: readonly string[] | null | undefined): boolean =>
  types != null && types.length > 0 && types.every((type) => SYSTEM_TYPES.includes(type))

/** The principal that published an event; null for an event of an earlier version, which did not store the principal. */
export function publisherOf(
  event: Pick<Event, 'type' | 'publishedBy' | 'publishedByName'>,
): { id: string; name: string | null } | null {
  if (event.publishedBy !== null) return { id: event.publishedBy, name: event.publishedByName }
  return areOfSystem([event.type]) ? SYSTEM : null
}

/** The types of a filter that are among others as well; an empty or absent list stands for every type. */
export function commonTypes(types: readonly string[] | null | undefined, others: readonly string[]): readonly string[] {
  if (!types?.length) return others
  const common = others.filter((type) => types.includes(type))
  return common.length > 0 ? common : [NO_TYPE]
}

/** The filter by columns of the tables: events of Signalbox itself are found by their types. */
export function byColumns<Filter extends { publishedById?: string | null; types?: readonly string[] | null }>(
  filter: Filter,
): Filter {
  if (filter.publishedById !== SYSTEM.id) return filter
  return { ...filter, publishedById: null, types: commonTypes(filter.types, SYSTEM_TYPES) }
}
