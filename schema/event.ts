import { decodeEnvelope } from '../src/domain/events/envelope.ts'
import type { EventPublish } from '../src/domain/events/publish.ts'
import { ConflictError, ValidationError } from '../src/lib/errors.ts'
import { builder, checkPage, owned, spendBytes, viewerOf } from './builder.ts'

export const Event = builder.prismaNode('Event', {
  description: 'Something that happened, as it was published. Its id is also the `webhook-id` of every request.',
  id: { field: 'id', description: 'Such as `evt_…`.' },
  findUnique: owned('events:read'),
  nullable: true,
  // Bodies are large: they are read when something of them is asked for.
  select: { id: true, organizationId: true, type: true, idempotencyKey: true, createdAt: true },
  fields: (t) => ({
    type: t.string({ description: 'Name of its event type.', resolve: ({ type }) => type }),
    data: t.field({
      type: 'JSON',
      nullable: true,
      description: 'What was published, without sensitive fields.',
      select: { body: true },
      resolve: ({ body }, _args, context) => decodeEnvelope(spendBytes(body, body.length, context)).data,
    }),
    previous: t.field({
      type: 'JSON',
      nullable: true,
      description: 'State before the change, when the publisher gave it.',
      select: { body: true },
      resolve: ({ body }, _args, context) => decodeEnvelope(spendBytes(body, body.length, context)).previous,
    }),
    metadata: t.field({
      type: 'JSON',
      nullable: true,
      description: 'What the publisher added.',
      select: { body: true },
      resolve: ({ body }, _args, context) => decodeEnvelope(spendBytes(body, body.length, context)).metadata,
    }),
    body: t.string({
      description: 'The exact text that is signed and sent.',
      select: { body: true },
      resolve: ({ body }, _args, context) => Buffer.from(spendBytes(body, body.length, context)).toString('utf8'),
    }),
    idempotencyKey: t.string({
      nullable: true,
      description: 'As it was published.',
      resolve: ({ idempotencyKey }) => idempotencyKey,
    }),
    createdAt: t.field({ type: 'DateTime', description: 'When it was stored.', resolve: ({ createdAt }) => createdAt }),
  }),
})

type EventRow = typeof Event.$inferType

builder.queryField('events', (t) =>
  t.prismaConnection(
    {
      type: Event,
      cursor: 'id',
      description: 'Events of the organization, the newest first. Needs `events: read`.',
      authScopes: { can: 'events:read' },
      args: { types: t.arg.stringList({ description: 'Only these types.' }) },
      resolve(query, _root, args, context) {
        checkPage(args)
        return context.domain.deliveries.listEvents(viewerOf(context), args.types, query)
      },
    },
    { name: 'EventConnection', description: 'A page of events.' },
    { name: 'EventEdge', description: 'An event and its cursor.' },
  ),
)

const EventPublishInput = builder.inputType('EventPublishInput', {
  description: 'An event to publish. Its body may have 256 KiB.',
  fields: (t) => ({
    type: t.string({ required: true, description: 'Name of a registered event type.' }),
    data: t.field({ type: 'JSON', required: true, description: 'The payload; must satisfy the schema of the type.' }),
    previous: t.field({ type: 'JSON', description: 'State before the change.' }),
    metadata: t.field({ type: 'JSON', description: 'Whatever else receivers should know.' }),
    idempotencyKey: t.string({
      description: 'Publishing the same again under the same key answers with the first event. At most 255 characters.',
    }),
  }),
})

const EventPublishManyInput = builder.inputType('EventPublishManyInput', {
  description: 'Events to publish together.',
  fields: (t) => ({
    events: t.field({ type: [EventPublishInput], required: true, description: '1 to 500 events.' }),
  }),
})

const EventPublishPayload = builder.objectRef<{ event: EventRow }>('EventPublishPayload').implement({
  description: 'The event, committed with its deliveries.',
  fields: (t) => ({ event: t.field({ type: Event, description: 'The event.', resolve: ({ event }) => event }) }),
})

const EventPublishManyPayload = builder.objectRef<{ events: EventRow[] }>('EventPublishManyPayload').implement({
  description: 'The events, committed with their deliveries.',
  fields: (t) => ({
    events: t.field({ type: [Event], description: 'In the order of the input.', resolve: ({ events }) => events }),
  }),
})

builder.mutationFields((t) => ({
  eventPublish: t.field({
    type: EventPublishPayload,
    description: 'Publishes an event. Answers when event and deliveries are committed. Needs `events: write`.',
    authScopes: { can: 'events:write' },
    errors: { types: [ValidationError, ConflictError] },
    args: { input: t.arg({ type: EventPublishInput, required: true, description: 'The event.' }) },
    resolve: async (_root, { input }, context) => ({
      event: await context.domain.publisher.publish(viewerOf(context), { ...input }),
    }),
  }),
  eventPublishMany: t.field({
    type: EventPublishManyPayload,
    description: 'Publishes up to 500 events, all or none, for up to 100,000 deliveries in all. Needs `events: write`.',
    authScopes: { can: 'events:write' },
    errors: { types: [ValidationError, ConflictError] },
    args: { input: t.arg({ type: EventPublishManyInput, required: true, description: 'The events.' }) },
    resolve: async (_root, { input }, context) => ({
      events: await context.domain.publisher.publishMany(viewerOf(context), input.events as EventPublish[]),
    }),
  }),
}))
