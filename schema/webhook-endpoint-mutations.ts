import type { WebhookEndpointCreate, WebhookEndpointUpdate } from '../src/domain/endpoints/endpoint-input.ts'
import { ConflictError, NotFoundError, ValidationError } from '../src/lib/errors.ts'
import { builder, viewerOf } from './builder.ts'
import { Event } from './event.ts'
import { RetryPreset, SignatureSchemeType, WebhookEndpoint } from './webhook-endpoint.ts'

type Endpoint = typeof WebhookEndpoint.$inferType

const RetryPolicyInput = builder.inputType('RetryPolicyInput', {
  description: 'A preset, or an own list.',
  fields: (t) => ({
    preset: t.field({ type: RetryPreset, description: 'A ready-made policy; leave the other fields out.' }),
    maxAttempts: t.int({ description: 'Attempts in all, 1 to 50. Default: one more than there are waits.' }),
    backoffSeconds: t.intList({
      description: 'Seconds before the second attempt, the third, …; the last one repeats.',
    }),
  }),
})

const createFields = {
  url: 'An https:// URL of a public address. Plain http:// only within networks that the installation allows.',
  eventTypes: 'Exact types, prefixes such as `invoice.*`, or `*`; 1 to 200.',
  description: 'For people, at most 500 characters.',
  headers: 'Custom headers as an object of names and values; at most 20. They are stored encrypted.',
  timeoutSeconds: 'Seconds that one request may take in all, 1 to 60. Default 30.',
  retryPolicy: 'Default: the preset DEFAULT.',
  rateLimit: 'Requests a second at most, 1 to 10,000. Default: no limit.',
  maxConcurrency: 'Requests under way at once at most, 1 to 1,000. Default 64.',
  disableAfterFailures: 'Failed attempts in a row that disable it, 1 to 1,000; null: none do. Default 10.',
  maxAgeSeconds: 'Deliveries of events older than this expire; 60 seconds to 90 days. Default 7 days.',
}

const WebhookEndpointCreateInput = builder.inputType('WebhookEndpointCreateInput', {
  description: 'A new endpoint.',
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
    signatureScheme: t.field({ type: SignatureSchemeType, description: 'How requests are signed. Default STANDARD.' }),
    enabled: t.boolean({ description: 'Default true. Deliveries to a disabled endpoint are held.' }),
  }),
})

const WebhookEndpointUpdateInput = builder.inputType('WebhookEndpointUpdateInput', {
  description: 'Changes to an endpoint. What is absent stays.',
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
  description: 'What becomes of deliveries that were held while the endpoint was disabled.',
  values: {
    RELEASE: { description: 'They are sent now, in the order in which they were made.' },
    CANCEL: { description: 'They are canceled; each can still be retried.' },
  } as const,
})

function endpointPayload(name: string) {
  return builder.objectRef<{ webhookEndpoint: Endpoint }>(name).implement({
    description: 'The endpoint as it is now.',
    fields: (t) => ({
      webhookEndpoint: t.field({
        type: WebhookEndpoint,
        description: 'The endpoint.',
        resolve: ({ webhookEndpoint }) => webhookEndpoint,
      }),
    }),
  })
}

function secretPayload(name: string) {
  return builder.objectRef<{ webhookEndpoint: Endpoint; secret: string | null }>(name).implement({
    description: 'The endpoint, and the secret that its receiver verifies with.',
    fields: (t) => ({
      webhookEndpoint: t.field({
        type: WebhookEndpoint,
        description: 'The endpoint.',
        resolve: ({ webhookEndpoint }) => webhookEndpoint,
      }),
      secret: t.exposeString('secret', {
        nullable: true,
        description: 'Shown this once. Null for STANDARD_ED25519: receivers verify with `publicKeys`.',
      }),
    }),
  })
}

const id = { required: true, description: 'Id of the endpoint.' } as const

