import type { PrismaClient } from '../../database/client.ts'
import { type DeliveryStatus, Prisma } from '../../database/generated/client.ts'
import { idRange } from '../../lib/ids.ts'
import { keysetOf } from '../../lib/pagination.ts'

export interface DeliveryFilter {
  eventId?: string
  endpointId?: string | null
  statuses?: readonly DeliveryStatus[] | null
  /** Exact event types. */
  types?: readonly string[] | null
  /** Lower bound of the creation time, inclusive. */
  from?: Date | null
  /** Upper bound of the creation time, exclusive. */
  to?: Date | null
  /** True finds only deliveries to endpoints that are enabled. */
  enabledOnly?: boolean
}

/**
 * Final states other than SUCCEEDED, which have an index by organization. Waiting states have one by endpoint, and most
 * stored deliveries are SUCCEEDED.
 */
const ENDED: readonly DeliveryStatus[] = ['DEAD', 'EXPIRED', 'CANCELED']
const QUEUED: readonly DeliveryStatus[] = ['PENDING', 'RETRYING']

/**
 * Finds the ids of a page of deliveries. Raw SQL, because Prisma casts states from text inside the statement, and
 * PostgreSQL then ignores the partial indexes of rare states.
 */
export async function findDeliveries(
  prisma: Pick<PrismaClient, '$queryRaw'>,
  organizationId: string,
  filter: DeliveryFilter,
  query: object,
): Promise<string[]> {
  const { statuses } = filter
  const isRare = statuses?.length && !statuses.includes('SUCCEEDED')
  const found = await prisma.$queryRaw<{ id: string }[]>(
    isRare ? inStates(organizationId, { ...filter, statuses }, query) : registered(organizationId, filter, query),
  )
  return found.map(({ id }) => id)
}

/**
 * Searches the delivery index of all states. The filter on an event type names the organization too, so that the index
 * on both serves.
 */
function registered(organizationId: string, filter: DeliveryFilter, query: object): Prisma.Sql {
  const { eventId, statuses, types } = filter
  // Reads the few deliveries of the event first: ordered by id, the planner may walk through all deliveries.
  const ofEvent = Prisma.sql`(SELECT * FROM delivery_index WHERE event_id = ${eventId} OFFSET 0)`
  const ofTypes = Prisma.sql`JOIN events v ON v.id = r.event_id AND v.organization_id = ${organizationId}
    AND v.type = ANY(${[...(types ?? [])]})`
  // Joins row by row: the planner may otherwise walk through the deliveries of all organizations.
  const delivery = Prisma.sql`CROSS JOIN LATERAL (SELECT * FROM deliveries WHERE id = r.id LIMIT 1) d`
  return Prisma.sql`SELECT r.id FROM ${eventId ? ofEvent : Prisma.raw('delivery_index')} r
    ${types?.length ? ofTypes : Prisma.empty} ${statuses?.length ? delivery : Prisma.empty}
    WHERE ${Prisma.join(conditionsOf('r', organizationId, filter, query), ' AND ')}
      ${statuses?.length ? Prisma.sql`AND d.status = ANY(${[...statuses]}::delivery_status[])` : Prisma.empty}
    ${endOf('r.id', query)}`
}

/**
 * Searches the indexes of rare states. Ordered by id with a limit, the planner would walk through all deliveries when
 * the waiting ones are old.
 */
function inStates(
  organizationId: string,
  filter: DeliveryFilter & { statuses: readonly DeliveryStatus[] },
  query: object,
): Prisma.Sql {
  const { endpointId, statuses, types } = filter
  const conditions = [
    ...conditionsOf('d', organizationId, filter, query),
    ...(types?.length
      ? [Prisma.sql`EXISTS (SELECT FROM events v WHERE v.id = d.event_id AND v.type = ANY(${[...types]}))`]
      : []),
  ]
  const end = endOf('id', query)
  const select = (states: readonly DeliveryStatus[]) => Prisma.sql`SELECT d.id FROM deliveries d
    WHERE d.status IN (${Prisma.raw(`'${states.join("', '")}'`)}) AND ${Prisma.join(conditions, ' AND ')}`
  const ofEndpoints = (found: Prisma.Sql) => Prisma.sql`SELECT f.id FROM webhook_endpoints e
    CROSS JOIN LATERAL (${found}) f WHERE e.organization_id = ${organizationId}
      ${endpointId ? Prisma.sql`AND e.id = ${endpointId}` : Prisma.empty}`
  const atEndpoint = Prisma.sql`AND d.endpoint_id = e.id`

  const search = (states: readonly DeliveryStatus[]) => {
    if (states.includes('HELD')) return ofEndpoints(Prisma.sql`${select(states)} ${atEndpoint} ${end}`)
    if (ENDED.includes(states[0]!)) return select(states)
    // Unordered: the outer statement takes and sorts all rows.
    return Prisma.sql`SELECT id FROM (${ofEndpoints(Prisma.sql`${select(states)} ${atEndpoint}`)} OFFSET 0) waiting`
  }
  const searches = [ENDED, QUEUED, ['HELD'] as const, ['SENDING'] as const]
    .map((states) => states.filter((state) => statuses.includes(state)))
    .filter((states) => states.length > 0)
    .map((states) => Prisma.sql`(${search(states)} ${end})`)
  return Prisma.sql`SELECT id FROM (${Prisma.join(searches, ' UNION ALL ')}) found ${end}`
}

/**
 * Conditions shared by both searches. The creation time bounds the id as well, because ids sort by time and have an
 * index.
 */
function conditionsOf(alias: 'r' | 'd', organizationId: string, filter: DeliveryFilter, query: object): Prisma.Sql[] {
  const { eventId, endpointId, from, to } = filter
  const { cursor, backwards } = keysetOf(query)
  const column = (name: string) => Prisma.raw(`${alias}.${name}`)
  const ids = idRange('dlv', from, to)
  return [
    Prisma.sql`${column('organization_id')} = ${organizationId}`,
    ...(eventId ? [Prisma.sql`${column('event_id')} = ${eventId}`] : []),
    ...(endpointId ? [Prisma.sql`${column('endpoint_id')} = ${endpointId}`] : []),
    ...(filter.enabledOnly
      ? [Prisma.sql`EXISTS (SELECT FROM webhook_endpoints n WHERE n.id = ${column('endpoint_id')} AND n.enabled)`]
      : []),
    ...(ids.gte ? [Prisma.sql`${column('id')} >= ${ids.gte} AND ${column('created_at')} >= ${from}`] : []),
    ...(ids.lt ? [Prisma.sql`${column('id')} < ${ids.lt} AND ${column('created_at')} < ${to}`] : []),
    ...(cursor === undefined ? [] : [Prisma.sql`${column('id')} ${Prisma.raw(backwards ? '>' : '<')} ${cursor}`]),
  ]
}

/** @param id the column that holds the delivery's id in the statement */
function endOf(id: string, query: object): Prisma.Sql {
  const { take, backwards } = keysetOf(query)
  return Prisma.sql`ORDER BY ${Prisma.raw(id)} ${Prisma.raw(backwards ? 'ASC' : 'DESC')} LIMIT ${take}`
}
