import type { PrismaClient } from '../../database/client.ts'
import { Prisma, type WebhookEndpoint } from '../../database/generated/client.ts'
import { countRows, readRows, selectThroughIndex } from '../../database/page-sql.ts'
import { page } from '../../lib/pagination.ts'
import { containing } from '../../lib/search-text.ts'
import type { Viewer } from '../people/viewer.ts'
import { subscribable } from './subscription-filter.ts'

/** Conditions on the endpoints of a list. Absent and null conditions hold for every endpoint. */
export interface EndpointFilter {
  enabled?: boolean | null
  /** True for endpoints that failed in their last attempt. */
  failing?: boolean | null
  /** An event type to which the endpoint is subscribed. */
  type?: string | null
  /** Another event type to which the endpoint is subscribed. */
  alsoType?: string | null
  /** Part of the URL or the description; upper and lower case are equal. */
  search?: string | null
}

/** Lists of the endpoints of an organization. */
export type SearchEndpoints = ReturnType<typeof createSearchEndpoints>

/** A filter is checked against each endpoint that is not deleted; an organization has at most 1,000. */
export function createSearchEndpoints({ prisma }: { prisma: PrismaClient }) {
  return {
    list: ({ organizationId }: Viewer, filter: EndpointFilter, query: object): Promise<WebhookEndpoint[]> =>
      readRows(prisma, selectEndpoints(organizationId, filter, query), (ids) =>
        prisma.webhookEndpoint.findMany(page(query, { organizationId, id: { in: ids } })),
      ),

    count: ({ organizationId }: Viewer, filter: EndpointFilter): Promise<number> =>
      countRows(prisma, (query) => selectEndpoints(organizationId, filter, query)),
  }
}

function selectEndpoints(organizationId: string, filter: EndpointFilter, query: object): Prisma.Sql {
  const { enabled, failing, type, alsoType, search } = filter
  const pattern = search == null ? undefined : containing(search)
  // Looked up for each endpoint: planned as a join, the health of all organizations may be read.
  const failures = Prisma.sql`coalesce((SELECT h.consecutive_failures FROM endpoint_health h WHERE h.endpoint_id = e.id), 0)`
  const conditions = [
    Prisma.sql`e.deleted_at IS NULL`,
    ...(enabled != null ? [Prisma.sql`e.enabled = ${enabled}`] : []),
    ...(failing != null ? [Prisma.sql`(${failures} > 0) = ${failing}`] : []),
    ...[type, alsoType].flatMap((wanted) =>
      wanted != null ? [Prisma.sql`e.event_types && ${subscribable(wanted)}`] : [],
    ),
    ...(pattern !== undefined ? [Prisma.sql`(e.url ILIKE ${pattern} OR e.description ILIKE ${pattern})`] : []),
  ]
  const columns = [['organization_id', Prisma.sql`${organizationId}`]] as const
  const range = { alias: 'e', prefix: 'whep', columns } as const
  return selectThroughIndex(Prisma.sql`webhook_endpoints e`, range, conditions, query)
}