builder.mutationFields((t) => ({
  webhookEndpointCreate: t.field({
    type: secretPayload('WebhookEndpointCreatePayload'),
    description: 'Makes an endpoint. Needs `webhooks: write`.',
    authScopes: { can: 'webhooks:write' },
    errors: { types: [ValidationError, ConflictError] },
    args: { input: t.arg({ type: WebhookEndpointCreateInput, required: true, description: 'The endpoint.' }) },
    resolve: (_root, { input: { url, ...input } }, context) =>
      context.domain.endpoints.create(viewerOf(context), { ...input, url: url.href } as WebhookEndpointCreate),
  }),
  webhookEndpointUpdate: t.field({
    type: endpointPayload('WebhookEndpointUpdatePayload'),
    description: 'Changes the settings of an endpoint. Needs `webhooks: write`.',
    authScopes: { can: 'webhooks:write' },
    errors: { types: [ValidationError, NotFoundError] },
    args: {
      id: t.arg.id(id),
      input: t.arg({ type: WebhookEndpointUpdateInput, required: true, description: 'The changes.' }),
    },
    async resolve(_root, { id, input: { url, ...input } }, context) {
      const changes = { ...input, ...(url && { url: url.href }) } as WebhookEndpointUpdate
      return { webhookEndpoint: await context.domain.endpoints.update(viewerOf(context), id, changes) }
    },
  }),
  webhookEndpointDelete: t.field({
    type: endpointPayload('WebhookEndpointDeletePayload'),
    description: 'Deletes an endpoint for good; its waiting deliveries are canceled. Needs `webhooks: delete`.',
    authScopes: { can: 'webhooks:delete' },
    errors: { types: [NotFoundError] },
    args: { id: t.arg.id(id) },
    resolve: async (_root, { id }, context) => ({
      webhookEndpoint: await context.domain.endpointState.remove(viewerOf(context), id),
    }),
  }),
  webhookEndpointEnable: t.field({
    type: endpointPayload('WebhookEndpointEnablePayload'),
    description: 'Enables an endpoint. Needs `webhooks: write`.',
    authScopes: { can: 'webhooks:write' },
    errors: { types: [NotFoundError] },
    args: {
      id: t.arg.id(id),
      heldDeliveries: t.arg({ type: HeldDeliveries, defaultValue: 'RELEASE', description: 'Default RELEASE.' }),
    },
    resolve: async (_root, { id, heldDeliveries }, context) => ({
      webhookEndpoint: await context.domain.endpointState.enable(viewerOf(context), id, heldDeliveries ?? 'RELEASE'),
    }),
  }),
  webhookEndpointDisable: t.field({
    type: endpointPayload('WebhookEndpointDisablePayload'),
    description: 'Disables an endpoint; its waiting deliveries are held. Needs `webhooks: write`.',
    authScopes: { can: 'webhooks:write' },
    errors: { types: [NotFoundError] },
    args: { id: t.arg.id(id) },
    resolve: async (_root, { id }, context) => ({
      webhookEndpoint: await context.domain.endpointState.disable(viewerOf(context), id),
    }),
  }),
  webhookEndpointRotateSecret: t.field({
    type: secretPayload('WebhookEndpointRotateSecretPayload'),
    description: 'Makes a new signing secret; the old one signs too during the overlap. Needs `webhooks: write`.',
    authScopes: { can: 'webhooks:write' },
    errors: { types: [ValidationError, NotFoundError] },
    args: {
      id: t.arg.id(id),
      overlapSeconds: t.arg.int({
        description: 'Seconds that old and new secret both sign, 0 to 604,800. Default 86,400.',
      }),
    },
    resolve: (_root, { id, overlapSeconds }, context) =>
      context.domain.endpointState.rotateSecret(viewerOf(context), id, overlapSeconds),
  }),
  webhookEndpointTest: t.field({
    type: builder.objectRef<{ event: typeof Event.$inferType }>('WebhookEndpointTestPayload').implement({
      description: 'The test event; its delivery tells what came of it.',
      fields: (t) => ({
        event: t.field({ type: Event, description: 'The test event.', resolve: ({ event }) => event }),
      }),
    }),
    description:
      'Sends one event of type `webhook.test`, not retried, also to a disabled endpoint; 5 times a minute and organization at most. Needs `webhooks: write`.',
    authScopes: { can: 'webhooks:write' },
    errors: { types: [NotFoundError] },
    args: { id: t.arg.id(id) },
    async resolve(_root, { id }, context, info) {
      await context.limitField(viewerOf(context), info)
      return {
        event: await context.domain.endpointState.test(viewerOf(context), id),
      }
    },
  }),
}))
