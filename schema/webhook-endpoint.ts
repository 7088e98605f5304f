import type { EndpointHealth as StoredHealth } from '../src/database/generated/client.ts'
import { EndpointKind, SignatureScheme } from '../src/database/generated/enums.ts'
import type { SecretState } from '../src/domain/endpoints/endpoint-secrets.ts'
import { RETRY_PRESETS } from '../src/domain/endpoints/retry-policy.ts'
import { JsonText } from '../src/lib/json-text.ts'
import { builder, Node, ownedById, requireViewer } from './builder.ts'

export const EndpointKindType = builder.enumType('EndpointKind', {
  description: 'How the deliveries of an endpoint reach their receiver.',
  values: {
    [EndpointKind.HTTP]: { description: 'Signalbox sends a request to the URL of the endpoint, the default.' },
    [EndpointKind.STREAM]: {
      description:
        'Listeners lease deliveries with `deliveryStream` or `deliveryStreamClaim` and acknowledge them with `deliveryStreamAcknowledge`, so that a receiver needs no public address.',
    },
  } as const,
})

export const SignatureSchemeType = builder.enumType('SignatureScheme', {
  description: 'Signature scheme of the requests to an endpoint, which the delivery contract describes.',
  values: {
    [SignatureScheme.STANDARD]: { description: 'Standard Webhooks with HMAC-SHA256 (v1), the default.' },
    [SignatureScheme.STANDARD_ED25519]: { description: 'Standard Webhooks with ed25519 (v1a).' },
    [SignatureScheme.BODY_HEX]: { description: 'HMAC-SHA256 of the body, as `X-Webhook-Signature: sha256=<hex>`.' },
    [SignatureScheme.TIMESTAMPED_HEX]: {
      description: 'HMAC-SHA256 of `{timestamp}.{event id}.{body}`, as `X-Webhook-Signature: <hex>`.',
    },
  } as const,
})

const RetryPreset = builder.enumType('RetryPreset', {
  description: 'Preset of a retry policy.',
  values: Object.fromEntries(
    Object.entries(RETRY_PRESETS).map(([name, { maxAttempts, backoffSeconds }]) => [
      name,
      { description: `${maxAttempts} attempts, with backoffs of ${backoffSeconds.join(', ')} seconds.` },
    ]),
  ) as Record<keyof typeof RETRY_PRESETS, { description: string }>,
})

const RetryPolicyType = builder.objectRef<{ maxAttempts: number; backoffSeconds: number[] }>('RetryPolicy').implement({
  description: 'Number and times of the attempts of a delivery.',
  fields: (t) => ({
    maxAttempts: t.exposeInt('maxAttempts', { description: 'Number of attempts in total, the first included.' }),
    backoffSeconds: t.exposeIntList('backoffSeconds', {
      description:
        'Seconds before the second attempt, the third, and so on; the last entry repeats. Signalbox adds up to 10% jitter, and waits longer when `Retry-After` says so.',
    }),
  }),
})

export const RetryPolicyInput = builder.inputType('RetryPolicyInput', {
  description: 'A retry policy: a preset, or a custom schedule. Default: the preset DEFAULT.',
  fields: (t) => ({
    preset: t.field({ type: RetryPreset, description: 'Preset of the retry policy; excludes the other fields.' }),
    maxAttempts: t.int({
      description: 'Number of attempts in total, 1 to 50. Default: one more than `backoffSeconds` has entries.',
    }),
    backoffSeconds: t.intList({
      description:
        'Seconds before the second attempt, the third, and so on: 1 to 50 entries of 1 to 604,800 (7 days); the last entry repeats. Default: 60, 300, 900.',
    }),
  }),
})

const EndpointHealthStatus = builder.enumType('EndpointHealthStatus', {
  description: 'Health of an endpoint.',
  values: {
    HEALTHY: { description: 'The last attempt succeeded, or no attempt was made.' },
    FAILING: { description: 'The last attempt failed.' },
    DISABLED: { description: 'The endpoint is disabled; `disabledReason` gives the reason.' },
  } as const,
})

interface Health {
  status: 'HEALTHY' | 'FAILING' | 'DISABLED'
  state: StoredHealth | null
}

const EndpointHealth = builder.objectRef<Health>('EndpointHealth').implement({
  description: 'Health of an endpoint, which restarts do not reset.',
  fields: (t) => ({
    status: t.expose('status', {
      type: EndpointHealthStatus,
      description: 'Health in one word: HEALTHY, FAILING or DISABLED.',
    }),
    consecutiveFailures: t.field({
      type: 'Count',
      description: 'Number of failed attempts since the last success or the last enabling of the endpoint.',
      resolve: ({ state }) => state?.consecutiveFailures ?? 0,
    }),
    failingSince: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Time of the first of the consecutive failures; null without one.',
      resolve: ({ state }) => state?.failingSince ?? null,
    }),
    lastFailureAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Time of the last failed attempt, also before a success; null without one.',
      resolve: ({ state }) => state?.lastFailureAt ?? null,
    }),
    lastFailure: t.string({
      nullable: true,
      description: 'Message of the last failed attempt; null without one.',
      resolve: ({ state }) => state?.lastFailure ?? null,
    }),
  }),
})

