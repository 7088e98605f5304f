import type { PrismaClient } from '../../database/client.ts'
import type { Delivery, Event, WebhookEndpoint } from '../../database/generated/client.ts'
import { OPERATIONAL_PREFIX, TEST_EVENT_TYPE } from '../events/system-events.ts'
import { allows } from '../people/permissions.ts'
import type { Viewer } from '../people/viewer.ts'
import type { Endpoints } from './endpoints.ts'
import type { SearchEndpoints } from './search-endpoints.ts'
import {
  compileFilter,
  type FilterableEvent,
  findMismatch,
  type Mismatch,
  toFilterable,
} from './subscription-filter.ts'

/** The reason why an endpoint did not get an event, or would not get it today. */
export type MatchReason =
  | Mismatch['reason']
  | 'TEST_EVENT'
  | 'CREATED_LATER'
  | 'DELETED'
  | 'DISABLED'
  | 'FILTER_CHANGED'

/** An event and an endpoint: the delivery, and the decision of the filter that the endpoint has today. */
export interface EndpointMatch {
  endpoint: WebhookEndpoint
  /** Null when the endpoint did not get the event. */
  delivery: Delivery | null
  /** True when the filter matches the event today. */
  matches: boolean
  /** Null when the endpoint got the event and the filter matches it today. */
  reason: MatchReason | null
  /** Path and place of the comparison that decided; null for other reasons than PREDICATE. */
  path: readonly string[] | null
  condition: string | null
  message: string
}

/** Explains which endpoints got an event, and why the others did not. */
export type EndpointMatches = ReturnType<typeof createEndpointMatches>

export function createEndpointMatches(deps: { prisma: PrismaClient; endpoints: Endpoints & SearchEndpoints }) {
  const { prisma, endpoints } = deps

  async function explain(
    { organizationId }: Viewer,
    eventId: string,
    rows: (event: Event) => Promise<WebhookEndpoint[]>,
  ): Promise<EndpointMatch[]> {
    const event = await prisma.event.findFirst({ where: { id: eventId, organizationId } })
    const found = event === null ? [] : await rows(event)
    if (event === null || found.length === 0) return []
    const ids = found.map(({ id }) => id)
    const known = await prisma.deliveryIndexEntry.findMany({
      where: { eventId, organizationId, endpointId: { in: ids } },
    })
    const deliveries = await prisma.delivery.findMany({
      where: { organizationId, id: { in: known.map(({ id }) => id) } },
    })
    const deliveryOf = new Map(deliveries.map((delivery) => [delivery.endpointId, delivery]))
    const filterable = toFilterable(event)
    return found.map((endpoint) => matchOf(event, filterable, endpoint, deliveryOf.get(endpoint.id) ?? null))
  }

  return {
    /** The endpoints of the organization, which are not deleted, with their match of an event. */
    ofEvent: (viewer: Viewer, eventId: string, query: object): Promise<EndpointMatch[]> =>
      explain(viewer, eventId, () => endpoints.list(viewer, {}, query)),

    /** One pair; null when the viewer may not read the event or the endpoint, or either is absent. Finds deleted endpoints too. */
    async find(viewer: Viewer, eventId: string, endpointId: string): Promise<EndpointMatch | null> {
      if (!allows(viewer.permissions, 'events', 'read') || !allows(viewer.permissions, 'webhooks', 'read')) return null
      const [match] = await explain(viewer, eventId, async () => {
        const endpoint = await endpoints.get(viewer, endpointId)
        return endpoint === null ? [] : [endpoint]
      })
      return match ?? null
    },
  }
}

function matchOf(
  event: Event,
  filterable: FilterableEvent,
  endpoint: WebhookEndpoint,
  delivery: Delivery | null,
): EndpointMatch {
  const mismatch = findMismatch(compileFilter(endpoint), filterable)
  const { path = null, condition = null } = mismatch?.reason === 'PREDICATE' ? mismatch : {}
  const common = { endpoint, delivery, matches: mismatch === undefined, path, condition }
  const today = mismatch === undefined ? 'The filter matches the event today.' : describe(mismatch)
  if (delivery !== null) {
    return {
      ...common,
      reason: mismatch?.reason ?? null,
      message: `The endpoint has a delivery of the event. ${today}`,
    }
  }
  const { reason, message } = explainAbsence(event, endpoint, mismatch)
  return { ...common, reason, message: `${message}${today}` }
}

/** The first reason that the stored times prove, else the filter of today. The message ends in a space, or is empty. */
function explainAbsence(
  event: Event,
  endpoint: WebhookEndpoint,
  mismatch: Mismatch | undefined,
): { reason: MatchReason; message: string } {
  const { createdAt, filterChangedAt, deletedAt } = endpoint
  const at = (time: Date) => time.toISOString()
  if (event.type === TEST_EVENT_TYPE)
    return { reason: 'TEST_EVENT', message: 'Test events go only to the endpoint under test. ' }
  if (createdAt > event.createdAt)
    return { reason: 'CREATED_LATER', message: `The endpoint was created at ${at(createdAt)}, after the event. ` }
  if (deletedAt !== null && deletedAt <= event.createdAt)
    return { reason: 'DELETED', message: `The endpoint was deleted at ${at(deletedAt)}, before the event. ` }
  const isChanged = filterChangedAt !== null && filterChangedAt > event.createdAt
  if (isChanged && mismatch === undefined)
    return { reason: 'FILTER_CHANGED', message: `The filter changed at ${at(filterChangedAt)}, after the event. ` }
  if (mismatch !== undefined) {
    const since = isChanged ? `Only the filter that replaced another at ${at(filterChangedAt)} is known. ` : ''
    return { reason: mismatch.reason, message: since }
  }
  if (event.type.startsWith(OPERATIONAL_PREFIX))
    return {
      reason: 'DISABLED',
      message: 'System events go only to other endpoints that are enabled at that time; none is held. ',
    }
  return {
    reason: 'FILTER_CHANGED',
    message: 'The endpoint was created or changed while the event was stored, and was not yet visible to its publish. ',
  }
}

function describe(mismatch: Mismatch): string {
  switch (mismatch.reason) {
    case 'EVENT_TYPE':
      return 'The event types of the endpoint do not include the type of the event.'
    case 'CHANNEL':
      return 'The event has none of the channels of the endpoint.'
    case 'PREDICATE':
      return `The predicate of the endpoint does not hold: ${mismatch.condition} on ${mismatch.path.join('.')} decided.`
  }
}
