import type { PrismaClient } from '../../database/client.ts'
import { type ApiKey, type KeyEnvironment, type KeyTier, Prisma } from '../../database/generated/client.ts'
import { countRows, readRows, selectThroughIndex } from '../../database/page-sql.ts'
import type { Clock } from '../../lib/clock.ts'
import { page } from '../../lib/pagination.ts'
import { containing } from '../../lib/search-text.ts'
import type { Viewer } from '../people/viewer.ts'
import { type KeyStatus, statusOf } from './key-status.ts'

/** Conditions on the keys of a list. Absent and null conditions hold for every key, as does an empty list. */
export interface KeyFilter {
  statuses?: readonly KeyStatus[] | null
  tiers?: readonly KeyTier[] | null
  environment?: KeyEnvironment | null
  /** Keys with the last use before this time, and keys of an earlier time that were never used. */
  lastUsedBefore?: Date | null
  /** False for keys of former members, true for keys of members. */
  creatorIsMember?: boolean | null
  /** Part of the name or of the display prefix; upper and lower case are equal. */
  search?: string | null
}

/**
 * Lists of the API keys of an organization. A filter is checked against each of its keys that are not revoked, which are
 * at most 10,000, and against the revoked ones where they are asked for: an index on the last use would make each use of
 * a key more expensive.
 */
export function createSearchKeys({ prisma, clock }: { prisma: PrismaClient; clock: Clock }) {
  return {
    list: ({ organizationId }: Viewer, filter: KeyFilter, query: object): Promise<ApiKey[]> =>
      readRows(prisma, selectKeys(organizationId, filter, query, clock.now()), (ids) =>
        prisma.apiKey.findMany(page(query, { organizationId, id: { in: ids } })),
      ),

    count: ({ organizationId }: Viewer, filter: KeyFilter): Promise<number> =>
      countRows(prisma, (query) => selectKeys(organizationId, filter, query, clock.now())),

    /** The status of a key now. */
    statusOf: (key: Parameters<typeof statusOf>[0]): KeyStatus => statusOf(key, clock.now()),
  }
}

function selectKeys(organizationId: string, filter: KeyFilter, query: object, now: Date): Prisma.Sql {
  const columns = [['organization_id', Prisma.sql`${organizationId}`]] as const
  const range = { alias: 'k', prefix: 'key', columns } as const
  return selectThroughIndex(Prisma.sql`api_keys k`, range, conditionsOf(filter, now), query)
}

function conditionsOf(filter: KeyFilter, now: Date): Prisma.Sql[] {
  const { statuses, tiers, environment, lastUsedBefore, creatorIsMember, search } = filter
  const pattern = search == null ? undefined : containing(search)
  return [
    ...(statuses?.length ? inStatuses(statuses, now) : []),
    ...(tiers?.length ? [Prisma.sql`k.tier = ANY(${[...tiers]}::key_tier[])`] : []),
    ...(environment != null ? [Prisma.sql`k.environment = ${environment}::key_environment`] : []),
    ...(lastUsedBefore != null ? [Prisma.sql`coalesce(k.last_used_at, k.created_at) < ${lastUsedBefore}`] : []),
    ...(creatorIsMember != null
      ? [
          Prisma.sql`k.created_by LIKE 'usr\\_%' AND ${creatorIsMember} = (
          SELECT count(*) > 0 FROM members m WHERE m.organization_id = k.organization_id AND m.person_id = k.created_by)`,
        ]
      : []),
    ...(pattern !== undefined ? [Prisma.sql`(k.name ILIKE ${pattern} OR k.display_prefix ILIKE ${pattern})`] : []),
  ]
}

/** The rules of `statusOf` (key-status.ts) as conditions. */
function inStatuses(statuses: readonly KeyStatus[], now: Date): Prisma.Sql[] {
  const isEnabled = Prisma.sql`k.revoked_at IS NULL AND k.disabled_at IS NULL`
  const conditions: Record<KeyStatus, Prisma.Sql> = {
    ACTIVE: Prisma.sql`${isEnabled} AND (k.expires_at IS NULL OR k.expires_at > ${now})`,
    EXPIRED: Prisma.sql`${isEnabled} AND k.expires_at <= ${now}`,
    DISABLED: Prisma.sql`k.revoked_at IS NULL AND k.disabled_at IS NOT NULL`,
    REVOKED: Prisma.sql`k.revoked_at IS NOT NULL`,
  }
  const any = [...new Set(statuses)].map((status) => Prisma.sql`(${conditions[status]})`)
  // Stated once more by itself, so that PostgreSQL takes the index of the keys that are not revoked.
  const live = statuses.includes('REVOKED') ? [] : [Prisma.sql`k.revoked_at IS NULL`]
  return [...live, Prisma.sql`(${Prisma.join(any, ' OR ')})`]
}
