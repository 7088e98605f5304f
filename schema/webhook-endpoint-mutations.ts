import type { WebhookEndpointCreate, WebhookEndpointUpdate } from '../src/domain/endpoints/endpoint-input.ts'
import { ConflictError, NotFoundError, ValidationError } from '../src/lib/errors.ts'
import { builder, requireViewer } from './builder.ts'
import { Event } from './event.ts'
import { RetryPreset, SignatureSchemeType, WebhookEndpoint } from './webhook-endpoint.ts'

type Endpoint = typeof WebhookEndpoint.$inferType

const RetryPolicyInput = builder.inputType('RetryPolicyInput', {
  description: 'A preset, or a custom schedule.',
  fields: (t) => ({
    preset: t.field({ type: RetryPreset, description: 'Preset policy; excludes the other fields.' }),
    maxAttempts: t.int({
      description: 'Number of attempts in total, 1 to 50. Default: one more than `backoffSeconds` has entries.',
    }),
    backoffSeconds: t.intList({
      description: 'Seconds before the second attempt, the third, and so on; the last entry repeats.',
    }),
  }),
})

const createFields = {
  url: 'URL of the receiver: https:// and a public address. Plain http:// is allowed only within networks that the operator allows.',
  eventTypes: 'Event types to subscribe to, 1 to 200: exact names, prefixes such as `invoice.*`, or `*`.',
  description: 'Description for people, at most 500 characters.',
  headers: 'Custom headers as an object of names and values, at most 20. Values are stored encrypted.',
  timeoutSeconds: 'Maximum seconds of one request, 1 to 60. Default 30.',
  retryPolicy: 'Retry policy of the endpoint. Default: the preset DEFAULT.',
  rateLimit: 'Maximum requests per second, 1 to 10,000. Default: no limit.',
  maxConcurrency: 'Maximum requests in flight, 1 to 1,000. Default 64.',
  disableAfterFailures:
    'Number of consecutive failures that disable the endpoint, 1 to 1,000; null for never. Default 10.',
  maxAgeSeconds:
    'Maximum age of an event in seconds, 60 seconds to 90 days. Deliveries of older events become EXPIRED. Default 7 days.',
}

const WebhookEndpointCreateInput = builder.inputType('WebhookEndpointCreateInput', {
  description: 'An endpoint to create.',
  fields: (t) => ({
    url: t.field({ type: 'URL', required: true, description: createFields.url }),
    eventTypes: t.stringList({ required: true, description: createFields.eventTypes }),
    description: t.string({ description: createFields.description }),
    headers: t.field({ type: 'JSON', description: createFields.headers }),
    timeoutSeconds: t.int({ description: createFields.timeoutSeconds }),
    retryPolicy: t.field({ type: RetryPolicyInput, description: createFields.retryPolicy }),
    rateLimit: t.int({ description: createFields.rateLimit }),
    maxConcurrency: t.int({ description: createFields.maxConcurrency }),
    disableAfterFailures: t.int({ description: createFields.disableAfterFailures }),
    maxAgeSeconds: t.int({ description: createFields.maxAgeSeconds }),
    signatureScheme: t.field({
      type: SignatureSchemeType,
      description: 'Signature scheme of the requests. Default STANDARD.',
    }),
    enabled: t.boolean({ description: 'False creates a disabled endpoint, whose deliveries are held. Default true.' }),
  }),
})

const WebhookEndpointUpdateInput = builder.inputType('WebhookEndpointUpdateInput', {
  description: 'Changes to an endpoint. Absent fields keep their value.',
  fields: (t) => ({
    url: t.field({ type: 'URL', description: createFields.url }),
    eventTypes: t.stringList({ description: createFields.eventTypes }),
    description: t.string({ description: createFields.description }),
    headers: t.field({ type: 'JSON', description: `${createFields.headers} Replaces all of them.` }),
    timeoutSeconds: t.int({ description: createFields.timeoutSeconds }),
    retryPolicy: t.field({ type: RetryPolicyInput, description: 'For attempts that are not planned yet.' }),
    rateLimit: t.int({ description: 'Requests a second at most; null lifts the limit.' }),
    maxConcurrency: t.int({ description: createFields.maxConcurrency }),
    disableAfterFailures: t.int({ description: createFields.disableAfterFailures }),
    maxAgeSeconds: t.int({ description: createFields.maxAgeSeconds }),
  }),
})

const HeldDeliveries = builder.enumType('HeldDeliveries', {
  description: 'Fate of deliveries that were held while the endpoint was disabled.',
  values: {
    RELEASE: { description: 'Sends the held deliveries now, in the order of their creation.' },
    CANCEL: { description: 'Cancels the held deliveries. Each can still be retried.' },
  } as const,
})

function endpointPayload(name: string) {
  return builder.objectRef<{ webhookEndpoint: Endpoint }>(name).implement({
    description: 'The endpoint after the change.',
    fields: (t) => ({
      webhookEndpoint: t.field({
        type: WebhookEndpoint,
        description: 'The affected endpoint.',
        resolve: ({ webhookEndpoint }) => webhookEndpoint,
      }),
    }),
  })
}

