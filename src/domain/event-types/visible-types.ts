import { Prisma } from '../../database/generated/client.ts'
import { endOfPage, selectThroughIndex } from '../../database/page-sql.ts'

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
 * Statement for the ids of a page of the types that an organization can publish: its own, and those of the operator
 * without an own type of the same name. Raw SQL, because a filter of Prisma cannot compare two rows. Each part walks an
 * index of its own, so a page costs the same however many types there are.
 *
 * @param conditions on event type `t`
 */
export function selectVisibleTypes(
  organizationId: string,
  conditions: readonly Prisma.Sql[],
  query: object,
): Prisma.Sql {
  const select = (owner: Prisma.Sql, more: readonly Prisma.Sql[]) => {
    const range = { alias: 't', prefix: 'type', columns: [['organization_id', owner]] } as const
    return selectThroughIndex(Prisma.sql`event_types t`, range, [...conditions, ...more], query)
  }
  const isNotReplaced = [
    Prisma.sql`t.organization_id <> ${organizationId}`,
    Prisma.sql`NOT EXISTS (SELECT FROM event_types own WHERE own.organization_id = ${organizationId} AND own.name = t.name)`,
  ]
  return Prisma.sql`SELECT id FROM (
      (${select(Prisma.sql`${organizationId}`, [])}) UNION ALL (${select(Prisma.raw(PLATFORM), isNotReplaced)})
    ) visible ${endOfPage('id', query)}`
}
