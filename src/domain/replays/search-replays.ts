import type { PrismaClient } from '../../database/client.ts'
import { Prisma, type Replay } from '../../database/generated/client.ts'
import { type IndexRange, readRows, selectThroughIndex } from '../../database/page-sql.ts'
import { page } from '../../lib/pagination.ts'
import type { Viewer } from '../people/viewer.ts'

/** Conditions on the replays of a list. Absent and null conditions hold for every replay. */
export interface ReplayFilter {
  endpointId?: string | null
}

/** Lists of the replays of an organization, through the index of the organization or of its endpoint. */
export function createSearchReplays({ prisma }: { prisma: PrismaClient }) {
  return {
    list({ organizationId }: Viewer, { endpointId }: ReplayFilter, query: object): Promise<Replay[]> {
      const columns: IndexRange['columns'] = [
        ['organization_id', Prisma.sql`${organizationId}`],
        ...(endpointId == null ? [] : [['endpoint_id', Prisma.sql`${endpointId}`] as const]),
      ]
      const ids = selectThroughIndex(Prisma.sql`replays r`, { alias: 'r', prefix: 'rpl', columns }, [], query)
      return readRows(prisma, ids, (found) =>
        prisma.replay.findMany(page(query, { organizationId, id: { in: found } })),
      )
    },
  }
}
