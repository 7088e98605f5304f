import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type pg from 'pg'
import { createTurns } from '../../lib/event-loop-turns.ts'
import {
  compileFilter,
  type EventContent,
  type FilterColumns,
  findMismatch,
  type SubscriptionFilter,
  toFilterable,
} from '../endpoints/subscription-filter.ts'

/** Maximum memory of cached filters of all organizations, estimated; the largest set of one organization fits. */
const FILTERS_BYTES = 128 * 1024 * 1024
/** Time after which cached filters are read again, so that deleted ones are not evaluated for ever. */
const FILTERS_MS = 60_000

const READ = `
SELECT id, event_types AS "eventTypes", channels, predicate, filter_hash AS hash FROM webhook_endpoints
WHERE organization_id = $1 AND deleted_at IS NULL AND filter_hash IS NOT NULL ORDER BY id`

/** The endpoints of an organization that select events by more than their type. */
export interface FilterSet {
  organizationId: string
  endpoints: readonly { id: string; hash: string; filter: SubscriptionFilter }[]
  /** Identifies the endpoints and their filters. */
  version: string
  /** Grows with each read, so that the newer of two sets is known. */
  reads: number
  /** Estimated memory. */
  bytes: number
}

/** Endpoints of a filter set that want the events of one publish. */
export interface Matches {
  filters: FilterSet
  /** Ids of the wanted events, by endpoint. */
  eventIds: ReadonlyMap<string, readonly string[]>
  /** Number of pairs of event and endpoint. */
  count: number
}

export const NO_FILTERS: FilterSet = { organizationId: '', endpoints: [], version: '', reads: 0, bytes: 0 }
export const NO_MATCHES: Matches = { filters: NO_FILTERS, eventIds: new Map(), count: 0 }

/** Runs the work on the event with an index in its turn of the event loop. */
export type RunInTurn = <Result>(index: number, work: () => Result) => Promise<Result>

/**
 * Caches the filters of endpoints with channels or a predicate for publishing. The cache needs no announcement of changes,
 * because `store_events_v3` stores nothing for an organization with a filter that was not evaluated in its current
 * version. Organizations without such endpoints never have their filters read.
 *
 * @param deps.maxBytes estimated memory of all cached filters; filters past the bound are read again. Default: FILTERS_BYTES
 */
export function createFilterCache(deps: { pool: pg.Pool; maxBytes?: number }) {
  const cache = new LRUCache<string, FilterSet>({
    maxSize: deps.maxBytes ?? FILTERS_BYTES,
    sizeCalculation: ({ bytes }) => bytes,
    ttl: FILTERS_MS,
  })
  let lastRead = 0

  return {
    /** The filters as they were last read; none for an organization that never needed them. */
    get: (organizationId: string): FilterSet => cache.get(organizationId) ?? NO_FILTERS,

    async load(organizationId: string): Promise<FilterSet> {
      const reads = ++lastRead
      const { rows } = await deps.pool.query<FilterColumns & { id: string; hash: string }>(READ, [organizationId])
      const known = new Map(cache.get(organizationId)?.endpoints.map((endpoint) => [endpoint.hash, endpoint.filter]))
      const turn = createTurns()
      const endpoints: FilterSet['endpoints'][number][] = []
      for (const { id, hash, ...columns } of rows) {
        await turn()
        endpoints.push({ id, hash, filter: known.get(hash) ?? compileFilter(columns) })
      }
      cache.delete(organizationId)
      if (rows.length === 0) return { ...NO_FILTERS, reads }
      const bytes = rows.reduce((sum, columns) => sum + bytesOf(columns), 0)
      const version = rows.map(({ id, hash }) => `${id} ${hash}`).join('\n')
      const filters = { organizationId, endpoints, version: digest(version), reads, bytes }
      cache.set(organizationId, filters)
      return filters
    },
  }
}

/** Decides which endpoints of a set want each event of a publish. */
export async function matchEvents(
  filters: FilterSet,
  events: readonly (EventContent & { id: string })[],
  runInTurn: RunInTurn,
): Promise<Matches> {
  const { endpoints } = filters
  if (endpoints.length === 0) return { ...NO_MATCHES, filters }
  const eventIds = new Map<string, string[]>()
  let count = 0
  for (const [index, event] of events.entries())
    await runInTurn(index, () => {
      const filterable = toFilterable(event)
      for (const { id, filter } of endpoints) {
        if (findMismatch(filter, filterable) !== undefined) continue
        const known = eventIds.get(id)
        if (known === undefined) eventIds.set(id, [event.id])
        else known.push(event.id)
        count++
      }
    })
  return { filters, eventIds, count }
}

const digest = (text: string) => createHash('sha256').update(text).digest('base64url')

/** A compiled predicate takes some times its text. */
function bytesOf({ eventTypes, channels, predicate }: FilterColumns): number {
  const texts = [...eventTypes, ...channels].reduce((sum, text) => sum + 50 + text.length, 500)
  return texts + 10 * (predicate?.length ?? 0)
}
