import type { LeasedDelivery, Result } from './api.ts'

/** First bytes of a response body that are reported. */
const KEPT_BYTES = 10 * 1024
/** Maximum bytes of a response body. */
const RESPONSE_BYTES = 1024 * 1024
/** Maximum headers of a response that are reported, and the characters of their names and values together. */
const HEADERS = 100
const HEADER_CHARACTERS = 16 * 1024
/** Timeout of one request, as of endpoints by default. */
const TIMEOUT_MS = 30_000
/** Headers that belong to a connection, which `fetch` writes itself. */
const CONNECTION_HEADERS = /^(connection|content-length|expect|host|keep-alive|te|transfer-encoding|upgrade)$/i

/** Codes of Node and undici by the code of the API. */
const CODES: [code: string, pattern: RegExp][] = [
  ['CONNECTION_REFUSED', /^ECONNREFUSED$/],
  ['CONNECTION_RESET', /^(ECONNRESET|EPIPE|UND_ERR_SOCKET)$/],
  ['DNS_FAILED', /^(ENOTFOUND|EAI_AGAIN)$/],
  ['RESPONSE_INVALID', /^(HPE_|HTTPParserError)/],
  ['RESPONSE_TOO_LARGE', /^(UND_ERR_HEADERS_OVERFLOW|RESPONSE_TOO_LARGE)$/],
  ['TIMEOUT', /^(ETIMEDOUT|UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT)$/],
  ['UNREACHABLE', /^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/],
  ['TLS_CERTIFICATE', /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_)/],
  ['TLS_FAILED', /^(EPROTO|ERR_SSL_|ERR_TLS_)/],
]

/** Sends a delivery to its target: the signed bytes, with the headers of the request. The result never rejects. */
export async function forward(delivery: LeasedDelivery, target: string): Promise<Result> {
  const started = performance.now()
  const durationMs = () => Math.round(performance.now() - started)
  const headers = delivery.headers.filter(({ name }) => !CONNECTION_HEADERS.test(name))
  try {
    const response = await fetch(target, {
      method: 'POST',
      redirect: 'manual',
      headers: headers.map(({ name, value }): [string, string] => [name, value]),
      body: Buffer.from(delivery.bodyBase64, 'base64'),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    const body = await readBody(response)
    if (response.status < 200 || response.status > 599)
      return { durationMs: durationMs(), errorCode: 'RESPONSE_INVALID' }
    return { statusCode: response.status, headers: cutHeaders(response.headers), body, durationMs: durationMs() }
  } catch (error) {
    return { durationMs: durationMs(), errorCode: errorCodeOf(error) }
  }
}

/** The first 10 KiB as text. The rest is read, so that the exchange ends as it does in production. */
async function readBody(response: Response): Promise<string> {
  const kept: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    if (length < KEPT_BYTES) kept.push(chunk)
    length += chunk.length
    if (length > RESPONSE_BYTES) throw Object.assign(new Error('Response too large'), { code: 'RESPONSE_TOO_LARGE' })
  }
  return Buffer.concat(kept).subarray(0, KEPT_BYTES).toString()
}

/** The first headers that fit the bounds of the API. */
function cutHeaders(headers: Headers): { name: string; value: string }[] {
  let room = HEADER_CHARACTERS
  const kept: { name: string; value: string }[] = []
  for (const [name, value] of headers) {
    if (kept.length === HEADERS || name.length + value.length > room) continue
    room -= name.length + value.length
    kept.push({ name, value })
  }
  return kept
}

/** Code of the API for an error of `fetch`: its cause holds the code of Node. */
export function errorCodeOf(error: unknown): string {
  const { name, code, cause } = error as Error & { code?: string; cause?: { code?: string; name?: string } }
  if (name === 'TimeoutError') return 'TIMEOUT'
  const reason = String(cause?.code ?? code ?? cause?.name ?? '')
  return CODES.find(([, pattern]) => pattern.test(reason))?.[0] ?? 'CONNECTION_FAILED'
}
