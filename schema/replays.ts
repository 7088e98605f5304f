import { replayChannel } from '../src/bus/bus.ts'
import { ReplayStatus } from '../src/database/generated/enums.ts'
import { ConflictError, NotFoundError, ValidationError } from '../src/lib/errors.ts'
import { ALL, subscribeToChanges } from '../src/live/change-notifier.ts'
import { builder, checkPage, ownedById, requireViewer } from './builder.ts'
import { DeliveryStatusType } from './delivery.ts'
import { WebhookEndpoint } from './webhook-endpoint.ts'

const ReplayStatusType = builder.enumType('ReplayStatus', {
  description: 'State of a replay.',
  values: {
    [ReplayStatus.RUNNING]: { description: 'The replay continues batch by batch.' },
    [ReplayStatus.COMPLETED]: { description: 'Every matching event is due or delivered.' },
    [ReplayStatus.CANCELED]: { description: 'The replay ended before it was complete; `explanation` tells why.' },
  } as const,
})

const Replay = builder.prismaNode('Replay', {
  description: 'A replay: stored events sent to an endpoint again. It continues after a restart.',
  id: { field: 'id', description: 'Id of the replay, such as `rpl_…`.' },
  findUnique: ownedById('deliveries:read'),
  nullable: true,
  fields: (t) => ({
    status: t.expose('status', { type: ReplayStatusType, description: 'State of the replay.' }),
    count: t.exposeInt('count', { description: 'Deliveries made due so far.' }),
    endpointId: t.exposeID('endpointId', { description: 'Id of the endpoint, the only receiver of the replay.' }),
    endpoint: t.relation('endpoint', {
      description: 'Endpoint of the replay. Needs `webhooks: read`.',
      type: WebhookEndpoint,
      authScopes: { can: 'webhooks:read' },
    }),
    types: t.exposeStringList('types', { description: 'Event types to replay; empty for every type.' }),
    statuses: t.expose('statuses', {
      type: [DeliveryStatusType],
      description:
        'States of the deliveries to replay; empty for deliveries that ended without success and for missing ones.',
    }),
    from: t.expose('from', { type: 'DateTime', nullable: true, description: 'Events stored at or after this time.' }),
    to: t.expose('to', { type: 'DateTime', nullable: true, description: 'Events stored before this time.' }),
    explanation: t.exposeString('explanation', {
      nullable: true,
      description: 'Reason of the cancellation; null for a replay that was not canceled.',
    }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      description: 'Start of the replay. Events stored later are not part of it.',
    }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'End of the replay; null while it is running.',
    }),
  }),
})

type ReplayRow = typeof Replay.$inferType

const DeliveriesReplayInput = builder.inputType('DeliveriesReplayInput', {
  description: 'Stored events to send to an endpoint. Every given condition must hold.',
  fields: (t) => ({
    endpointId: t.id({
      required: true,
      description: 'Id of the endpoint. Only events to which it subscribes are sent.',
    }),
    types: t.stringList({ description: 'Events of one of these types. Default: every type.' }),
    statuses: t.field({
      type: [DeliveryStatusType],
      description:
        'Events whose delivery to the endpoint has one of these states: SUCCEEDED, DEAD, EXPIRED or CANCELED. Default: the last three, and events without a delivery to the endpoint.',
    }),
    from: t.field({ type: 'DateTime', description: 'Events stored at or after this time.' }),
    to: t.field({ type: 'DateTime', description: 'Events stored before this time.' }),
  }),
})

const DeliveriesReplayPayload = builder.objectRef<{ replay: ReplayRow }>('DeliveriesReplayPayload').implement({
  description: 'The started replay. A small one is complete already.',
  fields: (t) => ({
    replay: t.field({ type: Replay, description: 'The affected replay.', resolve: ({ replay }) => replay }),
    count: t.int({ description: 'Deliveries made due so far.', resolve: ({ replay }) => replay.count }),
    hasMore: t.boolean({
      description: 'True while the replay goes on in the background.',
      resolve: ({ replay }) => replay.status === 'RUNNING',
    }),
  }),
})

