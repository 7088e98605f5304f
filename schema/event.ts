import type { GraphQLResolveInfo } from 'graphql'
import { type EventTexts, readPart } from '../src/domain/events/envelope.ts'
import type { EventPublish } from '../src/domain/events/publish.ts'
import { publisherOf } from '../src/domain/events/publisher.ts'
import { ConflictError, ValidationError } from '../src/lib/errors.ts'
import { JsonText } from '../src/lib/json-text.ts'
import { ActorType, actorOf } from './actor.ts'
import { assertAnswerFits, countResponseBytes } from './answer-bytes.ts'
import { builder, type Context, Node, ownedById, requireViewer } from './builder.ts'
import { createPayload } from './payload.ts'
import { findSelected } from './selected-fields.ts'

export const Event = builder.prismaObject('Event', {
  description: 'An event as published. Its id is the `webhook-id` of every request.',
  interfaces: [Node],
  findUnique: ownedById('events:read'),
  // Bodies are large, so they are read only when selected.
  select: {
    ...{ id: true, organizationId: true, type: true, channels: true, idempotencyKey: true, createdAt: true },
    ...{ publishedBy: true, publishedByName: true, requestId: true },
  },
  fields: (t) => ({
    id: t.id({ description: 'Id of the event, such as `evt_…`.', resolve: ({ id }) => id }),
    type: t.string({ description: 'Name of the event type.', resolve: ({ type }) => type }),
    channels: t.stringList({
      description: 'Channels given at the publish, by which endpoints select events; not part of the body.',
      resolve: ({ channels }) => channels,
    }),
    data: t.field({
      type: 'JSON',
      nullable: true,
      description: 'Payload in the text of its publisher, without sensitive fields.',
      select: { body: true },
      resolve: ({ body }, _args, context) => partOf(body, 'data', context),
    }),
    previous: t.field({
      type: 'JSON',
      nullable: true,
      description: 'State before the change, without sensitive fields; null when the publisher sent none.',
      select: { body: true },
      resolve: ({ body }, _args, context) => partOf(body, 'previous', context),
    }),
    metadata: t.field({
      type: 'JSON',
      nullable: true,
      description: 'Metadata for receivers, without sensitive fields; null when the publisher sent none.',
      select: { body: true },
      resolve: ({ body }, _args, context) => partOf(body, 'metadata', context),
    }),
    body: t.string({
      description: 'Exact text of the body, which is signed and sent on every attempt.',
      select: { body: true },
      resolve: ({ body }, _args, context) =>
        Buffer.from(countResponseBytes(body, body.length, context)).toString('utf8'),
    }),
    idempotencyKey: t.string({
      nullable: true,
      description: 'Idempotency key of the publish; null when the publisher sent none.',
      resolve: ({ idempotencyKey }) => idempotencyKey,
    }),
    publishedBy: t.field({
      type: ActorType,
      nullable: true,
      description: 'Principal that published the event; null for events of earlier versions.',
      resolve(event) {
        const publisher = publisherOf(event)
        return publisher && actorOf(publisher.id, publisher.name)
      },
    }),
    requestId: t.string({
      nullable: true,
      description:
        'Id of the request that published the event, as its `X-Request-Id`; null for events of Signalbox itself and of earlier versions.',
      resolve: ({ requestId }) => requestId,
    }),
    createdAt: t.field({
      type: 'DateTime',
      description: 'Time at which the event was stored.',
      resolve: ({ createdAt }) => createdAt,
    }),
  }),
})

/** A part of the event, in the text of its publisher. */
function partOf(body: Uint8Array, part: keyof EventTexts, context: Context): JsonText | null {
  const text = readPart(countResponseBytes(body, body.length, context), part)
  return text === 'null' ? null : new JsonText(text, undefined)
}

type EventRow = typeof Event.$inferType

