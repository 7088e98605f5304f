import { replayChannel } from '../src/bus/bus.ts'
import { ReplayStatus } from '../src/database/generated/enums.ts'
import { ConflictError, NotFoundError, ValidationError } from '../src/lib/errors.ts'
import { ALL, subscribeToHints } from '../src/live/change-notifier.ts'
import { builder, checkPage, owned, viewerOf } from './builder.ts'
import { DeliveryStatusType } from './delivery.ts'
import { WebhookEndpoint } from './webhook-endpoint.ts'

const ReplayStatusType = builder.enumType('ReplayStatus', {
  description: 'Where a replay is.',
  values: {
    [ReplayStatus.RUNNING]: { description: 'It goes on, page by page.' },
    [ReplayStatus.COMPLETED]: { description: 'Everything that matched is on its way.' },
    [ReplayStatus.CANCELED]: { description: 'It was ended before it was complete; `explanation` says why.' },
  } as const,
})

const Replay = builder.prismaNode('Replay', {
  description: 'Stored events on their way to an endpoint once more. Goes on by itself, also after a restart.',
  id: { field: 'id', description: 'Such as `rpl_…`.' },
  findUnique: owned('deliveries:read'),
  nullable: true,
  fields: (t) => ({
    status: t.expose('status', { type: ReplayStatusType, description: 'Where it is.' }),
    count: t.exposeInt('count', { description: 'Deliveries put on their way so far.' }),
    endpointId: t.exposeID('endpointId', { description: 'Where to; nothing is sent anywhere else.' }),
    endpoint: t.relation('endpoint', {
      description: 'Where to. Needs `webhooks: read`.',
      type: WebhookEndpoint,
      authScopes: { can: 'webhooks:read' },
    }),
    types: t.exposeStringList('types', { description: 'Only events of one of these types; none: of any.' }),
    statuses: t.expose('statuses', {
      type: [DeliveryStatusType],
      description: 'Only deliveries in one of these states; none: those that ended without success, and missing ones.',
    }),
    from: t.expose('from', { type: 'DateTime', nullable: true, description: 'Stored at this time or later.' }),
    to: t.expose('to', { type: 'DateTime', nullable: true, description: 'Stored before this time.' }),
    explanation: t.exposeString('explanation', { nullable: true, description: 'Why it was canceled; otherwise null.' }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      description: 'When it was started. Events that were stored later are no part of it.',
    }),
    finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true, description: 'When it ended.' }),
  }),
})

type ReplayRow = typeof Replay.$inferType

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

const DeliveriesReplayPayload = builder.objectRef<{ replay: ReplayRow }>('DeliveriesReplayPayload').implement({
  description: 'The replay. A small one is complete already.',
  fields: (t) => ({
    replay: t.field({ type: Replay, description: 'The replay.', resolve: ({ replay }) => replay }),
    count: t.int({ description: 'Deliveries put on their way so far.', resolve: ({ replay }) => replay.count }),
    hasMore: t.boolean({
      description: 'Whether it goes on in the background.',
      resolve: ({ replay }) => replay.status === 'RUNNING',
    }),
  }),
})

builder.mutationField('deliveriesReplay', (t) =>
  t.field({
    type: DeliveriesReplayPayload,
    description:
      'Sends stored events to an endpoint, the oldest first, also those published before it was made. The retry schedule begins anew. 5 times a minute and organization at most. Needs `deliveries: write`.',
    authScopes: { can: 'deliveries:write' },
    errors: { types: [ValidationError, NotFoundError, ConflictError] },
    args: { input: t.arg({ type: DeliveriesReplayInput, required: true, description: 'Which events, and where to.' }) },
    resolve: async (_root, { input }, context, info) => {
      await context.limitField(viewerOf(context), info)
      return {
        replay: await context.domain.replays.start(viewerOf(context), input),
      }
    },
  }),
)

const DeliveriesReplayPreviewPayload = builder
  .objectRef<{ count: number; exact: boolean }>('DeliveriesReplayPreviewPayload')
  .implement({
    description: 'What a replay would send now.',
    fields: (t) => ({
      count: t.exposeInt('count', { description: 'Events; counted up to 100,000.' }),
      exact: t.exposeBoolean('exact', { description: 'False when there are more than were counted.' }),
    }),
  })

builder.queryField('deliveriesReplayPreview', (t) =>
  t.field({
    type: DeliveriesReplayPreviewPayload,
    description: 'How many events a replay would send now; nothing is sent. Needs `deliveries: read`.',
    authScopes: { can: 'deliveries:read' },
    errors: { types: [ValidationError, NotFoundError] },
    args: { input: t.arg({ type: DeliveriesReplayInput, required: true, description: 'As for the replay.' }) },
    resolve: (_root, { input }, context) => context.domain.replays.preview(viewerOf(context), input),
  }),
)

const DeliveriesReplayCancelPayload = builder
  .objectRef<{ replay: ReplayRow }>('DeliveriesReplayCancelPayload')
  .implement({
    description: 'The replay as it ended.',
    fields: (t) => ({
      replay: t.field({ type: Replay, description: 'The replay.', resolve: ({ replay }) => replay }),
    }),
  })

builder.mutationField('deliveriesReplayCancel', (t) =>
  t.field({
    type: DeliveriesReplayCancelPayload,
    description:
      'Ends a replay that is running. Deliveries that are on their way already go on. Needs `deliveries: write`.',
    authScopes: { can: 'deliveries:write' },
    errors: { types: [NotFoundError, ConflictError] },
    args: { id: t.arg.id({ required: true, description: 'Id of the replay.' }) },
    resolve: async (_root, { id }, context) => ({
      replay: await context.domain.replays.cancel(viewerOf(context), id),
    }),
  }),
)

builder.queryField('deliveriesReplays', (t) =>
  t.prismaConnection(
    {
      type: Replay,
      cursor: 'id',
      description: 'Replays of the organization, the newest first. Needs `deliveries: read`.',
      authScopes: { can: 'deliveries:read' },
      resolve(query, _root, args, context) {
        checkPage(args)
        return context.domain.replays.list(viewerOf(context), query)
      },
    },
    { name: 'ReplayConnection', description: 'A page of replays.' },
    { name: 'ReplayEdge', description: 'A replay and its cursor.' },
  ),
)

builder.subscriptionField('deliveriesReplayUpdates', (t) =>
  t.field({
    type: Replay,
    nullable: true,
    description:
      'A replay as it is now, and whenever it made progress, at most once a second. Needs `deliveries: read`.',
    authScopes: { can: 'deliveries:read' },
    args: { id: t.arg.id({ required: true, description: 'Id of the replay.' }) },
    subscribe(_root, { id }, context) {
      const { bus, subscriptions } = context.domain
      const viewer = viewerOf(context)
      const wanted = (changed: string) => changed === id
      const first = async () => ((await context.domain.replays.get(viewer, id)) === null ? null : ALL)
      return subscriptions.open(viewer, context.signal(), (onClose) =>
        subscribeToHints(bus, replayChannel(viewer.organizationId), { wanted, first, onClose }),
      )
    },
    resolve: (_hint, { id }, context) => context.domain.replays.get(viewerOf(context), id),
  }),
)