builder.mutationField('deliveriesReplay', (t) =>
  t.field({
    type: DeliveriesReplayPayload,
    description:
      'Sends stored events to an endpoint, oldest first, also events published before its creation. The retry policy starts anew. At most 5 times per minute and organization. Needs `deliveries: write`.',
    authScopes: { can: 'deliveries:write' },
    errors: { types: [ValidationError, NotFoundError, ConflictError] },
    args: {
      input: t.arg({ type: DeliveriesReplayInput, required: true, description: 'Events and endpoint of the replay.' }),
    },
    resolve: async (_root, { input }, context, info) => {
      await context.limitField(requireViewer(context), info)
      return {
        replay: await context.services.replays.start(requireViewer(context), input),
      }
    },
  }),
)

const DeliveriesReplayPreviewPayload = builder
  .objectRef<{ count: number; exact: boolean }>('DeliveriesReplayPreviewPayload')
  .implement({
    description: 'Number of events that a replay would send now.',
    fields: (t) => ({
      count: t.exposeInt('count', { description: 'Number of events, counted up to 100,000.' }),
      exact: t.exposeBoolean('exact', { description: 'False when more events match than were counted.' }),
    }),
  })

builder.queryField('deliveriesReplayPreview', (t) =>
  t.field({
    type: DeliveriesReplayPreviewPayload,
    description: 'Number of events that a replay would send now. Nothing is sent. Needs `deliveries: read`.',
    authScopes: { can: 'deliveries:read' },
    errors: { types: [ValidationError, NotFoundError] },
    args: {
      input: t.arg({
        type: DeliveriesReplayInput,
        required: true,
        description: 'Events and endpoint, as for the replay.',
      }),
    },
    resolve: (_root, { input }, context) => context.services.replays.preview(requireViewer(context), input),
  }),
)

const DeliveriesReplayCancelPayload = builder
  .objectRef<{ replay: ReplayRow }>('DeliveriesReplayCancelPayload')
  .implement({
    description: 'The replay after its cancellation.',
    fields: (t) => ({
      replay: t.field({ type: Replay, description: 'The affected replay.', resolve: ({ replay }) => replay }),
    }),
  })

builder.mutationField('deliveriesReplayCancel', (t) =>
  t.field({
    type: DeliveriesReplayCancelPayload,
    description: 'Cancels a running replay. Deliveries that are due already go on. Needs `deliveries: write`.',
    authScopes: { can: 'deliveries:write' },
    errors: { types: [NotFoundError, ConflictError] },
    args: { id: t.arg.id({ required: true, description: 'Id of the replay.' }) },
    resolve: async (_root, { id }, context) => ({
      replay: await context.services.replays.cancel(requireViewer(context), id),
    }),
  }),
)

builder.queryField('deliveriesReplays', (t) =>
  t.prismaConnection(
    {
      type: Replay,
      cursor: 'id',
      description: 'Replays of the organization, newest first. Needs `deliveries: read`.',
      authScopes: { can: 'deliveries:read' },
      resolve(query, _root, args, context) {
        checkPage(args)
        return context.services.replays.list(requireViewer(context), query)
      },
    },
    { name: 'ReplayConnection', description: 'A page of replays.' },
    { name: 'ReplayEdge', description: 'A replay with its cursor.' },
  ),
)

builder.subscriptionField('deliveriesReplayUpdates', (t) =>
  t.field({
    type: Replay,
    nullable: true,
    description: 'A replay, now and after progress, at most once a second. Needs `deliveries: read`.',
    authScopes: { can: 'deliveries:read' },
    args: { id: t.arg.id({ required: true, description: 'Id of the replay.' }) },
    subscribe(_root, { id }, context) {
      const { bus, subscriptions } = context.services
      const viewer = requireViewer(context)
      const wanted = (changed: string) => changed === id
      const first = async () => ((await context.services.replays.get(viewer, id)) === null ? null : ALL)
      return subscriptions.open(viewer, context.signal(), (onClose) =>
        subscribeToChanges(bus, replayChannel(viewer.organizationId), { wanted, first, onClose }),
      )
    },
    resolve: (_hint, { id }, context) => context.services.replays.get(requireViewer(context), id),
  }),
)
