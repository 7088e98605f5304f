import type { WebhookEndpointUpdate } from '../src/domain/endpoints/endpoint-input.ts'
import { EndpointVersionConflictError } from '../src/domain/endpoints/endpoints.ts'
import { ConflictError, NotFoundError, ValidationError } from '../src/lib/errors.ts'
import { builder, requireViewer } from './builder.ts'
import { Delivery } from './delivery.ts'
import { Event } from './event.ts'
import { EventPredicateInput } from './event-predicate.ts'
import { HttpHeaderInput } from './http-header.ts'
import { createPayload, EXPECTED_VERSION } from './payload.ts'
import { EndpointKindType, RetryPolicyInput, SignatureSchemeType, WebhookEndpoint } from './webhook-endpoint.ts'

type Endpoint = typeof WebhookEndpoint.$inferType
type DeliveryRow = typeof Delivery.$inferType

/** Descriptions of the settings, without the defaults of a new endpoint. */
const settings = {
  externalId:
    "Id of the endpoint in the organization's own system, unique in the organization: 1 to 100 visible ASCII characters, not beginning with `org_` or `whep_`. Arguments accept it in place of the id. A deleted endpoint frees it.",
  url: 'URL of the receiver: `https://` and a public address. Plain `http://` and private addresses are allowed only within networks that the operator allows.',
  eventTypes:
    'Event types to subscribe to, 1 to 200: exact names, prefixes such as `invoice.*`, or `*` for every registered type. `webhook.endpoint.disabled` needs its name or its prefix.',
  channels:
    'Channels, at most 100 of up to 128 characters: the endpoint wants only events with at least one of them; empty for all events.',
  predicate: 'Condition on the envelope: the endpoint wants only events for which it holds; null for all events.',
  description: 'Description for people, at most 500 characters.',
  headers: 'Custom headers, at most 20 and each name once, which are stored encrypted. Their values cannot be read.',
  timeoutSeconds: 'Timeout of one request in seconds, from connecting to the end of the body, 1 to 60.',
  rateLimit: 'Maximum requests per second over all workers, 1 to 10,000; null for no rate limit.',
  maxConcurrency:
    'Maximum requests in flight over all workers, or leased deliveries over all listeners of a STREAM endpoint, 1 to 1,000.',
  disableAfterFailures: 'Number of consecutive failed attempts that disable the endpoint, 1 to 1,000; null for never.',
  maxAgeSeconds:
    'Maximum age of an event in seconds, 60 to 7,776,000 (90 days), after which its deliveries become EXPIRED.',
}

const WebhookEndpointCreateInput = builder.inputType('WebhookEndpointCreateInput', {
  description: 'An endpoint to create.',
  fields: (t) => ({
    kind: t.field({ type: EndpointKindType, description: 'Kind of the endpoint, which is fixed. Default HTTP.' }),
    url: t.field({ type: 'URL', description: `${settings.url} Required for HTTP, absent for STREAM.` }),
    externalId: t.string({ description: `${settings.externalId} Default none.` }),
    eventTypes: t.stringList({ required: true, description: settings.eventTypes }),
    channels: t.stringList({ description: `${settings.channels} Default empty.` }),
    predicate: t.field({ type: EventPredicateInput, description: `${settings.predicate} Default null.` }),
    description: t.string({ description: `${settings.description} Default empty.` }),
    headers: t.field({ type: [HttpHeaderInput], description: `${settings.headers} Default none.` }),
    timeoutSeconds: t.int({ description: `${settings.timeoutSeconds} Default 30.` }),
    retryPolicy: t.field({
      type: RetryPolicyInput,
      description: 'Retry policy of the endpoint. Default: the preset DEFAULT.',
    }),
    rateLimit: t.int({ description: `${settings.rateLimit} Absent for STREAM. Default null.` }),
    maxConcurrency: t.int({ description: `${settings.maxConcurrency} Default 64, and 1,000 for STREAM.` }),
    disableAfterFailures: t.int({ description: `${settings.disableAfterFailures} Default 10.` }),
    maxAgeSeconds: t.int({ description: `${settings.maxAgeSeconds} Default 604,800 (7 days).` }),
    signatureScheme: t.field({
      type: SignatureSchemeType,
      description: 'Signature scheme of the requests. Default STANDARD.',
    }),
    secret: t.string({
      description:
        'Signing secret that the receiver verifies with already: `whsec_` and 24 to 64 bytes in base64. Not for STANDARD_ED25519. Default: a new one.',
    }),
    ephemeral: t.boolean({
      description: 'True deletes a STREAM endpoint 7 days after its last listener. Default false.',
    }),
    enabled: t.boolean({ description: 'False creates a disabled endpoint and holds its deliveries. Default true.' }),
  }),
})

