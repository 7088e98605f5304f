import type { Database } from '../../database/client.ts'
import type { Organization } from '../../database/generated/client.ts'
import type { Clock } from '../../lib/clock.ts'
import { type Counted, keysetOf } from '../../lib/pagination.ts'
import type { Tier } from '../people/viewer.ts'
import { type OrganizationOrder, selectOrganizations } from './organizations-sql.ts'

/** An organization with the figures by which an operator finds trouble. */
export interface OrganizationFigures {
  organization: Organization
  /** PENDING and RETRYING; each endpoint is counted up to COUNTED_OF_ENDPOINT. */
  waiting: Counted
  /** Due time of the delivery that waits longest; null while none is due. */
  oldestDueAt: Date | null
  /** Share of failed attempts, 0 to 1; null without attempts. */
  failureShareLastHour: number | null
  failureShareToday: number | null
  requestsToday: number
  /** Requests refused by a rate limit or quota today. */
  limitHitsToday: number
  /** Keys that are not revoked, by tier; tiers without a key are absent. */
  keysByTier: { tier: Tier | null; count: number }[]
  /** Enabled endpoints that failed in their last attempt. */
  failingEndpoints: number
}

/** Lists the organizations of the installation for the operator, one statement for each page. */
export function createOperatorOrganizations({ database, clock }: { database: Database; clock: Clock }) {
  return {
    /** @param query a page as Pothos builds it */
    async list(order: OrganizationOrder, query: object): Promise<OrganizationFigures[]> {
      const { cursor, take, backwards } = keysetOf(query)
      const { rows } = await database.boundedPool.query<Row>({
        text: selectOrganizations(order, backwards),
        values: [clock.now(), cursor ?? null, take],
      })
      const organizations = await database.prisma.organization.findMany({
        where: { id: { in: rows.map(({ id }) => id) } },
      })
      const byId = new Map(organizations.map((organization) => [organization.id, organization]))
      // An organization that was removed meanwhile is left out.
      const listed = rows.flatMap((row) => (byId.has(row.id) ? [figures(row, byId.get(row.id)!)] : []))
      return backwards ? listed.toReversed() : listed
    },
  }
}

interface Row {
  id: string
  waiting: number
  isExact: boolean
  oldestDueAt: Date | null
  attemptsLastHour: number
  failedLastHour: number
  attemptsToday: number
  failedToday: number
  requestsToday: number
  limitHitsToday: number
  keysByTier: OrganizationFigures['keysByTier']
  failingEndpoints: number
}

function figures(row: Row, organization: Organization): OrganizationFigures {
  const { oldestDueAt, requestsToday, limitHitsToday, keysByTier, failingEndpoints } = row
  const share = (failed: number, attempts: number) => (attempts === 0 ? null : failed / attempts)
  return {
    ...{ organization, oldestDueAt, requestsToday, limitHitsToday, keysByTier, failingEndpoints },
    waiting: { count: row.waiting, isExact: row.isExact },
    failureShareLastHour: share(row.failedLastHour, row.attemptsLastHour),
    failureShareToday: share(row.failedToday, row.attemptsToday),
  }
}