function secretPayload(name: string) {
  return builder.objectRef<{ webhookEndpoint: Endpoint; secret: string | null }>(name).implement({
    description: 'The endpoint with its signing secret.',
    fields: (t) => ({
      webhookEndpoint: t.field({
        type: WebhookEndpoint,
        description: 'The affected endpoint.',
        resolve: ({ webhookEndpoint }) => webhookEndpoint,
      }),
      secret: t.exposeString('secret', {
        nullable: true,
        description:
          'Signing secret, shown this once; null for STANDARD_ED25519, where receivers verify with `publicKeys`.',
      }),
    }),
  })
}

const id = { required: true, description: 'Id of the endpoint.' } as const

builder.mutationFields((t) => ({
  webhookEndpointCreate: t.field({
    type: secretPayload('WebhookEndpointCreatePayload'),
    description: 'Creates an endpoint. Needs `webhooks: write`.',
    authScopes: { can: 'webhooks:write' },
    errors: { types: [ValidationError, ConflictError] },
    args: { input: t.arg({ type: WebhookEndpointCreateInput, required: true, description: 'The affected endpoint.' }) },
    resolve: (_root, { input: { url, ...input } }, context) =>
      context.services.endpoints.create(requireViewer(context), { ...input, url: url.href } as WebhookEndpointCreate),
  }),
  webhookEndpointUpdate: t.field({
    type: endpointPayload('WebhookEndpointUpdatePayload'),
    description: 'Changes the settings of an endpoint. Needs `webhooks: write`.',
    authScopes: { can: 'webhooks:write' },
    errors: { types: [ValidationError, NotFoundError] },
    args: {
      id: t.arg.id(id),
      input: t.arg({ type: WebhookEndpointUpdateInput, required: true, description: 'Changes to make.' }),
    },
    async resolve(_root, { id, input: { url, ...input } }, context) {
      const changes = { ...input, ...(url && { url: url.href }) } as WebhookEndpointUpdate
      return { webhookEndpoint: await context.services.endpoints.update(requireViewer(context), id, changes) }
    },
  }),
  webhookEndpointDelete: t.field({
    type: endpointPayload('WebhookEndpointDeletePayload'),
    description: 'Deletes an endpoint, which is final, and cancels its waiting deliveries. Needs `webhooks: delete`.',
    authScopes: { can: 'webhooks:delete' },
    errors: { types: [NotFoundError] },
    args: { id: t.arg.id(id) },
    resolve: async (_root, { id }, context) => ({
      webhookEndpoint: await context.services.endpointLifecycle.remove(requireViewer(context), id),
    }),
  }),
  webhookEndpointEnable: t.field({
    type: endpointPayload('WebhookEndpointEnablePayload'),
    description: 'Enables an endpoint. Needs `webhooks: write`.',
    authScopes: { can: 'webhooks:write' },
    errors: { types: [NotFoundError] },
    args: {
      id: t.arg.id(id),
      heldDeliveries: t.arg({
        type: HeldDeliveries,
        defaultValue: 'RELEASE',
        description: 'Fate of the held deliveries. Default RELEASE.',
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
    description: 'Disables an endpoint and holds its waiting deliveries. Needs `webhooks: write`.',
    authScopes: { can: 'webhooks:write' },
    errors: { types: [NotFoundError] },
    args: { id: t.arg.id(id) },
    resolve: async (_root, { id }, context) => ({
      webhookEndpoint: await context.services.endpointLifecycle.disable(requireViewer(context), id),
    }),
  }),
  webhookEndpointRotateSecret: t.field({
    type: secretPayload('WebhookEndpointRotateSecretPayload'),
    description: 'Creates a new signing secret; the old one signs as well during the overlap. Needs `webhooks: write`.',
    authScopes: { can: 'webhooks:write' },
    errors: { types: [ValidationError, NotFoundError] },
    args: {
      id: t.arg.id(id),
      overlapSeconds: t.arg.int({
        description: 'Seconds for which the old and the new secret both sign, 0 to 604,800. Default 86,400.',
      }),
    },
    resolve: (_root, { id, overlapSeconds }, context) =>
      context.services.endpointLifecycle.rotateSecret(requireViewer(context), id, overlapSeconds),
  }),
  webhookEndpointTest: t.field({
    type: builder.objectRef<{ event: typeof Event.$inferType }>('WebhookEndpointTestPayload').implement({
      description: 'The test event. Its delivery shows the result.',
      fields: (t) => ({
        event: t.field({ type: Event, description: 'The published test event.', resolve: ({ event }) => event }),
      }),
    }),
    description:
      'Sends one event of type `webhook.test` without retries, also to a disabled endpoint. At most 5 times per minute and organization. Needs `webhooks: write`.',
    authScopes: { can: 'webhooks:write' },
    errors: { types: [NotFoundError] },
    args: { id: t.arg.id(id) },
    async resolve(_root, { id }, context, info) {
      await context.limitField(requireViewer(context), info)
      return {
        event: await context.services.endpointLifecycle.test(requireViewer(context), id),
      }
    },
  }),
}))
