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

/** Conditions on the events of a list. Absent and null conditions hold for every event, as does an empty list. */
export interface EventFilter {
  id?: string | null
  idempotencyKey?: string | null
  /** Exact event types. */
  types?: readonly string[] | null
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

function selectEvents(organizationId: string, filter: EventFilter, query: object): Prisma.Sql {
  const { id, idempotencyKey, types, from, to } = filter
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
      ...createdWithin('v', 'evt', from, to),
      ...beyondCursor('v.id', query),
    ]
    return Prisma.sql`SELECT v.id FROM events v WHERE ${Prisma.join(all, ' AND ')}`
  }
  const select = (columns: IndexRange['columns']) =>
    selectThroughIndex(Prisma.sql`events v`, { alias: 'v', prefix: 'evt', columns, from, to }, [], query)
  if (!types?.length) return select([organization])
  return selectByValues(types, select([organization, ['type', Prisma.sql`wanted.value`]]), query)
}
