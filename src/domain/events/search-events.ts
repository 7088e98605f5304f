import type { PrismaClient } from '../../database/client.ts'
import { type Event, Prisma } from '../../database/generated/client.ts'
import {
  beyondCursor,
  countRows,
  createdWithin,
  type IndexRange,
  readRows,
  selectByValues,
  selectThroughIndex,
} from '../../database/page-sql.ts'
import { page } from '../../lib/pagination.ts'
import type { Read } from '../limits/read-concurrency.ts'
import type { Viewer } from '../people/viewer.ts'
import { byColumns } from './publisher.ts'

/** Conditions on the events of a list. Absent and null conditions hold for every event, as does an empty list. */
export interface EventFilter {
  id?: string | null
  idempotencyKey?: string | null
  /** Exact event types. */
  types?: readonly string[] | null
  /** Id of the principal that published the event, or of Signalbox itself. */
  publishedById?: string | null
  /** Lower bound of the time of storing, inclusive. */
  from?: Date | null
  /** Upper bound of the time of storing, exclusive. */
  to?: Date | null
}

/** Lists of the events of an organization. */
export function createSearchEvents({ prisma, read }: { prisma: PrismaClient; read: Read }) {
  return {
    list: ({ organizationId }: Viewer, filter: EventFilter, query: object): Promise<Event[]> =>
      read(organizationId, () =>
        readRows(prisma, selectEvents(organizationId, filter, query), (ids) =>
          prisma.event.findMany(page(query, { organizationId, id: { in: ids } })),
        ),
      ),

    count: ({ organizationId }: Viewer, filter: EventFilter): Promise<number> =>
      read(organizationId, () => countRows(prisma, (query) => selectEvents(organizationId, filter, query))),
  }
}

/**
 * Through the index of the types, or else of the publisher: one key often publishes most events of an organization, so
 * that its index leaves more of them.
 */
function selectEvents(organizationId: string, given: EventFilter, query: object): Prisma.Sql {
  const { id, idempotencyKey, types, publishedById, from, to } = byColumns(given)
  const ofPublisher = publishedById == null ? [] : [Prisma.sql`v.published_by = ${publishedById}`]
  const conditions = [
    ...(id != null ? [Prisma.sql`v.id = ${id}`] : []),
    ...(idempotencyKey != null ? [Prisma.sql`v.idempotency_key = ${idempotencyKey}`] : []),
  ]
  const organization = ['organization_id', Prisma.sql`${organizationId}`] as const
  if (conditions.length > 0) {
    // One event at most.
    const all = [
      ...conditions,
      Prisma.sql`v.organization_id = ${organizationId}`,
      ...(types?.length ? [Prisma.sql`v.type = ANY(${[...types]})`] : []),
      ...ofPublisher,
      ...createdWithin('v', 'evt', from, to),
      ...beyondCursor('v.id', query),
    ]
    return Prisma.sql`SELECT v.id FROM events v WHERE ${Prisma.join(all, ' AND ')}`
  }
  const select = (columns: IndexRange['columns'], conditions: readonly Prisma.Sql[] = []) =>
    selectThroughIndex(Prisma.sql`events v`, { alias: 'v', prefix: 'evt', columns, from, to }, conditions, query)
  if (types?.length)
    return selectByValues(types, select([organization, ['type', Prisma.sql`wanted.value`]], ofPublisher), query)
  if (publishedById == null) return select([organization])
  return select([organization, ['published_by', Prisma.sql`${publishedById}`]])
}
