import type { GraphQLResolveInfo } from 'graphql'
import type { DeliveryFilter as Filter } from '../src/domain/deliveries/search-deliveries.ts'
import { builder, type Context, requireViewer } from './builder.ts'
import { Delivery, DeliveryStatusType } from './delivery.ts'
import { ErrorCodeType } from './error-code.ts'
import { type ListArgs, readNodes, totalField } from './pages.ts'

export const DeliveryFilter = builder.inputType('DeliveryFilter', {
  description: 'Filter of deliveries. Every given condition must hold; an empty list is no condition.',
  fields: (t) => ({
    eventId: t.id({ description: 'Deliveries of this event. Default: every event.' }),
    endpointId: t.id({
      description: 'Deliveries to the endpoint with this id or external id. Default: every endpoint.',
    }),
    statuses: t.field({
      type: [DeliveryStatusType],
      description: 'Deliveries in one of these states. Default: every state.',
    }),
    errorCodes: t.field({
      type: [ErrorCodeType],
      description:
        'Deliveries in the states RETRYING and DEAD whose last attempt failed with one of these codes; no delivery in another state. Default: every delivery.',
    }),
    types: t.stringList({ description: 'Deliveries of events of one of these types. Default: every type.' }),
    publishedById: t.id({
      description:
        'Deliveries of events that the principal with this id published, or `system`; none of earlier versions. Default: every principal.',
    }),
    from: t.field({
      type: 'DateTime',
      description: 'Deliveries created at or after this time. Default: no lower bound.',
    }),
    to: t.field({ type: 'DateTime', description: 'Deliveries created before this time. Default: no upper bound.' }),
  }),
})

const DeliveryConnection = builder.connectionObject(
  { type: Delivery, name: 'DeliveryConnection', description: 'A page of deliveries.', fields: (t) => totalField(t) },
  { name: 'DeliveryEdge', description: 'A delivery with its cursor.' },
)

/** The list as a field of any type. */
export const deliveryList = {
  type: DeliveryConnection,
  authScopes: { can: 'deliveries:read' },
  args: builder.args((t) => ({
    ...t.connectionArgs(),
    filter: t.field({ type: DeliveryFilter, description: 'Filter of deliveries. Default: every delivery.' }),
  })),
} as const

export function readDeliveries(args: ListArgs<Filter>, context: Context, info: GraphQLResolveInfo) {
  const { deliveries } = context.services
  const [viewer, filter] = [requireViewer(context), args.filter ?? {}]
  const count = () => deliveries.count(viewer, filter)
  return readNodes('Delivery', args, context, info, (query) => deliveries.list(viewer, filter, query), count)
}

builder.queryField('deliveries', (t) =>
  t.field({
    ...deliveryList,
    description: 'Deliveries of the organization, newest first. Needs `deliveries: read`.',
    resolve: (_root, args, context, info) => readDeliveries(args, context, info),
  }),
)

builder.prismaObjectField('Event', 'deliveries', (t) =>
  t.connection(
    {
      type: Delivery,
      description: 'Deliveries of the event, at most one per endpoint, newest first. Needs `deliveries: read`.',
      authScopes: { can: 'deliveries:read' },
      resolve: (event, args, context, info) =>
        readNodes('Delivery', args, context, info, (query) =>
          context.services.deliveries.ofEvent(requireViewer(context), event.id, query),
        ),
    },
    { name: 'EventDeliveriesConnection', description: 'A page of deliveries of an event.' },
    { name: 'EventDeliveriesEdge', description: 'A delivery of an event with its cursor.' },
  ),
)
