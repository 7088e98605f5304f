import {
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type ValueNode,
} from 'graphql'
import { NODES_AT_MOST } from '../../schema/nodes.ts'
import { DAYS_AT_MOST } from '../domain/deliveries/delivery-stats.ts'
import { CATALOGUE_TYPES } from '../domain/event-types/catalogues.ts'
import { REHEARSAL_EXAMPLES } from '../domain/event-types/schema-rehearsal.ts'
import { EVENTS_AT_ONCE } from '../domain/events/publish.ts'
import { SECRETS_AT_ONCE } from '../domain/keys/rotate.ts'
import { WORKERS_AT_MOST } from '../domain/operator/queue.ts'
import { KEYS_NEAR_LIMIT_AT_MOST } from '../domain/overview/keys-near-limit.ts'
import { MINUTES } from '../domain/overview/last-hour.ts'
import { MEMBERSHIPS_AT_MOST } from '../domain/people/people.ts'
import { SESSIONS_AT_MOST } from '../domain/people/sessions.ts'
import { RESULTS_AT_ONCE } from '../domain/streams/acknowledge-input.ts'
import { KEYS_SHOWN } from '../domain/usage/usage.ts'
import { CLAIM_AT_ONCE } from '../live/delivery-streams.ts'
import { ENTRIES_AT_ONCE } from '../live/entry-notifier.ts'

/** Page size when `first` or `last` is a variable, and when neither is given. */
const PAGE_AT_MOST = 100
const PAGE_DEFAULT = 20
/** Fields without pages that take reads of their own for each object. */
const READS = ['usage', 'deliveryStats', 'resourceNode', 'currentLimits']
/**
 * Maximum lengths of lists without pagination. `events` is the answer of `eventPublishMany`, `created` and `existing`
 * that of `eventTypeCatalogueImport`.
 */
export const LISTS: Record<string, number | undefined> = {
  ...{ series: 1_000, byOperation: 500, byStatus: 20, byTier: 4, byKey: KEYS_SHOWN },
  ...{ days: DAYS_AT_MOST, events: EVENTS_AT_ONCE, secrets: SECRETS_AT_ONCE, windows: 4, entries: ENTRIES_AT_ONCE },
  // Few and small in most rows, and bounded by 64 resources of a key and 16 KiB of headers.
  ...{ permissions: 10, responseHeaders: 10, permissionResources: 508 },
  ...{ created: CATALOGUE_TYPES, existing: CATALOGUE_TYPES, examples: REHEARSAL_EXAMPLES },
  ...{ minutes: MINUTES, keysNearLimit: KEYS_NEAR_LIMIT_AT_MOST, tiers: 4, keysByTier: 4, workers: WORKERS_AT_MOST },
  ...{ sessions: SESSIONS_AT_MOST, memberships: MEMBERSHIPS_AT_MOST },
  ...{ acknowledgements: RESULTS_AT_ONCE, claimed: CLAIM_AT_ONCE, headers: 25 },
  // All validation issues of an input count as one object.
  issues: 1,
}
/** Argument with the ids of the objects to answer with. */
const IDS = 'ids'
/** Length of a list with neither pagination nor an entry in LISTS, so that a forgotten entry makes a field dear. */
export const UNKNOWN_LIST = 1_000

export type ListLengths = ReturnType<typeof createListLengths>

/**
 * Counts the entries of fields by name, because documents are measured before validation. Fields of one name in several
 * types count as the longest of them, and validation refuses names that the schema lacks.
 */
export function createListLengths(schema: GraphQLSchema) {
  const lengths = new Map<string, number>()
  const reads = new Set<string>(READS)
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__') || !(isObjectType(type) || isInterfaceType(type))) continue
    for (const { name, type: answer, args } of Object.values(type.getFields())) {
      if (args.some((arg) => arg.name === IDS)) continue
      if (isConnection(getNamedType(answer))) reads.add(name)
      else if (isListOfObjects(answer) && !(isConnection(type) && isEntries(name)))
        lengths.set(name, LISTS[name] ?? UNKNOWN_LIST)
    }
  }

  return {
    /** True when a field of this name reads a page, also when no entry is selected, or takes another read of its own. */
    isRead: (name: string): boolean => reads.has(name),

    /**
     * Maximum number of objects that a field may return.
     *
     * @param hasEntries true when the selection includes the entries of a page
     */
    of({ name, arguments: args = [] }: FieldNode, hasEntries: boolean): number {
      const ids = args.find((argument) => argument.name.value === IDS)
      if (ids !== undefined) return countOf(ids.value)
      // A field with both is refused later; until then the larger one counts.
      const asked = args
        .filter(({ name }) => name.value === 'first' || name.value === 'last')
        .map(({ value }) => pageSize(value))
      if (asked.length > 0) return Math.max(...asked)
      return hasEntries ? PAGE_DEFAULT : (lengths.get(name.value) ?? 1)
    },
  }
}

/** True for the fields of a connection that hold the entries of the page. */
export const isEntries = (name: string): boolean => name === 'nodes' || name === 'edges'

function isConnection(type: GraphQLNamedType): boolean {
  return isObjectType(type) && 'pageInfo' in type.getFields()
}

function isListOfObjects(type: GraphQLOutputType): boolean {
  return isListType(getNullableType(type)) && isCompositeType(getNamedType(type))
}

/** Number of the given ids. */
const countOf = (ids: ValueNode): number =>
  ids.kind === Kind.LIST ? ids.values.length : ids.kind === Kind.VARIABLE ? NODES_AT_MOST : 1

function pageSize(value: ValueNode): number {
  return value.kind === Kind.INT ? Math.max(1, Math.min(Number(value.value), PAGE_AT_MOST)) : PAGE_AT_MOST
}
