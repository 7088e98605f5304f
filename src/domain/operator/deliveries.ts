import type { Database } from '../../database/client.ts'
import { type DeliveryStatus, type Organization, Prisma } from '../../database/generated/client.ts'
import { beyondCursor, createdWithin, endOfPage, readRows, selectThroughIndex } from '../../database/page-sql.ts'
import { keysetOf } from '../../lib/pagination.ts'
import { type DeliveryFilter, ENDED, selectDeliveries } from '../deliveries/search-deliveries.ts'

/** Maximum deliveries that a page examines for states that have no index over all organizations. */
export const EXAMINED_AT_MOST = 100_000

/** Conditions on the deliveries of the operator's list. Absent and null conditions hold for every delivery. */
export interface OperatorDeliveryFilter extends Pick<DeliveryFilter, 'endpointId' | 'statuses' | 'from' | 'to'> {
  organizationId?: string | null
}

/** A delivery of any organization, without the body of its event. */
export interface OperatorDelivery {
  id: string
  organization: Organization
  status: DeliveryStatus
  attemptCount: number
  lastErrorCode: string | null
  statusReason: string | null
  eventId: string
  eventType: string
  endpointId: string
  nextAttemptAt: Date | null
  createdAt: Date
  updatedAt: Date
}

const SHOWN = {
  ...{ id: true, status: true, attemptCount: true, lastErrorCode: true, statusReason: true, eventId: true },
  ...{ endpointId: true, nextAttemptAt: true, createdAt: true, updatedAt: true, organization: true },
  event: { select: { type: true } },
} as const

/** Lists deliveries of every organization for the operator. */
export function createOperatorDeliveries({ database }: { database: Database }) {
  const { prisma } = database

  /** @returns undefined when no delivery can be found */
  async function search(filter: OperatorDeliveryFilter, query: object): Promise<Prisma.Sql | undefined> {
    const { organizationId, endpointId, statuses, ...range } = filter
    if (organizationId == null && endpointId == null) return ofAll(statuses ?? [], range, query)
    // An organization has an index for every filter.
    const owner = await prisma.organization.findFirst({
      where: {
        deletedAt: null,
        ...(organizationId != null && { id: organizationId }),
        ...(endpointId != null && { endpoints: { some: { id: endpointId } } }),
      },
      select: { id: true },
    })
    return owner === null
      ? undefined
      : selectDeliveries(owner.id, { endpointId: endpointId ?? null, statuses: statuses ?? null, ...range }, query)
  }

  return {
    /** @param query a page as Pothos builds it */
    async list(filter: OperatorDeliveryFilter, query: object): Promise<OperatorDelivery[]> {
      const ids = await search(filter, query)
      if (ids === undefined) return []
      const rows = await readRows(prisma, ids, (found) =>
        prisma.delivery.findMany({ where: { id: { in: found } }, select: SHOWN, orderBy: { id: 'desc' } }),
      )
      return rows.map(({ event, ...delivery }) => ({ ...delivery, eventType: event.type }))
    },
  }
}

type TimeRange = Pick<OperatorDeliveryFilter, 'from' | 'to'>

/**
 * Selects among the deliveries of all organizations. Dead, expired and canceled ones are read from the index of each
 * organization. Others are read along the primary key, in which ids sort by time: a page ends after EXAMINED_AT_MOST.
 */
function ofAll(statuses: readonly DeliveryStatus[], range: TimeRange, query: object): Prisma.Sql {
  const wanted = statuses.length > 0 ? [Prisma.sql`d.status = ANY(${[...statuses]}::delivery_status[])`] : []
  if (statuses.length > 0 && statuses.every((status) => ENDED.includes(status))) {
    const ofIndex = Prisma.sql`d.status IN (${Prisma.raw(`'${ENDED.join("', '")}'`)})`
    const columns = [['organization_id', Prisma.sql`o.id`]] as const
    const index = { alias: 'd', prefix: 'dlv', columns, ...range } as const
    const ofOne = selectThroughIndex(Prisma.sql`deliveries d`, index, [ofIndex, ...wanted], query)
    return Prisma.sql`SELECT f.id FROM organizations o CROSS JOIN LATERAL (${ofOne}) f
      WHERE o.deleted_at IS NULL ${endOfPage('f.id', query)}`
  }
  const bounds = [...createdWithin('d', 'dlv', range.from, range.to), ...beyondCursor('d.id', query)]
  const conditions = [
    ...wanted,
    Prisma.sql`(SELECT o.deleted_at IS NULL FROM organizations o WHERE o.id = d.organization_id)`,
  ]
  return Prisma.sql`SELECT d.id FROM (
      SELECT d.id, d.organization_id, d.status FROM deliveries d
      ${bounds.length > 0 ? Prisma.sql`WHERE ${Prisma.join(bounds, ' AND ')}` : Prisma.empty}
      ORDER BY d.id ${Prisma.raw(keysetOf(query).backwards ? 'ASC' : 'DESC')} LIMIT ${EXAMINED_AT_MOST}
    ) d WHERE ${Prisma.join(conditions, ' AND ')} ${endOfPage('d.id', query)}`
}
