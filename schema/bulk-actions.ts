import { jobChannel } from '../src/bus/bus.ts'
import { BulkActionKind } from '../src/database/generated/enums.ts'
import type { DeliveryFilter as Filter } from '../src/domain/deliveries/search-deliveries.ts'
import { ConflictError, NotFoundError, ValidationError } from '../src/lib/errors.ts'
import type { Counted } from '../src/lib/pagination.ts'
import { ALL, subscribeToChanges } from '../src/live/change-notifier.ts'
import { ActorType, actorOf } from './actor.ts'
import { builder, Node, omitNulls, ownedById, requireViewer } from './builder.ts'
import { DeliveryFilter } from './delivery-list.ts'
import { JobStatusType } from './job-status.ts'
import { readNodes } from './pages.ts'
import { createPayload } from './payload.ts'

const KindType = builder.enumType('BulkActionKind', {
  description: 'Change that a bulk action makes.',
  values: {
    [BulkActionKind.RETRY]: {
      description:
        'Makes deliveries in the states DEAD, EXPIRED, CANCELED or RETRYING due now, as `deliveryRetry` does; deliveries to disabled endpoints are left out.',
    },
    [BulkActionKind.CANCEL]: {
      description: 'Cancels deliveries in the states PENDING, RETRYING or HELD, as `deliveryCancel` does.',
    },
  } as const,
})

const BulkAction = builder.prismaObject('BulkAction', {
  description:
    'A retry or cancel of all deliveries that a filter finds, batch by batch. A running one continues after a restart.',
  interfaces: [Node],
  findUnique: ownedById('deliveries:read'),
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the bulk action, such as `blk_…`.' }),
    kind: t.expose('kind', { type: KindType, description: 'Change that the bulk action makes.' }),
    status: t.expose('status', { type: JobStatusType, description: 'State of the bulk action.' }),
    count: t.expose('count', { type: 'Count', description: 'Number of deliveries changed so far.' }),
    filter: t.field({
      type: 'JSON',
      description: 'Filter of the deliveries, in the form of `DeliveryFilter`.',
      resolve: ({ filter }) => filter,
    }),
    createdBy: t.field({
      type: ActorType,
      description: 'Principal that started the bulk action.',
      resolve: ({ createdBy, createdByName }) => actorOf(createdBy, createdByName),
    }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      description: 'Time at which the bulk action started. Deliveries made later are not part of it.',
    }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Time at which the bulk action ended; null while it is running.',
    }),
  }),
})

type Row = typeof BulkAction.$inferType

const Input = builder.inputType('BulkActionCreateInput', {
  description: 'A change to make to all deliveries that a filter finds.',
  fields: (t) => ({
    kind: t.field({ type: KindType, required: true, description: 'Change to make.' }),
    filter: t.field({
      type: DeliveryFilter,
      required: true,
      description: 'Filter of the deliveries; `statuses` is required, with states that the kind can change.',
    }),
  }),
})

function payload(name: string) {
  const description = 'The bulk action after the change.'
  return createPayload<{ bulkAction: Row }>(name, description, (t) => ({
    bulkAction: t.expose('bulkAction', { type: BulkAction, description }),
  }))
}

const Preview = builder.objectRef<Counted>('BulkActionPreviewPayload').implement({
  description: 'Size of a bulk action that would start now.',
  fields: (t) => ({
    count: t.expose('count', {
      type: 'Count',
      description: 'Number of deliveries that the bulk action would change, counted up to 10,000.',
    }),
    isExact: t.exposeBoolean('isExact', {
      description: 'True when `count` is the whole number; false when more than 10,000 deliveries match.',
    }),
  }),
})

builder.mutationFields((t) => ({
  bulkActionCreate: t.field({
    type: payload('BulkActionCreatePayload'),
    description:
      'Starts a bulk action; one over fewer than 1,000 deliveries is complete already. An organization runs at most 10 at once, and may make 5 calls per minute by default. Needs `deliveries: write`.',
    authScopes: { can: 'deliveries:write' },
    errors: { types: [ValidationError, ConflictError] },
    args: { input: t.arg({ type: Input, required: true, description: 'Change and deliveries.' }) },
    async resolve(_root, { input: { kind, filter } }, context, info) {
      await context.limitField(requireViewer(context), info)
      const input = { kind, filter: omitNulls(filter) as Filter }
      return { bulkAction: await context.services.bulkActions.create(requireViewer(context), input) }
    },
  }),
  bulkActionCancel: t.field({
    type: payload('BulkActionCancelPayload'),
    description: 'Cancels a running bulk action. Deliveries changed already stay so. Needs `deliveries: write`.',
    authScopes: { can: 'deliveries:write' },
    errors: { types: [NotFoundError, ConflictError] },
    args: { id: t.arg.id({ required: true, description: 'Id of the bulk action.' }) },
    resolve: async (_root, { id }, context) => ({
      bulkAction: await context.services.bulkActions.cancel(requireViewer(context), id),
    }),
  }),
}))

builder.queryFields((t) => ({
  bulkActionPreview: t.field({
    type: Preview,
    description:
      'Counts the deliveries that a bulk action would change now, and changes none. Needs `deliveries: read`.',
    authScopes: { can: 'deliveries:read' },
    errors: { types: [ValidationError] },
    args: { input: t.arg({ type: Input, required: true, description: 'Change and deliveries.' }) },
    resolve: (_root, { input: { kind, filter } }, context) =>
      context.services.bulkActions.preview(requireViewer(context), { kind, filter: omitNulls(filter) as Filter }),
  }),
  bulkActions: t.connection(
    {
      type: BulkAction,
      description: 'Bulk actions of the organization, newest first. Needs `deliveries: read`.',
      authScopes: { can: 'deliveries:read' },
      resolve: (_root, args, context, info) =>
        readNodes('BulkAction', args, context, info, (query) =>
          context.services.bulkActions.list(requireViewer(context), query),
        ),
    },
    { name: 'BulkActionConnection', description: 'A page of bulk actions.' },
    { name: 'BulkActionEdge', description: 'A bulk action with its cursor.' },
  ),
}))

builder.subscriptionField('bulkActionUpdates', (t) =>
  t.field({
    type: BulkAction,
    nullable: true,
    description:
      'A bulk action, now and after each progress, at most once a second. After a break of live messages, one message has the current state. Needs `deliveries: read`.',
    authScopes: { can: 'deliveries:read' },
    args: { id: t.arg.id({ required: true, description: 'Id of the bulk action.' }) },
    subscribe(_root, { id }, context) {
      const { bulkActions, bus, subscriptions } = context.services
      const viewer = requireViewer(context)
      const wanted = (changed: string) => changed === id
      const first = async () => ((await bulkActions.get(viewer, id)) === null ? null : ALL)
      return subscriptions.open(viewer, context.signal(), (onClose) =>
        subscribeToChanges(bus, jobChannel(viewer.organizationId), { wanted, first, onClose }),
      )
    },
    resolve: (_hint, { id }, context) => context.services.bulkActions.get(requireViewer(context), id),
  }),
)
