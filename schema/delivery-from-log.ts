import { type FieldNode, type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql'
import type { DeliveryChange } from '../src/bus/delivery-log-entry.ts'
import type { Delivery, Event, WebhookEndpoint } from '../src/database/generated/client.ts'
import type { StreamDelivery } from '../src/domain/streams/claim-stream.ts'

/** Marks a row built from a live message, with the message's fields of event and endpoint. */
const LIVE = Symbol('live')

type Carried = Pick<DeliveryChange, 'event' | 'endpoint'>
type LiveRow = Delivery & { [LIVE]: Carried }

/** Builds the row of a delivery from a live message. */
export function deliveryFromLog(change: DeliveryChange): Delivery {
  const { event, endpoint, ...rest } = change
  const row: LiveRow = {
    ...rest,
    // Clients cannot select these fields, so messages do not carry them.
    scheduledAttempts: 0,
    leaseUntil: null,
    sendingUnlogged: false,
    lastErrorCode: null,
    [LIVE]: { event, endpoint },
  }
  return row
}

/** Builds the row of a delivery from the message of a stream. */
export function deliveryFromStream(leased: StreamDelivery): Delivery {
  return deliveryFromLog({
    id: leased.id,
    organizationId: leased.organization_id,
    status: 'SENDING',
    trigger: leased.trigger,
    attemptCount: leased.attempt_count,
    version: leased.version,
    nextAttemptAt: leased.next_attempt_at,
    statusReason: leased.status_reason,
    createdAt: leased.created_at,
    updatedAt: leased.updated_at,
    eventId: leased.event_id,
    endpointId: leased.endpoint_id,
    event: { id: leased.event_id, type: leased.event_type },
    endpoint: { id: leased.endpoint_id, url: null },
  })
}

/** The event that a live message carries; undefined when the selection needs more, and for a row of the database. */
export function eventFromLog(delivery: Delivery | LiveRow, info: GraphQLResolveInfo): Event | undefined {
  return carried(delivery, 'event', info) as Event | undefined
}

/** The endpoint that a live message carries; undefined when the selection needs more, and for a row of the database. */
export function endpointFromLog(delivery: Delivery | LiveRow, info: GraphQLResolveInfo): WebhookEndpoint | undefined {
  return carried(delivery, 'endpoint', info) as WebhookEndpoint | undefined
}

function carried(delivery: Delivery | LiveRow, name: keyof Carried, info: GraphQLResolveInfo): object | undefined {
  const row = LIVE in delivery ? delivery[LIVE][name] : undefined
  return row !== undefined && asksOnly(info, Object.keys(row)) ? row : undefined
}

/** Cached analysis of a field of a document, which every message asks for. */
const found = new WeakMap<FieldNode, boolean>()

function asksOnly(info: GraphQLResolveInfo, names: readonly string[]): boolean {
  const within = (set: SelectionSetNode | undefined): boolean =>
    set?.selections.every((selection) => {
      if (selection.kind === Kind.FIELD)
        return names.includes(selection.name.value) || selection.name.value === '__typename'
      if (selection.kind === Kind.INLINE_FRAGMENT) return within(selection.selectionSet)
      return within(info.fragments[selection.name.value]?.selectionSet)
    }) ?? true
  return info.fieldNodes.every((node) => {
    const known = found.get(node) ?? within(node.selectionSet)
    found.set(node, known)
    return known
  })
}
