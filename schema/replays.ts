import { jobChannel } from '../src/bus/bus.ts'
import { ConflictError, NotFoundError, ValidationError } from '../src/lib/errors.ts'
import type { Counted } from '../src/lib/pagination.ts'
import { ALL, subscribeToChanges } from '../src/live/change-notifier.ts'
import { ActorType, actorOf } from './actor.ts'
import { builder, Node, ownedById, requireViewer } from './builder.ts'
import { DeliveryStatusType } from './delivery.ts'
import { JobStatusType } from './job-status.ts'
import { createPayload } from './payload.ts'
import { WebhookEndpoint } from './webhook-endpoint.ts'

export const Replay = builder.prismaObject('Replay', {
  description: 'A replay, which sends stored events to one endpoint again. A running replay continues after a restart.',
  interfaces: [Node],
  findUnique: ownedById('deliveries:read'),
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the replay, such as `rpl_…`.' }),
    status: t.expose('status', { type: JobStatusType, description: 'State of the replay.' }),
    count: t.expose('count', { type: 'Count', description: 'Number of deliveries made due so far.' }),
    endpointId: t.exposeID('endpointId', { description: 'Id of the endpoint that receives the replay.' }),
    endpoint: t.relation('endpoint', {
      description: 'Endpoint that receives the replay. Needs `webhooks: read`.',
      type: WebhookEndpoint,
      authScopes: { can: 'webhooks:read' },
    }),
    types: t.exposeStringList('types', { description: 'Types of the events to replay; empty for every type.' }),
    statuses: t.expose('statuses', {
      type: [DeliveryStatusType],
      description:
        'States of the deliveries to replay; empty for DEAD, EXPIRED, CANCELED, and events without a delivery to the endpoint.',
    }),
    from: t.expose('from', {
      type: 'DateTime',
      nullable: true,
      description: 'Events stored at or after this time; null for no lower bound.',
    }),
    to: t.expose('to', {
      type: 'DateTime',
      nullable: true,
      description: 'Events stored before this time; null for no upper bound.',
    }),
    explanation: t.exposeString('statusReason', {
      nullable: true,
      description: 'Reason of the cancellation; null for a replay that was not canceled.',
    }),
    createdBy: t.field({
      type: ActorType,
      description: 'Principal that started the replay.',
      resolve: ({ createdBy, createdByName }) => actorOf(createdBy, createdByName),
    }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      description: 'Time at which the replay started. Events stored later are not part of the replay.',
    }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Time at which the replay ended; null while the replay is running.',
    }),
  }),
})

type ReplayRow = typeof Replay.$inferType

const ReplayCreateInput = builder.inputType('ReplayCreateInput', {
  description: 'Filter of stored events to send to an endpoint. Every given condition must hold.',
  fields: (t) => ({
    endpointId: t.id({
      required: true,
      description:
        'Id or external id of the endpoint. Only events that its `eventTypes`, `channels` and `predicate` match today are sent, and no test events.',
    }),
    types: t.stringList({ description: 'Events of one of these types, at most 200. Default: every type.' }),
    statuses: t.field({
      type: [DeliveryStatusType],
      description:
        'Events with a delivery to the endpoint in one of these states: SUCCEEDED, DEAD, EXPIRED or CANCELED. Default: DEAD, EXPIRED, CANCELED, and events without a delivery to the endpoint.',
    }),
    from: t.field({ type: 'DateTime', description: 'Events stored at or after this time. Default: no lower bound.' }),
    to: t.field({ type: 'DateTime', description: 'Events stored before this time. Default: no upper bound.' }),
  }),
})

const ReplayCreatePayload = createPayload<{ replay: ReplayRow }>(
  'ReplayCreatePayload',
  'The started replay. A replay over fewer than 1,000 stored events is complete already.',
  (t) => ({ replay: t.expose('replay', { type: Replay, description: 'The started replay.' }) }),
)

builder.mutationField('replayCreate', (t) =>
  t.field({
    type: ReplayCreatePayload,
    description:
      'Sends stored events to an enabled endpoint, oldest first, also events published before its creation; the retry policy starts anew. An organization runs at most 10 replays at once, and may make 5 calls per minute by default. Needs `deliveries: write`.',
    authScopes: { can: 'deliveries:write' },
    errors: { types: [ValidationError, NotFoundError, ConflictError] },
    args: {
      input: t.arg({ type: ReplayCreateInput, required: true, description: 'Events and endpoint of the replay.' }),
    },
    resolve: async (_root, { input }, context, info) => {
      await context.limitField(requireViewer(context), info)
      return {
        replay: await context.services.replays.start(requireViewer(context), input),
      }
    },
  }),
)

const ReplayPreviewPayload = builder.objectRef<Counted>('ReplayPreviewPayload').implement({
  description: 'Size of a replay that would start now.',
  fields: (t) => ({
    count: t.expose('count', {
      type: 'Count',
      description: 'Number of events that the replay would send, of those that the preview examined.',
    }),
    isExact: t.exposeBoolean('isExact', {
      description:
        'True when `count` is the whole number; false when the time range has more stored events than a preview examines, about 100,000, the oldest first.',
    }),
  }),
})

builder.queryField('replayPreview', (t) =>
  t.field({
    type: ReplayPreviewPayload,
    description: 'Counts the events that a replay would send now, and sends nothing. Needs `deliveries: read`.',
    authScopes: { can: 'deliveries:read' },
    errors: { types: [ValidationError, NotFoundError] },
    args: {
      input: t.arg({
        type: ReplayCreateInput,
        required: true,
        description: 'Events and endpoint, as for `replayCreate`.',
      }),
    },
    resolve: (_root, { input }, context) => context.services.replays.preview(requireViewer(context), input),
  }),
)

const ReplayCancelPayload = createPayload<{ replay: ReplayRow }>(
  'ReplayCancelPayload',
  'The replay after its cancellation.',
  (t) => ({ replay: t.expose('replay', { type: Replay, description: 'The canceled replay.' }) }),
)

builder.mutationField('replayCancel', (t) =>
  t.field({
    type: ReplayCancelPayload,
    description: 'Cancels a running replay. Deliveries that are already due are sent. Needs `deliveries: write`.',
    authScopes: { can: 'deliveries:write' },
    errors: { types: [NotFoundError, ConflictError] },
    args: { id: t.arg.id({ required: true, description: 'Id of the replay.' }) },
    resolve: async (_root, { id }, context) => ({
      replay: await context.services.replays.cancel(requireViewer(context), id),
    }),
  }),
)

builder.subscriptionField('replayUpdates', (t) =>
  t.field({
    type: Replay,
    nullable: true,
    description:
      'A replay, now and after each progress, at most once a second. After a break of live messages, one message has the current state. Needs `deliveries: read`.',
    authScopes: { can: 'deliveries:read' },
    args: { id: t.arg.id({ required: true, description: 'Id of the replay.' }) },
    subscribe(_root, { id }, context) {
      const { bus, subscriptions } = context.services
      const viewer = requireViewer(context)
      const wanted = (changed: string) => changed === id
      const first = async () => ((await context.services.replays.get(viewer, id)) === null ? null : ALL)
      return subscriptions.open(viewer, context.signal(), (onClose) =>
        subscribeToChanges(bus, jobChannel(viewer.organizationId), { wanted, first, onClose }),
      )
    },
    resolve: (_hint, { id }, context) => context.services.replays.get(requireViewer(context), id),
  }),
)
