import type { EndpointHealth as StoredHealth } from '../src/database/generated/client.ts'
import { SignatureScheme } from '../src/database/generated/enums.ts'
import { RETRY_PRESETS } from '../src/domain/endpoints/retry-policy.ts'
import { builder, checkPage, owned, viewerOf } from './builder.ts'

export const SignatureSchemeType = builder.enumType('SignatureScheme', {
  description: 'How requests to an endpoint are signed; see the delivery contract.',
  values: {
    [SignatureScheme.STANDARD]: { description: 'Standard Webhooks with HMAC-SHA256 (v1). The default.' },
    [SignatureScheme.STANDARD_ED25519]: { description: 'Standard Webhooks with ed25519 (v1a).' },
    [SignatureScheme.BODY_HEX]: { description: '`X-Webhook-Signature: sha256=<hex>` over the body.' },
    [SignatureScheme.TIMESTAMPED_HEX]: {
      description: '`X-Webhook-Signature: <hex>` over `{timestamp}.{event id}.{body}`.',
    },
  } as const,
})

export const RetryPreset = builder.enumType('RetryPreset', {
  description: 'Ready-made retry policies.',
  values: Object.fromEntries(
    Object.entries(RETRY_PRESETS).map(([name, { maxAttempts, backoffSeconds }]) => [
      name,
      { description: `${maxAttempts} attempts; waits of ${backoffSeconds.join(', ')} seconds.` },
    ]),
  ) as Record<keyof typeof RETRY_PRESETS, { description: string }>,
})

const RetryPolicyType = builder.objectRef<{ maxAttempts: number; backoffSeconds: number[] }>('RetryPolicy').implement({
  description: 'How often and when a delivery is attempted.',
  fields: (t) => ({
    maxAttempts: t.exposeInt('maxAttempts', { description: 'Attempts in all, the first included.' }),
    backoffSeconds: t.exposeIntList('backoffSeconds', {
      description:
        'Seconds before the second attempt, the third, …; the last one repeats. Up to 10% is added by chance.',
    }),
  }),
})

const EndpointHealthStatus = builder.enumType('EndpointHealthStatus', {
  description: 'How an endpoint is doing.',
  values: {
    HEALTHY: { description: 'The last attempt succeeded, or there was none.' },
    FAILING: { description: 'The last attempts failed.' },
    DISABLED: { description: 'It is disabled; `disabledReason` says why.' },
  } as const,
})

interface Health {
  status: 'HEALTHY' | 'FAILING' | 'DISABLED'
  state: StoredHealth | null
}

const EndpointHealth = builder.objectRef<Health>('EndpointHealth').implement({
  description: 'How an endpoint is doing. Kept in the database: a restart forgets nothing.',
  fields: (t) => ({
    status: t.expose('status', { type: EndpointHealthStatus, description: 'In one word.' }),
    consecutiveFailures: t.int({
      description: 'Failed attempts since the last that succeeded, or since it was enabled.',
      resolve: ({ state }) => state?.consecutiveFailures ?? 0,
    }),
    failingSince: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the first of them failed.',
      resolve: ({ state }) => state?.failingSince ?? null,
    }),
    lastFailureAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When an attempt last failed, however long ago.',
      resolve: ({ state }) => state?.lastFailureAt ?? null,
    }),
    lastFailure: t.string({
      nullable: true,
      description: 'Why, in a sentence.',
      resolve: ({ state }) => state?.lastFailure ?? null,
    }),
  }),
})

export const WebhookEndpoint = builder.prismaNode('WebhookEndpoint', {
  description: 'Where events of an organization are sent.',
  id: { field: 'id', description: 'Such as `whep_…`.' },
  findUnique: owned('webhooks:read'),
  nullable: true,
  fields: (t) => ({
    url: t.expose('url', { type: 'URL', description: 'Where requests go.' }),
    description: t.exposeString('description', { description: 'For people.' }),
    eventTypes: t.exposeStringList('eventTypes', { description: 'Exact types, prefixes such as `invoice.*`, or `*`.' }),
    headerNames: t.exposeStringList('headerNames', {
      description: 'Names of the custom headers. Their values often are credentials, so they can be set but not read.',
    }),
    timeoutSeconds: t.exposeInt('timeoutSeconds', {
      description: 'Seconds that one request may take in all: connecting, headers and body.',
    }),
    retryPolicy: t.field({
      type: RetryPolicyType,
      description: 'How often and when a delivery is attempted.',
      resolve: ({ maxAttempts, backoffSeconds }) => ({ maxAttempts, backoffSeconds }),
    }),
    rateLimit: t.exposeInt('rateLimit', {
      nullable: true,
      description: 'Requests a second at most, evenly spaced, from all workers together; null: no limit.',
    }),
    maxConcurrency: t.exposeInt('maxConcurrency', {
      description: 'Requests under way at once at most, from all workers together.',
    }),
    disableAfterFailures: t.exposeInt('disableAfterFailures', {
      nullable: true,
      description: 'Failed attempts in a row that disable it; null: none do.',
    }),
    health: t.field({
      type: EndpointHealth,
      description: 'How it is doing.',
      select: { state: true },
      resolve: ({ enabled, state }) => ({ status: healthOf(enabled, state), state }),
    }),
    maxAgeSeconds: t.exposeInt('maxAgeSeconds', {
      description: 'A delivery of an event older than this many seconds is EXPIRED instead of sent.',
    }),
    signatureScheme: t.expose('signatureScheme', {
      type: SignatureSchemeType,
      description: 'How requests are signed.',
    }),
    publicKeys: t.stringList({
      description: 'For STANDARD_ED25519: the keys that signatures verify with (`whpk_…`), the newest first.',
      resolve: ({ id }, _args, { domain }) => domain.endpointSecrets.publicKeys(id),
    }),
    enabled: t.exposeBoolean('enabled', { description: 'Deliveries to a disabled endpoint are held.' }),
    disabledReason: t.exposeString('disabledReason', {
      nullable: true,
      description: 'Why it is disabled; null when it is enabled.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was last changed.' }),
    deletedAt: t.expose('deletedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was deleted; its past deliveries still name it.',
    }),
  }),
})

function healthOf(enabled: boolean, state: StoredHealth | null): Health['status'] {
  if (!enabled) return 'DISABLED'
  return (state?.consecutiveFailures ?? 0) > 0 ? 'FAILING' : 'HEALTHY'
}

builder.queryField('webhookEndpoints', (t) =>
  t.prismaConnection(
    {
      type: WebhookEndpoint,
      cursor: 'id',
      description: 'Endpoints of the organization, the newest first. Needs `webhooks: read`.',
      authScopes: { can: 'webhooks:read' },
      resolve(query, _root, args, context) {
        checkPage(args)
        return context.domain.endpoints.list(viewerOf(context), query)
      },
    },
    { name: 'WebhookEndpointConnection', description: 'A page of endpoints.' },
    { name: 'WebhookEndpointEdge', description: 'An endpoint and its cursor.' },
  ),
)
