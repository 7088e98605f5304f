import type { PrismaClient } from '../../database/client.ts'
import { type AuditEntry, type AuditOutcome, Prisma } from '../../database/generated/client.ts'
import { countRows, type IndexRange, readRows, selectByValues, selectThroughIndex } from '../../database/page-sql.ts'
import { page } from '../../lib/pagination.ts'
import type { Viewer } from '../people/viewer.ts'
import type { AuditAction } from './audit-actions.ts'

/** Conditions on the entries of a list. Absent and null conditions hold for every entry, as does an empty list. */
export interface AuditEntryFilter {
  /** Id of the principal that acted. */
  actorId?: string | null
  actions?: readonly AuditAction[] | null
  /** Id of the changed object. */
  resourceId?: string | null
  outcome?: AuditOutcome | null
  /** Lower bound of the time, inclusive. */
  from?: Date | null
  /** Upper bound of the time, exclusive. */
  to?: Date | null
}

/** Lists and look-ups of the audit trail of an organization. */
export function createSearchAudit({ prisma }: { prisma: PrismaClient }) {
  return {
    getMany: (viewer: Viewer, ids: readonly string[], query: object = {}): Promise<AuditEntry[]> =>
      prisma.auditEntry.findMany({ ...query, where: { id: { in: [...ids] }, organizationId: viewer.organizationId } }),

    list: ({ organizationId }: Viewer, filter: AuditEntryFilter, query: object): Promise<AuditEntry[]> =>
      readRows(prisma, selectEntries(organizationId, filter, query), (ids) =>
        prisma.auditEntry.findMany(page(query, { organizationId, id: { in: ids } })),
      ),

    count: ({ organizationId }: Viewer, filter: AuditEntryFilter): Promise<number> =>
      countRows(prisma, (query) => selectEntries(organizationId, filter, query)),
  }
}

/**
 * Through the index of the first condition that is given, in the order in which they tend to leave few entries. The
 * others are checked entry by entry.
 */
function selectEntries(organizationId: string, filter: AuditEntryFilter, query: object): Prisma.Sql {
  const { actorId, actions, resourceId, outcome, from, to } = filter
  const conditions = [
    ...(resourceId != null ? [{ name: 'resource', value: Prisma.sql`${resourceId}` }] : []),
    ...(actorId != null ? [{ name: 'actor', value: Prisma.sql`${actorId}` }] : []),
    ...(actions?.length ? [{ name: 'action', value: Prisma.sql`ANY(${[...actions]})` }] : []),
    ...(outcome != null ? [{ name: 'outcome', value: Prisma.sql`${outcome}::audit_outcome` }] : []),
  ]
  const [first, ...others] = conditions
  const select = (columns: IndexRange['columns']) =>
    selectThroughIndex(
      Prisma.sql`audit_entries a`,
      {
        ...{ alias: 'a', prefix: 'aud', from, to },
        columns: [['organization_id', Prisma.sql`${organizationId}`], ...columns],
      },
      others.map(({ name, value }) => Prisma.sql`${Prisma.raw(`a.${name}`)} = ${value}`),
      query,
    )
  if (first === undefined) return select([])
  if (first.name !== 'action') return select([[first.name, first.value]])
  return selectByValues(actions ?? [], select([['action', Prisma.sql`wanted.value`]]), query)
}
