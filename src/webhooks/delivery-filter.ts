import type { PrismaClient } from '../../prisma/client.ts'
import { type DeliveryStatus, Prisma } from '../../prisma/generated/client.ts'
import { idsWithin } from '../ids.ts'
import { keysetOf } from '../page.ts'

export interface DeliveryFilter {
  endpointId?: string | null
  eventId?: string | null
  statuses?: readonly DeliveryStatus[] | null
  /** Exact event types. */
  types?: readonly string[] | null
  /** Created at or after. */
  from?: Date | null
  /** Created before. */
  to?: Date | null
}

/**
 * What the filter lets through. Some is said twice, so that there is an index to go by however few are found: an event's type
 * with its organization, a time with the ids that are made in it.
 */
export function whereOf(organizationId: string, filter: DeliveryFilter): Prisma.DeliveryWhereInput {
  const { endpointId, eventId, statuses, types, from, to } = filter
  return {
    organizationId,
    ...(endpointId && { endpointId }),
    ...(eventId && { eventId }),
    ...(statuses?.length && { status: { in: [...statuses] } }),
    ...(types?.length && { event: { organizationId, type: { in: [...types] } } }),
    ...((from || to) && {
      id: idsWithin('dlv', from, to),
      createdAt: { ...(from && { gte: from }), ...(to && { lt: to }) },
    }),
  }
}

/** States that share an index. Nearly all that is stored is SUCCEEDED: that has none, and needs none. */
const INDEXED: readonly (readonly DeliveryStatus[])[] = [
  ['PENDING', 'RETRYING'],
  ['SENDING'],
  ['HELD'],
  ['DEAD', 'EXPIRED', 'CANCELED'],
]

/**
 * The ids of a page of deliveries in states that are rare; undefined when the filter is about others too. Written by hand since
 * the indexes of states are partial, and PostgreSQL uses such a one only when the state stands in the statement. Prisma hands it
 * over as a value, and then a list of the few that are dead or waiting goes through all that is stored.
 */
export async function idsInRareStates(
  prisma: PrismaClient,
  organizationId: string,
  filter: DeliveryFilter,
  query: object,
): Promise<string[] | undefined> {
  const { endpointId, eventId, statuses, types, from, to } = filter
  if (!statuses?.length || statuses.includes('SUCCEEDED')) return undefined
  const { cursor, take, backwards } = keysetOf(query)
  const ids = idsWithin('dlv', from, to)
  const conditions = [
    Prisma.sql`d.organization_id = ${organizationId}`,
    // What waits is found by its endpoint.
    endpointId
      ? Prisma.sql`d.endpoint_id = ${endpointId}`
      : Prisma.sql`d.endpoint_id IN (SELECT id FROM webhook_endpoints WHERE organization_id = ${organizationId})`,
    ...(eventId ? [Prisma.sql`d.event_id = ${eventId}`] : []),
    ...(types?.length
      ? [Prisma.sql`EXISTS (SELECT FROM events v WHERE v.id = d.event_id AND v.type = ANY(${[...types]}))`]
      : []),
    ...(ids.gte ? [Prisma.sql`d.id >= ${ids.gte} AND d.created_at >= ${from}`] : []),
    ...(ids.lt ? [Prisma.sql`d.id < ${ids.lt} AND d.created_at < ${to}`] : []),
    ...(cursor === undefined ? [] : [backwards ? Prisma.sql`d.id > ${cursor}` : Prisma.sql`d.id < ${cursor}`]),
  ]
  const end = Prisma.sql`ORDER BY id ${backwards ? Prisma.sql`ASC` : Prisma.sql`DESC`} LIMIT ${take}`
  const searches = INDEXED.map((states) => states.filter((state) => statuses.includes(state)))
    .filter((states) => states.length > 0)
    .map(
      (states) => Prisma.sql`(SELECT d.id FROM deliveries d
        WHERE d.status IN (${Prisma.raw(`'${states.join("', '")}'`)}) AND ${Prisma.join(conditions, ' AND ')} ${end})`,
    )
  const found = await prisma.$queryRaw<{ id: string }[]>`
    SELECT id FROM (${Prisma.join(searches, ' UNION ALL ')}) found ${end}`
  return found.map(({ id }) => id)
}