const SecretType = builder.objectRef<SecretState>('WebhookEndpointSecret').implement({
  description: 'A signing secret in its rotation. The secret itself is shown once, when it is made.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the secret, such as `sec_…`.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Time at which the secret was made.' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Time at which the secret stops signing, set by a rotation; null for the newest secret.',
    }),
    isSigning: t.exposeBoolean('isSigning', {
      description: 'True while requests are signed with the secret: until it expires.',
    }),
    publicKey: t.exposeString('publicKey', {
      nullable: true,
      description: 'Public key (`whpk_…`) that verifies the signatures; null for schemes other than STANDARD_ED25519.',
    }),
  }),
})

export const WebhookEndpoint = builder.prismaObject('WebhookEndpoint', {
  description: 'A webhook endpoint: the receiver of deliveries at one URL, with its settings and health.',
  interfaces: [Node],
  findUnique: ownedById('webhooks:read'),
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the endpoint, such as `whep_…`.' }),
    externalId: t.exposeString('externalId', {
      nullable: true,
      description: "Id of the endpoint in the organization's own system, unique in the organization; null without one.",
    }),
    kind: t.expose('kind', {
      type: EndpointKindType,
      description: 'How deliveries reach the receiver, fixed at the creation.',
    }),
    url: t.expose('url', {
      type: 'URL',
      nullable: true,
      description: 'URL to which requests are sent; null for the kind STREAM.',
    }),
    description: t.exposeString('description', { description: 'Description for people; empty without one.' }),
    eventTypes: t.exposeStringList('eventTypes', {
      description:
        'Subscribed event types: exact names, prefixes such as `invoice.*`, or `*` for every registered type.',
    }),
    channels: t.exposeStringList('channels', {
      description: 'Channels of the wanted events, of which an event needs at least one; empty for all events.',
    }),
    predicate: t.field({
      type: 'JSON',
      nullable: true,
      description:
        'Condition on the envelope of the wanted events, in the form of `EventPredicateInput`, so that it can be edited and sent back; null for all events.',
      resolve: ({ predicate }) => (predicate === null ? null : new JsonText(predicate, undefined)),
    }),
    headerNames: t.exposeStringList('headerNames', {
      description: 'Names of the custom headers. Values are often credentials and cannot be read.',
    }),
    timeoutSeconds: t.exposeInt('timeoutSeconds', {
      description: 'Timeout of one request in seconds, from connecting to the end of the body.',
    }),
    retryPolicy: t.field({
      type: RetryPolicyType,
      description: 'Retry policy of the endpoint.',
      resolve: ({ maxAttempts, backoffSeconds }) => ({ maxAttempts, backoffSeconds }),
    }),
    rateLimit: t.exposeInt('rateLimit', {
      nullable: true,
      description: 'Maximum requests per second over all workers, evenly spaced; null for no rate limit.',
    }),
    maxConcurrency: t.exposeInt('maxConcurrency', {
      description:
        'Maximum requests in flight over all workers; for the kind STREAM, maximum leased deliveries over all listeners.',
    }),
    disableAfterFailures: t.exposeInt('disableAfterFailures', {
      nullable: true,
      description:
        'Number of consecutive failed attempts that disable the endpoint; null for never. A response with status 410 disables the endpoint at once.',
    }),
    health: t.field({
      type: EndpointHealth,
      description: 'Health of the endpoint.',
      select: { state: true },
      resolve: ({ enabled, state }) => ({ status: healthOf(enabled, state), state }),
    }),
    maxAgeSeconds: t.exposeInt('maxAgeSeconds', {
      description: 'Maximum age of an event in seconds, after which its deliveries become EXPIRED.',
    }),
    signatureScheme: t.expose('signatureScheme', {
      type: SignatureSchemeType,
      description: 'Signature scheme of the requests.',
    }),
    secrets: t.field({
      type: [SecretType],
      description:
        'Signing secrets, newest first, at most 3. A rotation adds one; earlier ones sign as well until they expire, and an expired one stays until the next rotation.',
      resolve: ({ id }, _args, context) => context.services.endpointSecrets.list(requireViewer(context), id),
    }),
    publicKeys: t.stringList({
      description:
        'Public keys of the `secrets` that sign now, for receivers, newest first; empty for schemes other than STANDARD_ED25519.',
      resolve: ({ id }, _args, context) => context.services.endpointSecrets.publicKeys(requireViewer(context), id),
    }),
    enabled: t.exposeBoolean('enabled', {
      description: 'False while the endpoint is disabled and its deliveries are held.',
    }),
    disabledReason: t.exposeString('disabledReason', {
      nullable: true,
      description: 'Reason why the endpoint is disabled; null while the endpoint is enabled.',
    }),
    ephemeral: t.exposeBoolean('ephemeral', {
      description: 'True for a STREAM endpoint that is deleted 7 days after its last listener.',
    }),
    lastListenedAt: t.expose('lastListenedAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'Time at which a listener of the STREAM endpoint was last connected, to within an hour; null before the first, and for the kind HTTP.',
    }),
    version: t.exposeInt('version', {
      description:
        'Version, which grows with every change of settings or secrets, and when the endpoint is enabled, disabled or deleted, also when failures disable it. Its health does not raise it.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Time of creation.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'Time of the last change.' }),
    deletedAt: t.expose('deletedAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'Time at which the endpoint was deleted; null for an endpoint that was not deleted. Past deliveries still show deleted endpoints.',
    }),
  }),
})

function healthOf(enabled: boolean, state: StoredHealth | null): Health['status'] {
  if (!enabled) return 'DISABLED'
  return (state?.consecutiveFailures ?? 0) > 0 ? 'FAILING' : 'HEALTHY'
}
