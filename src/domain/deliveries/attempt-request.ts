/** Shown in place of the value of a custom header, which is often a credential. */
export const HIDDEN = '[hidden]'

/** Headers of every request, besides its signature, its custom headers and those of the connection. */
export const FIXED_HEADERS = { 'user-agent': 'Signalbox/1', 'content-type': 'application/json' } as const

/** The parts of a sent request that its attempt keeps: those that the delivery and FIXED_HEADERS do not tell. */
export interface RecordedRequest {
  /** URL without the values of its query. */
  url: string
  /** Number of bytes of the body. */
  byteCount: number
  /** Names of the custom headers. Their values are not kept. */
  customHeaders: readonly string[]
  /** Headers of the signature: they prove one body at one time and are no secret. */
  signatureHeaders: Record<string, string>
}

/** A sent request as its organization sees it. */
export interface AttemptRequest {
  url: string
  byteCount: number
  headers: { name: string; value: string }[]
}

/** The sent request of an attempt, without secrets; null for an attempt that kept none. */
export function showRequest(stored: unknown): AttemptRequest | null {
  if (stored === null) return null
  const { url, byteCount, customHeaders, signatureHeaders } = stored as RecordedRequest
  const headers = [
    ['host', new URL(url).host],
    ...Object.entries(FIXED_HEADERS),
    ...customHeaders.map((name) => [name, HIDDEN]),
    ...Object.entries(signatureHeaders),
    ['content-length', String(byteCount)],
  ] as [string, string][]
  return { url, byteCount, headers: headers.map(([name, value]) => ({ name, value })) }
}
