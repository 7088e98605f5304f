import { z } from 'zod'
import { type Exchange, type Failure, KEPT_BYTES } from '../deliveries/attempt-outcome.ts'
import { explainStatus } from '../deliveries/status-failure.ts'

/** Maximum results of one acknowledgement. */
export const RESULTS_AT_ONCE = 100
/** Maximum characters of a response body; the first 10 KiB are kept. */
const BODY_CHARACTERS = 64 * 1024
const HEADERS = 100
/** Maximum characters of all headers of a response, as for responses over HTTP. */
const HEADER_CHARACTERS = 16 * 1024
/** Maximum duration of an exchange, in milliseconds. */
const DURATION_MS = 30 * 60_000

const RECEIVER = 'The target of the listener'

/** Error codes that a listener reports when its target gave no complete response, each with the message of the attempt. */
export const LISTENER_FAILURES = {
  CONNECTION_FAILED: `${RECEIVER} could not be reached.`,
  CONNECTION_REFUSED: `${RECEIVER} refused the connection: nothing listens there.`,
  CONNECTION_RESET: `${RECEIVER} closed the connection before it answered.`,
  DNS_FAILED: `${RECEIVER} has a name that was not found: check its DNS records.`,
  RESPONSE_INVALID: `${RECEIVER} did not answer in valid HTTP.`,
  RESPONSE_TOO_LARGE: `${RECEIVER} sent more than the listener takes.`,
  TIMEOUT: `${RECEIVER} did not answer in time.`,
  TLS_CERTIFICATE: `${RECEIVER} has a certificate that the listener does not trust.`,
  TLS_FAILED: `${RECEIVER} does not speak TLS as the listener expects.`,
  UNREACHABLE: `${RECEIVER} has no route from the listener.`,
} as const

export type ListenerErrorCode = keyof typeof LISTENER_FAILURES

const headersInput = z
  .array(z.object({ name: z.string().min(1), value: z.string() }))
  .max(HEADERS)
  .refine(
    (headers) => headers.reduce((sum, { name, value }) => sum + name.length + value.length, 0) <= HEADER_CHARACTERS,
    {
      message: `must have at most ${HEADER_CHARACTERS} characters in all names and values`,
    },
  )

const resultInput = z
  .object({
    id: z.string(),
    version: z.int().min(1),
    statusCode: z.int().min(200).max(599).nullish(),
    headers: headersInput.nullish(),
    body: z.string().max(BODY_CHARACTERS).nullish(),
    durationMs: z.int().min(0).max(DURATION_MS),
    errorCode: z.enum(Object.keys(LISTENER_FAILURES) as ListenerErrorCode[]).nullish(),
  })
  .refine(({ statusCode, errorCode }) => statusCode != null || errorCode != null, {
    path: ['statusCode'],
    message: 'is required without an errorCode',
  })

export const acknowledgeInput = z.object({
  results: z
    .array(resultInput)
    .min(1)
    .max(RESULTS_AT_ONCE)
    .superRefine((results, context) => {
      const ids = results.map(({ id }) => id)
      for (const [n, id] of ids.entries())
        if (ids.indexOf(id) < n)
          context.addIssue({ code: 'custom', path: [n, 'id'], message: 'must not repeat a delivery' })
    }),
})

export type AcknowledgeInput = z.input<typeof acknowledgeInput>
export type ListenerResult = z.output<typeof resultInput>

/** The exchange between a listener and its target, with the reason of its failure; undefined when the target accepted. */
export function exchangeOf(result: ListenerResult): {
  exchange: Exchange
  receiver: string
  failure: Failure | undefined
} {
  const { statusCode = null, headers, body, durationMs, errorCode } = result
  const exchange = {
    statusCode,
    headers: headers == null ? null : flatten(headers),
    // A cut character becomes a replacement character when it is shown, as in responses over HTTP.
    body: body == null ? null : Buffer.from(body).subarray(0, KEPT_BYTES),
    error: null,
    durationMicroseconds: durationMs * 1000,
  }
  const failure =
    errorCode == null
      ? explainStatus(statusCode ?? 0, RECEIVER, 'listener')
      : { code: errorCode, message: LISTENER_FAILURES[errorCode] }
  return { exchange, receiver: RECEIVER, failure }
}

/** Headers by their names in lower case; values of one name are joined by a comma. */
function flatten(headers: readonly { name: string; value: string }[]): Record<string, string> {
  const flat = new Map<string, string>()
  for (const { name, value } of headers) {
    const before = flat.get(name.toLowerCase())
    flat.set(name.toLowerCase(), before === undefined ? value : `${before}, ${value}`)
  }
  return Object.fromEntries(flat)
}