const WebhookEndpointUpdateInput = builder.inputType('WebhookEndpointUpdateInput', {
  description:
    'Changes to an endpoint. Absent fields keep their value; null is valid only for `externalId`, `predicate`, `rateLimit` and `disableAfterFailures`.',
  fields: (t) => ({
    url: t.field({ type: 'URL', description: `${settings.url} Absent for STREAM.` }),
    externalId: t.string({ description: `${settings.externalId} Null removes it.` }),
    eventTypes: t.stringList({ description: settings.eventTypes }),
    channels: t.stringList({ description: settings.channels }),
    predicate: t.field({ type: EventPredicateInput, description: settings.predicate }),
    description: t.string({ description: settings.description }),
    headers: t.field({
      type: [HttpHeaderInput],
      description: `${settings.headers} The list replaces all custom headers.`,
    }),
    timeoutSeconds: t.int({ description: settings.timeoutSeconds }),
    retryPolicy: t.field({
      type: RetryPolicyInput,
      description: 'Retry policy of the endpoint, for attempts that are not planned yet.',
    }),
    rateLimit: t.int({ description: settings.rateLimit }),
    maxConcurrency: t.int({ description: settings.maxConcurrency }),
    disableAfterFailures: t.int({ description: settings.disableAfterFailures }),
    maxAgeSeconds: t.int({ description: settings.maxAgeSeconds }),
  }),
})

const HeldDeliveries = builder.enumType('HeldDeliveries', {
  description: 'Treatment of deliveries that were held while the endpoint was disabled.',
  values: {
    RELEASE: {
      description: 'Makes the held deliveries due, oldest first: 1,000 at once, the rest in portions by the workers.',
    },
    CANCEL: { description: 'Cancels the held deliveries. Each can be retried with `deliveryRetry`.' },
  } as const,
})

const AFTER = 'The endpoint after the change.'

const endpointPayload = (name: string) =>
  createPayload<{ webhookEndpoint: Endpoint }>(name, AFTER, (t) => ({
    webhookEndpoint: t.expose('webhookEndpoint', { type: WebhookEndpoint, description: AFTER }),
  }))

const secretPayload = (name: string) =>
  createPayload<{ webhookEndpoint: Endpoint; secret: string | null }>(
    name,
    'The endpoint with its signing secret.',
    (t) => ({
      webhookEndpoint: t.expose('webhookEndpoint', { type: WebhookEndpoint, description: AFTER }),
      secret: t.exposeString('secret', {
        nullable: true,
        description:
          'Signing secret, shown this once; null for a given secret, and for STANDARD_ED25519, where receivers verify with `publicKeys`.',
      }),
    }),
  )

const TestPayload = createPayload<{ webhookEndpoint: Endpoint; event: typeof Event.$inferType; delivery: DeliveryRow }>(
  'WebhookEndpointTestPayload',
  'The test event with its delivery, which shows the result.',
  (t) => ({
    webhookEndpoint: t.expose('webhookEndpoint', { type: WebhookEndpoint, description: 'The tested endpoint.' }),
    event: t.expose('event', { type: Event, description: 'The published test event.' }),
    delivery: t.expose('delivery', { type: Delivery, description: 'The delivery of the test event.' }),
  }),
)

const id = { required: true, description: 'Id or external id of the endpoint.' } as const

