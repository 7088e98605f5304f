import { AttemptTrigger, DeliveryStatus } from '../src/database/generated/enums.ts'
import { ConflictError, NotFoundError } from '../src/lib/errors.ts'
import { builder, checkPage, ownedById, requireViewer } from './builder.ts'

export const DeliveryStatusType = builder.enumType('DeliveryStatus', {
  description: 'State of a delivery.',
  values: {
    [DeliveryStatus.PENDING]: { description: 'The delivery waits for its first attempt.' },
    [DeliveryStatus.SENDING]: { description: 'A request is in flight.' },
    [DeliveryStatus.RETRYING]: { description: 'An attempt failed and the next one is planned.' },
    [DeliveryStatus.SUCCEEDED]: { description: 'The receiver accepted the delivery.' },
    [DeliveryStatus.DEAD]: { description: 'All attempts are used up; a dead letter.' },
    [DeliveryStatus.EXPIRED]: { description: 'The event became older than the endpoint allows.' },
    [DeliveryStatus.HELD]: { description: 'The endpoint of the delivery is disabled.' },
    [DeliveryStatus.CANCELED]: { description: 'A person canceled the delivery, or its endpoint was deleted.' },
  } as const,
})

export const AttemptTriggerType = builder.enumType('AttemptTrigger', {
  description: 'Cause of an attempt.',
  values: {
    [AttemptTrigger.SCHEDULED]: { description: 'The event was published, or the retry policy scheduled the attempt.' },
    [AttemptTrigger.MANUAL]: { description: 'A person retried the delivery.' },
    [AttemptTrigger.REPLAY]: { description: 'A replay sent the event again.' },
    [AttemptTrigger.TEST]: { description: 'A person sent a test event.' },
  } as const,
})

export const Delivery = builder.prismaNode('Delivery', {
  description: 'The delivery of one event to one endpoint.',
  id: { field: 'id', description: 'Id of the delivery, such as `dlv_…`.' },
  findUnique: ownedById('deliveries:read'),
  nullable: true,
  fields: (t) => ({
    status: t.expose('status', { type: DeliveryStatusType, description: 'State of the delivery.' }),
    trigger: t.expose('trigger', {
      type: AttemptTriggerType,
      description: 'Cause of the next attempt, or of the last one in a final state.',
    }),
    attemptCount: t.exposeInt('attemptCount', { description: 'Number of recorded attempts of every trigger.' }),
    version: t.exposeInt('version', {
      description: 'Grows with every change: of two messages about a delivery, the higher version is the later one.',
    }),
    nextAttemptAt: t.expose('nextAttemptAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Time at which the delivery is due next; null while no attempt is planned.',
    }),
    explanation: t.string({
      description: 'Last result and next step of the delivery in a sentence.',
      resolve: ({ explanation }) => explanation ?? 'It is sent as soon as a worker is free.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Time of creation.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'Time of the last change.' }),
    eventId: t.exposeID('eventId', { description: "Id of the delivery's event." }),
    endpointId: t.exposeID('endpointId', { description: "Id of the delivery's endpoint." }),
    event: t.relation('event', {
      description: 'Event of the delivery. Needs `events: read`.',
      authScopes: { can: 'events:read' },
    }),
    endpoint: t.relation('endpoint', {
      description: 'Endpoint of the delivery. Needs `webhooks: read`.',
      authScopes: { can: 'webhooks:read' },
    }),
  }),
})

type DeliveryRow = typeof Delivery.$inferType

const DeliveryFilter = builder.inputType('DeliveryFilter', {
  description: 'Filter of deliveries. Every given condition must hold.',
  fields: (t) => ({
    endpointId: t.id({ description: 'Deliveries to this endpoint.' }),
    statuses: t.field({ type: [DeliveryStatusType], description: 'Deliveries in one of these states.' }),
    types: t.stringList({ description: 'Events of one of these types. Default: every type.' }),
    from: t.field({ type: 'DateTime', description: 'Deliveries created at or after this time.' }),
    to: t.field({ type: 'DateTime', description: 'Deliveries created before this time.' }),
  }),
})

const connection = { name: 'DeliveryConnection', description: 'A page of deliveries.' }
const edge = { name: 'DeliveryEdge', description: 'A delivery with its cursor.' }

builder.queryField('deliveries', (t) =>
  t.prismaConnection(
    {
      type: Delivery,
      cursor: 'id',
      description: 'Deliveries of the organization, newest first. Needs `deliveries: read`.',
      authScopes: { can: 'deliveries:read' },
      args: { filter: t.arg({ type: DeliveryFilter, description: 'Filter of the list. Default: every entry.' }) },
      resolve(query, _root, args, context) {
        checkPage(args)
        return context.services.deliveries.list(requireViewer(context), args.filter ?? {}, query)
      },
    },
    connection,
    edge,
  ),
)

builder.prismaObjectField('Event', 'deliveries', (t) =>
  t.prismaConnection(
    {
      type: Delivery,
      cursor: 'id',
      description: 'Deliveries of the event, one per endpoint. Needs `deliveries: read`.',
      authScopes: { can: 'deliveries:read' },
      resolve(query, event, args, context) {
        checkPage(args)
        return context.services.deliveries.ofEvent(requireViewer(context), event.id, query)
      },
    },
    { name: 'EventDeliveriesConnection', description: 'A page of deliveries of an event.' },
    { name: 'EventDeliveriesEdge', description: 'A delivery of an event with its cursor.' },
  ),
)

/** A mutation that takes only an id: retry and cancel. */
function moveField(name: 'deliveryRetry' | 'deliveryCancel', description: string): void {
  const verb = name.slice('delivery'.length)
  const Payload = builder.objectRef<{ delivery: DeliveryRow }>(`Delivery${verb}Payload`).implement({
    description: 'The delivery after the change.',
    fields: (t) => ({
      delivery: t.field({ type: Delivery, description: 'The affected delivery.', resolve: ({ delivery }) => delivery }),
    }),
  })
  builder.mutationField(name, (t) =>
    t.field({
      type: Payload,
      description: `${description} Needs \`deliveries: write\`.`,
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
  'Sends a delivery again now, also a succeeded one. The attempt does not count against the retry policy, which goes on after a failure. At most 10 times per minute and organization.',
)
moveField(
  'deliveryCancel',
  'Cancels an unfinished delivery. The result of a request in flight is recorded and changes no state.',
)
