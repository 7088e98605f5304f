import type { EndpointMatch } from '../src/domain/endpoints/endpoint-matches.ts'
import { type MatchPreview, PREVIEW_EVENTS } from '../src/domain/endpoints/match-preview.ts'
import { NotFoundError, ValidationError } from '../src/lib/errors.ts'
import { builder, requireViewer } from './builder.ts'
import { Delivery } from './delivery.ts'
import { Event } from './event.ts'
import { EventPredicateInput } from './event-predicate.ts'
import { readById } from './pages.ts'
import { WebhookEndpoint } from './webhook-endpoint.ts'

const MatchReason = builder.enumType('WebhookEndpointMatchReason', {
  description: 'Reason why an endpoint did not get an event, or would not get it today.',
  values: {
    EVENT_TYPE: { description: 'The event types of the endpoint do not include the type of the event.' },
    CHANNEL: { description: 'The endpoint has channels, and the event has none of them.' },
    PREDICATE: { description: 'The predicate of the endpoint does not hold for the event.' },
    TEST_EVENT: { description: 'The event is a test, which goes only to the endpoint under test.' },
    CREATED_LATER: { description: 'The endpoint was created after the event. A replay can send the event.' },
    DELETED: { description: 'The endpoint was deleted before the event.' },
    DISABLED: {
      description:
        'The event is a system event, and the endpoint was disabled or is its subject. Other events are held for a disabled endpoint.',
    },
    FILTER_CHANGED: {
      description: 'The filter matches the event since it changed, which was after or while the event was stored.',
    },
  } as const,
})

const WebhookEndpointMatch = builder.objectRef<EndpointMatch>('WebhookEndpointMatch').implement({
  description:
    'An event beside an endpoint: the delivery, and the decision of the filter that the endpoint has today. Earlier filters are not kept.',
  fields: (t) => ({
    endpoint: t.field({
      type: WebhookEndpoint,
      description: 'Endpoint of the match. Needs `webhooks: read`.',
      authScopes: { can: 'webhooks:read' },
      resolve: ({ endpoint }) => endpoint,
    }),
    delivery: t.field({
      type: Delivery,
      nullable: true,
      description: 'Delivery of the event; null when the endpoint did not get the event. Needs `deliveries: read`.',
      authScopes: { can: 'deliveries:read' },
      resolve: ({ delivery }) => delivery,
    }),
    matches: t.exposeBoolean('matches', {
      description: 'True when the filter of the endpoint matches the event today, so that a replay may send the event.',
    }),
    reason: t.expose('reason', {
      type: MatchReason,
      nullable: true,
      description:
        'Reason why the endpoint did not get the event, or would not get it today; null when the endpoint has a delivery and its filter matches.',
    }),
    path: t.stringList({
      nullable: true,
      description:
        'Path in the event of the comparison that decided, in the form of a predicate; null when the predicate holds or was not evaluated.',
      resolve: ({ path }) => (path === null ? null : [...path]),
    }),
    condition: t.exposeString('condition', {
      nullable: true,
      description:
        'Place of this comparison in the predicate, such as `and.1.equals`; null when the predicate holds or was not evaluated.',
    }),
    message: t.exposeString('message', { description: 'Reason and decision in sentences for people.' }),
  }),
})

builder.queryField('webhookEndpointMatch', (t) =>
  t.field({
    type: WebhookEndpointMatch,
    nullable: true,
    description:
      'Explains why an endpoint got an event or did not, also a deleted endpoint; null when either is unknown or may not be read. Needs `webhooks: read` and `events: read`.',
    authScopes: { can: 'webhooks:read' },
    args: {
      eventId: t.arg.id({ required: true, description: 'Id of the event.' }),
      endpointId: t.arg.id({ required: true, description: 'Id or external id of the endpoint.' }),
    },
    resolve: (_root, { eventId, endpointId }, context) =>
      context.services.endpointMatches.find(requireViewer(context), eventId, endpointId),
  }),
)

builder.prismaObjectField(Event, 'endpointMatches', (t) =>
  t.connection(
    {
      type: WebhookEndpointMatch,
      description:
        'Endpoints of the organization, newest first, each with its delivery of the event or the reason why it has none. Needs `webhooks: read`.',
      authScopes: { can: 'webhooks:read' },
      resolve: ({ id }, args, context) =>
        readById<EndpointMatch>(
          args,
          context,
          ({ endpoint }) => endpoint.id,
          (query) => context.services.endpointMatches.ofEvent(requireViewer(context), id, query),
        ),
    },
    { name: 'WebhookEndpointMatchConnection', description: 'A page of matches.' },
    { name: 'WebhookEndpointMatchEdge', description: 'A match with its cursor.' },
  ),
)

const MatchPreviewInput = builder.inputType('WebhookEndpointMatchPreviewInput', {
  description: 'The filter of an endpoint by its id, or a filter to try.',
  fields: (t) => ({
    endpointId: t.id({
      description: 'Id or external id of an endpoint, which needs `webhooks: read`; excludes the filter. Default none.',
    }),
    eventTypes: t.stringList({
      description: 'Event types as for `webhookEndpointCreate`. Default `*`, every registered type.',
    }),
    channels: t.stringList({ description: 'Channels as for `webhookEndpointCreate`. Default none: all events.' }),
    predicate: t.field({
      type: EventPredicateInput,
      description: 'Predicate as for `webhookEndpointCreate`. Default none: all events.',
    }),
    events: t.int({
      description: `Number of events to examine, the newest of the organization, 1 to ${PREVIEW_EVENTS}. Default 100.`,
    }),
  }),
})

const MatchPreviewPayload = builder.objectRef<MatchPreview>('WebhookEndpointMatchPreviewPayload').implement({
  description: 'Result of a filter on the newest events.',
  fields: (t) => ({
    examined: t.expose('examined', {
      type: 'Count',
      description:
        'Number of examined events: fewer than asked when the organization has fewer, or when their bodies exceed 8 MiB.',
    }),
    matching: t.field({
      type: 'Count',
      description: 'Number of events that match.',
      resolve: ({ eventIds }) => eventIds.length,
    }),
    eventIds: t.exposeIDList('eventIds', { description: 'Ids of the events that match, newest first.' }),
  }),
})

builder.queryField('webhookEndpointMatchPreview', (t) =>
  t.field({
    type: MatchPreviewPayload,
    description: 'Tries a filter on the newest events, and changes and sends nothing. Needs `events: read`.',
    authScopes: { can: 'events:read' },
    errors: { types: [ValidationError, NotFoundError] },
    args: { input: t.arg({ type: MatchPreviewInput, required: true, description: 'Filter to try.' }) },
    resolve: (_root, { input }, context) => context.services.matchPreview(requireViewer(context), input),
  }),
)
