import { z } from 'zod'
import { EndpointKind, SignatureScheme } from '../../database/generated/enums.ts'
import { EVENT_TYPE_LENGTH, EVENT_TYPE_PATTERN } from '../event-types/patterns.ts'
import { externalIdInput } from '../organizations/external-id.ts'
import { predicateInput } from './predicate-input.ts'
import { retryPolicyInput } from './retry-policy.ts'
import { hmacSecretViolation } from './signing-secrets.ts'
import { channelsInput, ENDPOINT_CHANNELS } from './subscription-filter.ts'

const DAY = 24 * 60 * 60

/** Headers that Signalbox sets itself, and headers that control the connection. */
const RESERVED_HEADERS =
  /^(host|content-length|content-type|transfer-encoding|connection|keep-alive|upgrade|te|trailer|expect|user-agent|proxy-.*|webhook-.*|x-webhook-.*)$/i

const headerInput = z.object({
  name: z
    .string()
    .max(128)
    .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'is no HTTP header name')
    .refine((name) => !RESERVED_HEADERS.test(name), 'is set by Signalbox'),
  // RFC 9110 section 5.5: visible characters, spaces and tabs.
  value: z
    .string()
    .max(4_096)
    .regex(/^[\t\x20-\x7e]*$/, 'must have printable ASCII characters only'),
})

/** Custom headers, in which each name stands once (RFC 9110 section 5.1: names ignore case). */
const headersInput = z
  .array(headerInput)
  .max(20)
  .transform((headers, context) => {
    const names = headers.map(({ name }) => name.toLowerCase())
    for (const [n, name] of names.entries())
      if (names.indexOf(name) < n)
        context.addIssue({ code: 'custom', path: [n, 'name'], message: `must not repeat ${name}` })
    return Object.fromEntries(headers.map(({ name, value }) => [name, value]))
  })

export const eventTypesInput = z
  .array(
    z
      .string()
      .max(EVENT_TYPE_LENGTH)
      .regex(EVENT_TYPE_PATTERN, 'must be a type such as "invoice.paid", a prefix such as "invoice.*", or "*"'),
  )
  .min(1)
  .max(200)

const fields = {
  url: z.string(),
  externalId: externalIdInput.nullable(),
  description: z.string().max(500),
  eventTypes: eventTypesInput,
  channels: channelsInput(ENDPOINT_CHANNELS),
  predicate: predicateInput,
  headers: headersInput,
  timeoutSeconds: z.int().min(1).max(60),
  retryPolicy: retryPolicyInput,
  rateLimit: z.int().min(1).max(10_000),
  maxConcurrency: z.int().min(1).max(1_000),
  disableAfterFailures: z.int().min(1).max(1_000),
  maxAgeSeconds: z
    .int()
    .min(60)
    .max(90 * DAY),
}

const createFields = z.object({
  kind: z
    .enum(EndpointKind)
    .nullish()
    .transform((kind) => kind ?? EndpointKind.HTTP),
  url: fields.url.nullish().transform((url) => url ?? null),
  externalId: fields.externalId.default(null),
  description: fields.description.nullish().transform((text) => text ?? ''),
  eventTypes: fields.eventTypes,
  channels: fields.channels.nullish().transform((channels) => channels ?? []),
  predicate: fields.predicate.nullish().transform((predicate) => predicate ?? null),
  headers: fields.headers.nullish().transform((headers) => headers ?? {}),
  timeoutSeconds: fields.timeoutSeconds.nullish().transform((seconds) => seconds ?? 30),
  retryPolicy: fields.retryPolicy.nullish().transform((policy) => policy ?? retryPolicyInput.parse({})),
  rateLimit: fields.rateLimit.nullish().transform((limit) => limit ?? null),
  maxConcurrency: fields.maxConcurrency.nullish(),
  // Null is a valid value: failures then never disable the endpoint.
  disableAfterFailures: fields.disableAfterFailures.nullable().optional().default(10),
  maxAgeSeconds: fields.maxAgeSeconds.nullish().transform((seconds) => seconds ?? 7 * DAY),
  signatureScheme: z
    .enum(SignatureScheme)
    .nullish()
    .transform((scheme) => scheme ?? SignatureScheme.STANDARD),
  secret: z.string().nullish(),
  ephemeral: z
    .boolean()
    .nullish()
    .transform((ephemeral) => ephemeral ?? false),
  enabled: z
    .boolean()
    .nullish()
    .transform((enabled) => enabled ?? true),
})

/** Maximum requests in flight, or leased deliveries of a stream, where the input sets none. */
const CONCURRENCY_DEFAULTS = { HTTP: 64, STREAM: 1_000 } as const

export const endpointCreateInput = createFields
  .superRefine((input, context) => {
    for (const [name, message] of Object.entries(kindViolations(input.kind, input)))
      context.addIssue({ code: 'custom', path: [name], message })
    if (input.kind === 'HTTP' && input.url === null)
      context.addIssue({ code: 'custom', path: ['url'], message: 'is required for an endpoint of the kind HTTP' })
    if (input.kind === 'HTTP' && input.ephemeral)
      context.addIssue({ code: 'custom', path: ['ephemeral'], message: 'is only for endpoints of the kind STREAM' })
    const { secret, signatureScheme } = input
    if (secret == null) return
    const message =
      signatureScheme === SignatureScheme.STANDARD_ED25519
        ? 'must be absent for STANDARD_ED25519, whose pair of keys Signalbox creates'
        : hmacSecretViolation(secret)
    if (message !== undefined) context.addIssue({ code: 'custom', path: ['secret'], message })
  })
  .transform((input) => ({ ...input, maxConcurrency: input.maxConcurrency ?? CONCURRENCY_DEFAULTS[input.kind] }))

/** Settings that an endpoint of the kind must not have, each with the reason. */
export function kindViolations(
  kind: EndpointKind,
  { url, rateLimit }: { url?: string | null; rateLimit?: number | null },
): Record<string, string> {
  if (kind === 'HTTP') return {}
  return {
    ...(url != null && { url: 'must be absent for a STREAM endpoint, to which listeners connect' }),
    ...(rateLimit != null && {
      rateLimit: 'must be absent for a STREAM endpoint, which its listeners bound by `capacity`',
    }),
  }
}

/** Absent fields keep their value. Null removes the external id, the predicate and the two limits that may be absent. */
export const endpointUpdateInput = z
  .object({
    ...fields,
    predicate: fields.predicate.nullable(),
    rateLimit: fields.rateLimit.nullable(),
    disableAfterFailures: fields.disableAfterFailures.nullable(),
  })
  .partial()

export type WebhookEndpointCreate = z.input<typeof endpointCreateInput>
export type WebhookEndpointUpdate = z.input<typeof endpointUpdateInput>
