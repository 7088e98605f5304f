import type { PrismaClient } from '../../database/client.ts'
import { type EventType, Prisma } from '../../database/generated/client.ts'
import { countRows, readRows } from '../../database/page-sql.ts'
import { page } from '../../lib/pagination.ts'
import { containing } from '../../lib/search-text.ts'
import type { Viewer } from '../people/viewer.ts'
import { selectVisibleTypes } from './visible-types.ts'

/** Conditions on the event types of a list. Absent and null conditions hold for every event type. */
export interface EventTypeFilter {
  category?: string | null
  deprecated?: boolean | null
  /** Part of the name or the description; upper and lower case are equal. */
  search?: string | null
}

/**
 * Lists of the event types that an organization can publish. A filter is checked against each of them: at most 2,000 of
 * its own, and as many of the operator.
 */
export function createSearchEventTypes({ prisma }: { prisma: PrismaClient }) {
  return {
    list: ({ organizationId }: Viewer, filter: EventTypeFilter, query: object): Promise<EventType[]> =>
      readRows(prisma, selectTypes(organizationId, filter, query), (ids) =>
        prisma.eventType.findMany(page(query, { id: { in: ids } })),
      ),

    count: ({ organizationId }: Viewer, filter: EventTypeFilter): Promise<number> =>
      countRows(prisma, (query) => selectTypes(organizationId, filter, query)),
  }
}

function selectTypes(organizationId: string, filter: EventTypeFilter, query: object): Prisma.Sql {
  const { category, deprecated, search } = filter
  const pattern = search == null ? undefined : containing(search)
  const conditions = [
    ...(category != null ? [Prisma.sql`t.category = ${category}`] : []),
    ...(deprecated != null ? [Prisma.sql`t.deprecated = ${deprecated}`] : []),
    ...(pattern !== undefined ? [Prisma.sql`(t.name ILIKE ${pattern} OR t.description ILIKE ${pattern})`] : []),
  ]
  return selectVisibleTypes(organizationId, conditions, query)
}
