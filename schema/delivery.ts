import { AttemptTrigger, DeliveryStatus } from '../src/database/generated/enums.ts'
import { ConflictError, NotFoundError } from '../src/lib/errors.ts'
import { builder, checkPage, owned, viewerOf } from './builder.ts'

export const DeliveryStatusType = builder.enumType('DeliveryStatus', {
  description: 'Where a delivery is on its way.',
  values: {
    [DeliveryStatus.PENDING]: { description: 'Waits for its first attempt.' },
    [DeliveryStatus.SENDING]: { description: 'A request is under way.' },
    [DeliveryStatus.RETRYING]: { description: 'An attempt failed; the next is planned.' },
    [DeliveryStatus.SUCCEEDED]: { description: 'The receiver accepted it.' },
    [DeliveryStatus.DEAD]: { description: 'All attempts are used up.' },
    [DeliveryStatus.EXPIRED]: { description: 'Its event became older than the endpoint allows.' },
    [DeliveryStatus.HELD]: { description: 'Its endpoint is disabled.' },
    [DeliveryStatus.CANCELED]: { description: 'A person canceled it, or its endpoint was deleted.' },
  } as const,
})

export const AttemptTriggerType = builder.enumType('AttemptTrigger', {
  description: 'What an attempt was made for.',
  values: {
    [AttemptTrigger.SCHEDULED]: { description: 'The event was published, or the retry schedule says so.' },
    [AttemptTrigger.MANUAL]: { description: 'A person asked for it.' },
    [AttemptTrigger.REPLAY]: { description: 'A replay asked for it.' },
    [AttemptTrigger.TEST]: { description: 'It is a test.' },
  } as const,
})

export const Delivery = builder.prismaNode('Delivery', {
  description: 'One event on its way to one endpoint.',
  id: { field: 'id', description: 'Such as `dlv_…`.' },
  findUnique: owned('deliveries:read'),
  nullable: true,
  fields: (t) => ({
    status: t.expose('status', { type: DeliveryStatusType, description: 'Where it is on its way.' }),
    trigger: t.expose('trigger', {
      type: AttemptTriggerType,
      description: 'What the next or last attempt is made for.',
    }),
    attemptCount: t.exposeInt('attemptCount', { description: 'Attempts recorded, whatever triggered them.' }),
    version: t.exposeInt('version', {
      description: 'Grows with every change. Of two messages about a delivery, the higher version is the later one.',
    }),
    nextAttemptAt: t.expose('nextAttemptAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it is due next; null when nothing is planned.',
    }),
    explanation: t.string({
      description: 'What happened last and what happens next, in a sentence.',
      resolve: ({ explanation }) => explanation ?? 'It is sent as soon as a worker is free.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
    eventId: t.exposeID('eventId', { description: 'Id of its event.' }),
    endpointId: t.exposeID('endpointId', { description: 'Id of its endpoint.' }),
    event: t.relation('event', {
      description: 'What is delivered. Needs `events: read`.',
      authScopes: { can: 'events:read' },
    }),
    endpoint: t.relation('endpoint', {
      description: 'Where it is delivered. Needs `webhooks: read`.',
      authScopes: { can: 'webhooks:read' },
    }),
  }),
})

type DeliveryRow = typeof Delivery.$inferType

const DeliveryFilter = builder.inputType('DeliveryFilter', {
  description: 'Which deliveries. Every condition that is given must hold.',
  fields: (t) => ({
    endpointId: t.id({ description: 'Only to this endpoint.' }),
    statuses: t.field({ type: [DeliveryStatusType], description: 'Only in one of these states.' }),
    types: t.stringList({ description: 'Only events of one of these types.' }),
    from: t.field({ type: 'DateTime', description: 'Made at this time or later.' }),
    to: t.field({ type: 'DateTime', description: 'Made before this time.' }),
  }),
})

const connection = { name: 'DeliveryConnection', description: 'A page of deliveries.' }
const edge = { name: 'DeliveryEdge', description: 'A delivery and its cursor.' }

builder.queryField('deliveries', (t) =>
  t.prismaConnection(
    {
      type: Delivery,
      cursor: 'id',
      description: 'Deliveries of the organization, the newest first. Needs `deliveries: read`.',
      authScopes: { can: 'deliveries:read' },
      args: { filter: t.arg({ type: DeliveryFilter, description: 'Default: all of them.' }) },
      resolve(query, _root, args, context) {
        checkPage(args)
        return context.domain.deliveries.list(viewerOf(context), args.filter ?? {}, query)
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
      description: 'Its deliveries, one an endpoint. Needs `deliveries: read`.',
      authScopes: { can: 'deliveries:read' },
      resolve(query, event, args, context) {
        checkPage(args)
        return context.domain.deliveries.ofEvent(viewerOf(context), event.id, query)
      },
    },
    { name: 'EventDeliveriesConnection', description: 'A page of deliveries of an event.' },
    { name: 'EventDeliveriesEdge', description: 'A delivery of an event, and its cursor.' },
  ),
)

/** Retry and cancel differ in what they do, not in how they are called. */
function moveField(name: 'deliveryRetry' | 'deliveryCancel', description: string): void {
  const verb = name.slice('delivery'.length)
  const Payload = builder.objectRef<{ delivery: DeliveryRow }>(`Delivery${verb}Payload`).implement({
    description: 'The delivery as it is now.',
    fields: (t) => ({
      delivery: t.field({ type: Delivery, description: 'The delivery.', resolve: ({ delivery }) => delivery }),
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
        await context.limitField(viewerOf(context), info)
        const move = context.domain.deliveries[verb.toLowerCase() as 'retry' | 'cancel']
        return { delivery: await move(viewerOf(context), id) }
      },
    }),
  )
}

moveField(
  'deliveryRetry',
  'Sends a delivery again now, also one that succeeded. Uses up nothing of the retry schedule, and goes on with it if it fails. 10 times a minute and organization at most.',
)
moveField(
  'deliveryCancel',
  'Stops a delivery that is not finished. A request that is under way is recorded, but changes nothing.',
)
