import type { PrismaClient } from '../../database/client.ts'
import { type DeliveryStatus, Prisma } from '../../database/generated/client.ts'
import { beyondCursor, createdWithin, endOfPage, selectByValues, selectThroughIndex } from '../../database/page-sql.ts'
import { areOfSystem, byColumns } from '../events/publisher.ts'
import type { ErrorCode } from './error-codes.ts'

/** Conditions on the deliveries of a list. Absent and null conditions hold for every delivery, as does an empty list. */
export interface DeliveryFilter {
  eventId?: string | null
  endpointId?: string | null
  statuses?: readonly DeliveryStatus[] | null
  /** Codes of the last attempt of a delivery that is RETRYING or DEAD. Other deliveries have no index by code. */
  errorCodes?: readonly ErrorCode[] | null
  /** Exact event types. */
  types?: readonly string[] | null
  /** Id of the principal that published the event, or of Signalbox itself. */
  publishedById?: string | null
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
export const ENDED: readonly DeliveryStatus[] = ['DEAD', 'EXPIRED', 'CANCELED']
const QUEUED: readonly DeliveryStatus[] = ['PENDING', 'RETRYING']

/** States in which the code of the last attempt has an index. */
const FAILING: readonly DeliveryStatus[] = ['RETRYING', 'DEAD']

/** SQL for the ids of no delivery. */
const NONE = Prisma.sql`SELECT id FROM deliveries WHERE false`

/**
 * Selects the ids of a page of deliveries. Raw SQL, because Prisma casts states from text inside the statement, and
 * PostgreSQL then ignores the partial indexes of rare states.
 */
export function selectDeliveries(organizationId: string, given: DeliveryFilter, query: object): Prisma.Sql {
  const filter = byColumns(given)
  const { eventId, errorCodes } = filter
  const statuses = errorCodes?.length
    ? FAILING.filter((state) => !filter.statuses?.length || filter.statuses.includes(state))
    : (filter.statuses ?? [])
  if (errorCodes?.length && statuses.length === 0) return NONE
  const isRare = statuses.length > 0 && !statuses.includes('SUCCEEDED')
  // An event has few deliveries, however many others are in the same states.
  const anyState = eventId == null && filter.publishedById != null ? published : registered
  const search = eventId != null || !isRare ? anyState : errorCodes?.length ? withErrorCodes : inStates
  return search(organizationId, { ...filter, statuses }, query)
}

/** The ids of a page of deliveries. */
export async function findDeliveries(
  prisma: Pick<PrismaClient, '$queryRaw'>,
  organizationId: string,
  filter: DeliveryFilter,
  query: object,
): Promise<string[]> {
  const found = await prisma.$queryRaw<{ id: string }[]>(selectDeliveries(organizationId, filter, query))
  return found.map(({ id }) => id)
}

type StatesFilter = DeliveryFilter & { statuses: readonly DeliveryStatus[] }

/**
 * Searches the delivery index of all states. The filter on an event type names the organization too, so that the index
 * on both serves.
 */
function registered(organizationId: string, filter: StatesFilter, query: object): Prisma.Sql {
  const { eventId, types } = filter
  // Reads the few deliveries of the event first: ordered by id, the planner may walk through all deliveries.
  const ofEvent = Prisma.sql`(SELECT * FROM delivery_index WHERE event_id = ${eventId} OFFSET 0)`
  // Reads the few events first, for the same reason.
  const ofSystem = Prisma.sql`(SELECT i.* FROM (SELECT id FROM events WHERE organization_id = ${organizationId}
    AND type = ANY(${[...(types ?? [])]}) OFFSET 0) s JOIN LATERAL (SELECT * FROM delivery_index WHERE event_id = s.id OFFSET 0) i ON true)`
  const ofTypes = Prisma.sql`JOIN events v ON v.id = r.event_id AND v.organization_id = ${organizationId}
    AND v.type = ANY(${[...(types ?? [])]})`
  const source = eventId != null ? ofEvent : areOfSystem(types) ? ofSystem : Prisma.raw('delivery_index')
  const conditions = [...conditionsOf('r', organizationId, filter, query), ...stateOf(filter)]
  return Prisma.sql`SELECT r.id FROM ${source} r ${types?.length ? ofTypes : Prisma.empty} ${deliveryOf(filter)}
    WHERE ${Prisma.join(conditions, ' AND ')} ${endOfPage('r.id', query)}`
}

/** Searches the delivery index by the principal that published the event. */
function published(organizationId: string, filter: StatesFilter, query: object): Prisma.Sql {
  const { types, publishedById, from, to } = filter
  const columns = [
    ['organization_id', Prisma.sql`${organizationId}`],
    ['published_by', Prisma.sql`${publishedById}`],
  ] as const
  // Looked up row by row: planned as a join, the events of all publishers may be read.
  const ofTypes = Prisma.sql`(SELECT v.type FROM events v WHERE v.id = r.event_id) = ANY(${[...(types ?? [])]})`
  const conditions = [...endpointOf('r', filter), ...(types?.length ? [ofTypes] : []), ...stateOf(filter)]
  const range = { alias: 'r', prefix: 'dlv', columns, from, to } as const
  return selectThroughIndex(Prisma.sql`delivery_index r ${deliveryOf(filter)}`, range, conditions, query)
}

/** Joins `d`, the delivery of row `r`, when its state is a condition. */
const deliveryOf = ({ statuses }: StatesFilter): Prisma.Sql =>
  // Row by row: the planner may otherwise walk through the deliveries of all organizations.
  statuses.length > 0
    ? Prisma.sql`CROSS JOIN LATERAL (SELECT * FROM deliveries WHERE id = r.id LIMIT 1) d`
    : Prisma.empty

/** Conditions on the state of `deliveryOf`. A filter on error codes has states as well. */
const stateOf = ({ statuses, errorCodes }: StatesFilter): Prisma.Sql[] => [
  ...(statuses.length > 0 ? [Prisma.sql`d.status = ANY(${[...statuses]}::delivery_status[])`] : []),
  ...(errorCodes?.length ? [Prisma.sql`d.last_error_code = ANY(${[...errorCodes]})`] : []),
]

/**
 * Searches the indexes of rare states. Ordered by id with a limit, the planner would walk through all deliveries when
 * the waiting ones are old.
 */
function inStates(organizationId: string, filter: StatesFilter, query: object): Prisma.Sql {
  const { endpointId, statuses } = filter
  const conditions = [...conditionsOf('d', organizationId, filter, query), ...typeOf(filter)]
  const end = endOfPage('id', query)
  const select = (states: readonly DeliveryStatus[]) => Prisma.sql`SELECT d.id FROM deliveries d
    WHERE d.status IN (${Prisma.raw(`'${states.join("', '")}'`)}) AND ${Prisma.join(conditions, ' AND ')}`
  const ofEndpoints = (found: Prisma.Sql) => Prisma.sql`SELECT f.id FROM webhook_endpoints e
    CROSS JOIN LATERAL (${found}) f WHERE e.organization_id = ${organizationId}
      ${endpointId == null ? Prisma.empty : Prisma.sql`AND e.id = ${endpointId}`}`
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

/** Searches the index of error codes, in the states that it has. */
function withErrorCodes(organizationId: string, filter: StatesFilter, query: object): Prisma.Sql {
  const { statuses, from, to } = filter
  const columns = [
    ['organization_id', Prisma.sql`${organizationId}`],
    ['status', Prisma.sql`state.value`],
    ['last_error_code', Prisma.sql`wanted.value`],
  ] as const
  const conditions = [
    // The condition of the index. The states that are asked for would fit other indexes as well.
    Prisma.sql`d.status IN (${Prisma.raw(FAILING.map((state) => `'${state}'`).join(', '))})`,
    ...endpointOf('d', filter),
    ...publisherOf('d', filter),
    ...typeOf(filter),
  ]
  const range = { alias: 'd', prefix: 'dlv', columns, from, to } as const
  const select = selectThroughIndex(Prisma.sql`deliveries d`, range, conditions, query)
  const ofState = Prisma.sql`SELECT g.id FROM unnest(${[...statuses]}::delivery_status[]) AS state(value)
    CROSS JOIN LATERAL (${select}) g`
  return selectByValues(filter.errorCodes ?? [], ofState, query)
}

/** The condition on the type of the event of delivery `d`. */
const typeOf = ({ types }: DeliveryFilter): Prisma.Sql[] =>
  types?.length
    ? [Prisma.sql`EXISTS (SELECT FROM events v WHERE v.id = d.event_id AND v.type = ANY(${[...types]}))`]
    : []

/** The condition on the principal that published the event, which the delivery index has. */
function publisherOf(alias: 'r' | 'd', { publishedById }: DeliveryFilter): Prisma.Sql[] {
  if (publishedById == null) return []
  if (alias === 'r') return [Prisma.sql`r.published_by = ${publishedById}`]
  // Looked up row by row: planned as a join, the deliveries of all organizations may be read.
  return [
    Prisma.sql`(SELECT i.published_by FROM delivery_index i WHERE i.event_id = d.event_id AND i.endpoint_id = d.endpoint_id)
      = ${publishedById}`,
  ]
}

/** Conditions on the endpoint. */
function endpointOf(alias: 'r' | 'd', { endpointId, enabledOnly }: DeliveryFilter): Prisma.Sql[] {
  const column = Prisma.raw(`${alias}.endpoint_id`)
  return [
    ...(endpointId != null ? [Prisma.sql`${column} = ${endpointId}`] : []),
    ...(enabledOnly ? [Prisma.sql`EXISTS (SELECT FROM webhook_endpoints n WHERE n.id = ${column} AND n.enabled)`] : []),
  ]
}

/** Conditions shared by the searches of the delivery index and of rare states. */
function conditionsOf(alias: 'r' | 'd', organizationId: string, filter: DeliveryFilter, query: object): Prisma.Sql[] {
  const { eventId, from, to } = filter
  return [
    Prisma.sql`${Prisma.raw(`${alias}.organization_id`)} = ${organizationId}`,
    ...(eventId != null ? [Prisma.sql`${Prisma.raw(`${alias}.event_id`)} = ${eventId}`] : []),
    ...endpointOf(alias, filter),
    ...publisherOf(alias, filter),
    ...createdWithin(alias, 'dlv', from, to),
    ...beyondCursor(`${alias}.id`, query),
  ]
}
