import { ConflictError, NotFoundError, ValidationError } from '../src/errors.ts'
import { builder, viewerOf } from './builder.ts'
import { DeliveryStatusType } from './delivery.ts'

const DeliveriesReplayInput = builder.inputType('DeliveriesReplayInput', {
  description: 'Which stored events to send to which endpoint. Every condition that is given must hold.',
  fields: (t) => ({
    endpointId: t.id({ required: true, description: 'Where to; only events that it subscribes to are sent.' }),
    types: t.stringList({ description: 'Only events of one of these types.' }),
    statuses: t.field({
      type: [DeliveryStatusType],
      description:
        'Only events whose delivery to the endpoint is in one of these states: SUCCEEDED, DEAD, EXPIRED or CANCELED. Default: the last three, and events that were never delivered to it.',
    }),
    from: t.field({ type: 'DateTime', description: 'Stored at this time or later.' }),
    to: t.field({ type: 'DateTime', description: 'Stored before this time.' }),
  }),
})

const DeliveriesReplayPayload = builder
  .objectRef<{ count: number; hasMore: boolean }>('DeliveriesReplayPayload')
  .implement({
    description: 'What was put on its way.',
    fields: (t) => ({
      count: t.exposeInt('count', { description: 'Deliveries that are sent now, at most 1,000.' }),
      hasMore: t.exposeBoolean('hasMore', { description: 'Whether more may match: ask again.' }),
    }),
  })

builder.mutationField('deliveriesReplay', (t) =>
  t.field({
    type: DeliveriesReplayPayload,
    description:
      'Sends stored events to an endpoint, the oldest first, also those published before it was made. The retry schedule begins anew. Needs `deliveries: write`.',
    authScopes: { can: 'deliveries:write' },
    errors: { types: [ValidationError, NotFoundError, ConflictError] },
    args: { input: t.arg({ type: DeliveriesReplayInput, required: true, description: 'Which events, and where to.' }) },
    resolve: (_root, { input }, context) => context.domain.replay(viewerOf(context), input),
  }),
)