builder.mutationFields((t) => ({
  webhookEndpointCreate: t.field({
    type: secretPayload('WebhookEndpointCreatePayload'),
    description: 'Creates an endpoint; an organization has at most 1,000. Needs `webhooks: write`.',
    authScopes: { can: 'webhooks:write' },
    errors: { types: [ValidationError, ConflictError] },
    args: { input: t.arg({ type: WebhookEndpointCreateInput, required: true, description: 'Endpoint to create.' }) },
    resolve: (_root, { input }, context) => context.services.endpoints.create(requireViewer(context), input),
  }),
  webhookEndpointUpdate: t.field({
    type: endpointPayload('WebhookEndpointUpdatePayload'),
    description: 'Changes the settings of an endpoint. Needs `webhooks: write`.',
    authScopes: { can: 'webhooks:write' },
    errors: { types: [ValidationError, NotFoundError, ConflictError, EndpointVersionConflictError] },
    args: {
      id: t.arg.id(id),
      expectedVersion: t.arg.int({ description: EXPECTED_VERSION }),
      input: t.arg({ type: WebhookEndpointUpdateInput, required: true, description: 'Changes to make.' }),
    },
    async resolve(_root, { id, expectedVersion, input }, context) {
      const { endpoints } = context.services
      const changes = input as WebhookEndpointUpdate
      return { webhookEndpoint: await endpoints.update(requireViewer(context), id, changes, expectedVersion) }
    },
  }),
  webhookEndpointDelete: t.field({
    type: endpointPayload('WebhookEndpointDeletePayload'),
    description:
      'Deletes an endpoint, which is final, and cancels its waiting and held deliveries. Needs `webhooks: delete`.',
    authScopes: { can: 'webhooks:delete' },
    errors: { types: [NotFoundError] },
    args: { id: t.arg.id(id) },
    resolve: async (_root, { id }, context) => ({
      webhookEndpoint: await context.services.endpointLifecycle.remove(requireViewer(context), id),
    }),
  }),
  webhookEndpointEnable: t.field({
    type: endpointPayload('WebhookEndpointEnablePayload'),
    description: 'Enables an endpoint and resets its count of consecutive failures. Needs `webhooks: write`.',
    authScopes: { can: 'webhooks:write' },
    errors: { types: [NotFoundError] },
    args: {
      id: t.arg.id(id),
      heldDeliveries: t.arg({
        type: HeldDeliveries,
        defaultValue: 'RELEASE',
        description: 'Treatment of the held deliveries. Default RELEASE.',
      }),
    },
    resolve: async (_root, { id, heldDeliveries }, context) => ({
      webhookEndpoint: await context.services.endpointLifecycle.enable(
        requireViewer(context),
        id,
        heldDeliveries ?? 'RELEASE',
      ),
    }),
  }),
  webhookEndpointDisable: t.field({
    type: endpointPayload('WebhookEndpointDisablePayload'),
    description: 'Disables an endpoint and holds its waiting and future deliveries. Needs `webhooks: write`.',
    authScopes: { can: 'webhooks:write' },
    errors: { types: [NotFoundError] },
    args: { id: t.arg.id(id) },
    resolve: async (_root, { id }, context) => ({
      webhookEndpoint: await context.services.endpointLifecycle.disable(requireViewer(context), id),
    }),
  }),
  webhookEndpointRotateSecret: t.field({
    type: secretPayload('WebhookEndpointRotateSecretPayload'),
    description:
      'Creates a new signing secret; earlier ones sign as well during the overlap, at most 3 secrets in total. Needs `webhooks: write`.',
    authScopes: { can: 'webhooks:write' },
    errors: { types: [ValidationError, NotFoundError] },
    args: {
      id: t.arg.id(id),
      overlapSeconds: t.arg.int({
        description: 'Seconds for which earlier secrets sign as well, 0 to 604,800 (7 days). Default 86,400 (1 day).',
      }),
    },
    resolve: (_root, { id, overlapSeconds }, context) =>
      context.services.endpointLifecycle.rotateSecret(requireViewer(context), id, overlapSeconds),
  }),
  webhookEndpointTest: t.field({
    type: TestPayload,
    description:
      'Sends one test event without retries, also to a disabled endpoint. At most 5 calls per minute and organization by default. Needs `webhooks: write`.',
    authScopes: { can: 'webhooks:write' },
    errors: { types: [ValidationError, NotFoundError] },
    args: {
      id: t.arg.id(id),
      type: t.arg.string({
        description:
          'Name of an event type whose name and example the body has, with `{"test": true}` as its metadata; the stored event stays of type `webhook.test`. Default: a plain test event.',
      }),
    },
    async resolve(_root, { id, type }, context, info) {
      await context.limitField(requireViewer(context), info)
      return context.services.endpointLifecycle.test(requireViewer(context), id, type)
    },
  }),
}))
