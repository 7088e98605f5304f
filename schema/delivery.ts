import { AttemptTrigger, DeliveryStatus } from '../src/database/generated/enums.ts'
import { ConflictError, NotFoundError } from '../src/lib/errors.ts'
import { builder, Node, ownedById, requireViewer } from './builder.ts'
import { endpointFromLog, eventFromLog } from './delivery-from-log.ts'
import { createPayload } from './payload.ts'

export const DeliveryStatusType = builder.enumType('DeliveryStatus', {
  description: 'State of a delivery.',
  values: {
    [DeliveryStatus.PENDING]: { description: 'The delivery waits for its first attempt.' },
    [DeliveryStatus.SENDING]: { description: 'A request is in flight.' },
    [DeliveryStatus.RETRYING]: { description: 'An attempt failed and the next one is planned.' },
    [DeliveryStatus.SUCCEEDED]: { description: 'The receiver accepted the delivery.' },
    [DeliveryStatus.DEAD]: { description: 'All attempts failed, or a test failed: the delivery is a dead letter.' },
    [DeliveryStatus.EXPIRED]: { description: 'The event became older than the `maxAgeSeconds` of the endpoint.' },
    [DeliveryStatus.HELD]: {
      description:
        'The delivery waits until its endpoint is enabled or, for a STREAM endpoint, until a listener connects.',
    },
    [DeliveryStatus.CANCELED]: {
      description:
        'The delivery was canceled with `deliveryCancel`, when its endpoint was enabled again, or when its endpoint was deleted.',
    },
  } as const,
})

export const AttemptTriggerType = builder.enumType('AttemptTrigger', {
  description: 'Cause of an attempt.',
  values: {
    [AttemptTrigger.SCHEDULED]: { description: 'First attempt after the publish, or a retry by the retry policy.' },
    [AttemptTrigger.MANUAL]: { description: 'Attempt requested with `deliveryRetry`.' },
    [AttemptTrigger.REPLAY]: { description: 'First attempt of a delivery in a replay.' },
    [AttemptTrigger.TEST]: { description: 'Attempt of a test event (`webhookEndpointTest`).' },
  } as const,
})

export const Delivery = builder.prismaObject('Delivery', {
  description: 'The delivery of one event to one endpoint.',
  interfaces: [Node],
  findUnique: ownedById('deliveries:read'),
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the delivery, such as `dlv_…`.' }),
    status: t.expose('status', { type: DeliveryStatusType, description: 'State of the delivery.' }),
    trigger: t.expose('trigger', {
      type: AttemptTriggerType,
      description: 'Cause of the next attempt, or of the last one when no attempt is planned.',
    }),
    attemptCount: t.expose('attemptCount', {
      type: 'Count',
      description: 'Number of recorded attempts, of every trigger.',
    }),
    version: t.exposeInt('version', {
      description:
        'Version, which grows with every change: of two messages about a delivery, the higher version is the later one.',
    }),
    nextAttemptAt: t.expose('nextAttemptAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Time at which the delivery is due next; null while no attempt is planned.',
    }),
    explanation: t.string({
      description: 'Last result and next step of the delivery in a sentence.',
      resolve: ({ statusReason }) => statusReason ?? 'The delivery is sent as soon as a worker is free.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Time of creation.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'Time of the last change.' }),
    eventId: t.exposeID('eventId', { description: 'Id of the delivered event.' }),
    endpointId: t.exposeID('endpointId', { description: 'Id of the endpoint of the delivery.' }),
    event: t.relation('event', {
      description: 'Delivered event. Needs `events: read`.',
      authScopes: { can: 'events:read' },
      // Called for rows that were loaded without the event.
      resolve: (query, delivery, _args, context, info) =>
        eventFromLog(delivery, info) ??
        context.nodes.loadRelated('Event', delivery.eventId, requireViewer(context), query),
    }),
    endpoint: t.relation('endpoint', {
      description: 'Endpoint of the delivery. Needs `webhooks: read`.',
      authScopes: { can: 'webhooks:read' },
      resolve: (query, delivery, _args, context, info) =>
        endpointFromLog(delivery, info) ??
        context.nodes.loadRelated('WebhookEndpoint', delivery.endpointId, requireViewer(context), query),
    }),
  }),
})

type DeliveryRow = typeof Delivery.$inferType

/** A mutation that takes only an id: retry and cancel. */
function moveField(name: 'deliveryRetry' | 'deliveryCancel', about: string): void {
  const verb = name.slice('delivery'.length)
  const description = 'The delivery after the change.'
  const Payload = createPayload<{ delivery: DeliveryRow }>(`Delivery${verb}Payload`, description, (t) => ({
    delivery: t.expose('delivery', { type: Delivery, description }),
  }))
  builder.mutationField(name, (t) =>
    t.field({
      type: Payload,
      description: `${about} Needs \`deliveries: write\`.`,
      authScopes: { can: 'deliveries:write' },
      errors: { types: [NotFoundError, ConflictError] },
      args: { id: t.arg.id({ required: true, description: 'Id of the delivery.' }) },
      async resolve(_root, { id }, context, info) {
        await context.limitField(requireViewer(context), info)
        const move = context.services.deliveries[verb.toLowerCase() as 'retry' | 'cancel']
        return { delivery: await move(requireViewer(context), id) }
      },
    }),
  )
}

moveField(
  'deliveryRetry',
  'Sends a delivery to an enabled endpoint again now, also a succeeded one; the attempt does not count against the retry policy, which goes on after a failure. At most 10 calls per minute and organization by default.',
)
moveField(
  'deliveryCancel',
  'Cancels a delivery that is PENDING, SENDING, RETRYING or HELD. The result of a request in flight is recorded and changes no state.',
)
