import type { PrismaClient } from '../../database/client.ts'
import { Prisma } from '../../database/generated/client.ts'
import { keysetOf } from '../../lib/pagination.ts'

/** Registers a type for every organization: the operator's own. SQL for its id. */
const PLATFORM = '(SELECT id FROM organizations WHERE is_platform)'

/**
 * Statement that resolves a name to the event type of an organization: its own, or else the operator's. `$1` is the
 * organization, `$2` the name.
 *
 * @param columns SQL for columns of event type `t`
 */
export const resolveTypeSql = (columns: string) => `
SELECT ${columns} FROM event_types t WHERE t.name = $2 AND t.organization_id IN ($1, ${PLATFORM})
ORDER BY t.organization_id = $1 DESC LIMIT 1`

/** Prisma filter of the types that an organization may read: its own and all of the operator. */
export const readableBy = (organizationId: string) => ({
  organization: { OR: [{ id: organizationId }, { isPlatform: true }] },
})

/**
 * The ids of a page of the types that an organization can publish: its own, and those of the operator without an own
 * type of the same name. Raw SQL, because a filter of Prisma cannot compare two rows. Each part walks an index of its
 * own, so a page costs the same however many types there are.
 */
export async function findVisibleTypes(prisma: PrismaClient, organizationId: string, query: object): Promise<string[]> {
  const { cursor, take, backwards } = keysetOf(query)
  const beyond =
    cursor === undefined ? Prisma.empty : Prisma.sql`AND t.id ${Prisma.raw(backwards ? '>' : '<')} ${cursor}`
  const end = Prisma.sql`ORDER BY id ${Prisma.raw(backwards ? 'ASC' : 'DESC')} LIMIT ${take}`
  const found = await prisma.$queryRaw<{ id: string }[]>`
    SELECT id FROM (
      (SELECT t.id FROM event_types t WHERE t.organization_id = ${organizationId} ${beyond} ${end})
      UNION ALL
      (SELECT t.id FROM event_types t
        WHERE t.organization_id = ${Prisma.raw(PLATFORM)} AND t.organization_id <> ${organizationId} ${beyond}
          AND NOT EXISTS (SELECT FROM event_types own WHERE own.organization_id = ${organizationId} AND own.name = t.name)
        ${end})
    ) visible ${end}`
  return found.map(({ id }) => id)
}
