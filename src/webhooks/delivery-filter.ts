import type { PrismaClient } from '../../prisma/client.ts'
import { type DeliveryStatus, Prisma } from '../../prisma/generated/client.ts'
import { idsWithin } from '../ids.ts'
import { keysetOf } from '../page.ts'

export interface DeliveryFilter {
  endpointId?: string | null
  statuses?: readonly DeliveryStatus[] | null
  /** Exact event types. */
  types?: readonly string[] | null
  /** Created at or after. */
  from?: Date | null
  /** Created before. */
  to?: Date | null
}

/**
 * What a page of a list has. Some is said twice, so that there is an index to go by however few are found: an event's type with
 * its organization, a time with the ids that are made in it. Rare states are looked for first.
 */
export async function whereOf(
  prisma: PrismaClient,
  organizationId: string,
  filter: DeliveryFilter,
  query: object,
): Promise<Prisma.DeliveryWhereInput> {
  const { endpointId, statuses, types, from, to } = filter
  // As they were found: one that has moved on meanwhile must not be missing from the page, which would seem to be the last.
  if (statuses?.length && !statuses.includes('SUCCEEDED'))
    return {
      organizationId,
      id: { in: await findInRareStates(prisma, organizationId, { ...filter, statuses }, query) },
    }
  return {
    organizationId,
    ...(endpointId && { endpointId }),
    ...(statuses?.length && { status: { in: [...statuses] } }),
    ...(types?.length && { event: { organizationId, type: { in: [...types] } } }),
    ...((from || to) && {
      id: idsWithin('dlv', from, to),
      createdAt: { ...(from && { gte: from }), ...(to && { lt: to }) },
    }),
  }
}

/** Most of what is stored is SUCCEEDED. What is not has an index for these: by organization for what has ended, otherwise by endpoint. */
const ENDED: readonly DeliveryStatus[] = ['DEAD', 'EXPIRED', 'CANCELED']
const QUEUED: readonly DeliveryStatus[] = ['PENDING', 'RETRYING']

/**
 * The ids of a page of deliveries in states that are rare. Written by hand since the indexes of states are partial: Prisma casts a
 * state from text within the statement, which PostgreSQL does not see through, and looks through all that is stored. And the
 * planner would walk along ids, for an order and a limit, where what waits is old.
 */
async function findInRareStates(
  prisma: PrismaClient,
  organizationId: string,
  filter: DeliveryFilter & { statuses: readonly DeliveryStatus[] },
  query: object,
): Promise<string[]> {
  const { endpointId, statuses, types, from, to } = filter
  const { cursor, take, backwards } = keysetOf(query)
  const ids = idsWithin('dlv', from, to)
  const conditions = [
    Prisma.sql`d.organization_id = ${organizationId}`,
    ...(endpointId ? [Prisma.sql`d.endpoint_id = ${endpointId}`] : []),
    ...(types?.length
      ? [Prisma.sql`EXISTS (SELECT FROM events v WHERE v.id = d.event_id AND v.type = ANY(${[...types]}))`]
      : []),
    ...(ids.gte ? [Prisma.sql`d.id >= ${ids.gte} AND d.created_at >= ${from}`] : []),
    ...(ids.lt ? [Prisma.sql`d.id < ${ids.lt} AND d.created_at < ${to}`] : []),
    ...(cursor === undefined ? [] : [backwards ? Prisma.sql`d.id > ${cursor}` : Prisma.sql`d.id < ${cursor}`]),
  ]
  const end = Prisma.sql`ORDER BY id ${backwards ? Prisma.sql`ASC` : Prisma.sql`DESC`} LIMIT ${take}`
  const select = (states: readonly DeliveryStatus[]) => Prisma.sql`SELECT d.id FROM deliveries d
    WHERE d.status IN (${Prisma.raw(`'${states.join("', '")}'`)}) AND ${Prisma.join(conditions, ' AND ')}`
  const ofEndpoints = (found: Prisma.Sql) => Prisma.sql`SELECT f.id FROM webhook_endpoints e
    CROSS JOIN LATERAL (${found}) f WHERE e.organization_id = ${organizationId}
      ${endpointId ? Prisma.sql`AND e.id = ${endpointId}` : Prisma.empty}`
  const atEndpoint = Prisma.sql`AND d.endpoint_id = e.id`

  const search = (states: readonly DeliveryStatus[]) => {
    if (states.includes('HELD')) return ofEndpoints(Prisma.sql`${select(states)} ${atEndpoint} ${end}`)
    if (ENDED.includes(states[0]!)) return select(states)
    // In no order of its own: all of it is taken, and sorted.
    return Prisma.sql`SELECT id FROM (${ofEndpoints(Prisma.sql`${select(states)} ${atEndpoint}`)} OFFSET 0) waiting`
  }
  const searches = [ENDED, QUEUED, ['HELD'] as const, ['SENDING'] as const]
    .map((states) => states.filter((state) => statuses.includes(state)))
    .filter((states) => states.length > 0)
    .map((states) => Prisma.sql`(${search(states)} ${end})`)
  const found = await prisma.$queryRaw<{ id: string }[]>`
    SELECT id FROM (${Prisma.join(searches, ' UNION ALL ')}) found ${end}`
  return found.map(({ id }) => id)
}