const EventPublishInput = builder.inputType('EventPublishInput', {
  description:
    'An event to publish. Its body has at most 256 KiB without sensitive fields, and its values nest at most 100 levels deep. Values in JSON variables are stored and sent in the text of the request.',
  fields: (t) => ({
    type: t.string({ required: true, description: 'Name of a registered event type.' }),
    data: t.field({
      type: 'JSON',
      required: true,
      description: 'Payload, which must satisfy the JSON Schema of the event type.',
    }),
    previous: t.field({ type: 'JSON', description: 'State before the change, for receivers. Default null.' }),
    metadata: t.field({ type: 'JSON', description: 'Metadata for receivers. Default null.' }),
    channels: t.stringList({
      description:
        'Labels by which endpoints select events, at most 20 of 1 to 128 characters; not part of the body. Default none.',
    }),
    idempotencyKey: t.string({
      description:
        'Key of 1 to 255 characters under which a repeated publish of the same content returns the first event, as long as retention keeps the event. Default none.',
    }),
  }),
})

const EventPublishManyInput = builder.inputType('EventPublishManyInput', {
  description: 'Events to publish together. One invalid event refuses all of them.',
  fields: (t) => ({
    events: t.field({ type: [EventPublishInput], required: true, description: 'Events to publish, 1 to 500.' }),
  }),
})

const EventPublishPayload = createPayload<{ event: EventRow }>(
  'EventPublishPayload',
  'The event, committed with its deliveries.',
  (t) => ({ event: t.expose('event', { type: Event, description: 'The published event.' }) }),
)

const EventPublishManyPayload = createPayload<{ events: EventRow[] }>(
  'EventPublishManyPayload',
  'The events, committed with their deliveries.',
  (t) => ({ events: t.expose('events', { type: [Event], description: 'Events in the order of the input.' }) }),
)

/** Fields that read the body of an event. */
const BODY_FIELDS = ['data', 'previous', 'metadata', 'body']
/** Bytes of a body besides the texts of its publisher, at most. */
const ENVELOPE_BYTES = 500

/** Refuses events before they are published when the selection would make the answer too large to be given. */
function assertEventsFit(
  events: readonly Pick<EventPublish, 'data' | 'previous' | 'metadata'>[],
  { answered }: Context,
  info: GraphQLResolveInfo,
): void {
  let selected = 0
  findSelected(info, (type, { name }) => {
    if (type === 'Event' && BODY_FIELDS.includes(name)) selected++
    return undefined
  })
  if (selected === 0) return
  const bytes = events
    .flatMap(({ data, previous, metadata }) => [data, previous, metadata])
    .reduce((sum, part) => sum + Buffer.byteLength(part?.text ?? 'null'), events.length * ENVELOPE_BYTES)
  assertAnswerFits(answered.bytes + selected * bytes)
}

builder.mutationFields((t) => ({
  eventPublish: t.field({
    type: EventPublishPayload,
    description:
      'Publishes an event and answers once the event and its deliveries are committed. Needs `events: write`.',
    authScopes: { can: 'events:write' },
    errors: { types: [ValidationError, ConflictError] },
    args: { input: t.arg({ type: EventPublishInput, required: true, description: 'Event to publish.' }) },
    async resolve(_root, { input }, context, info) {
      assertEventsFit([input], context, info)
      return { event: await context.services.publisher.publish(requireViewer(context), { ...input }) }
    },
  }),
  eventPublishMany: t.field({
    type: EventPublishManyPayload,
    description:
      'Publishes up to 500 events, all or none, with up to 100,000 deliveries in total. Needs `events: write`.',
    authScopes: { can: 'events:write' },
    errors: { types: [ValidationError, ConflictError] },
    args: { input: t.arg({ type: EventPublishManyInput, required: true, description: 'Events to publish.' }) },
    async resolve(_root, { input }, context, info) {
      assertEventsFit(input.events, context, info)
      const { publisher } = context.services
      return { events: await publisher.publishMany(requireViewer(context), input.events, context.signal()) }
    },
  }),
}))
