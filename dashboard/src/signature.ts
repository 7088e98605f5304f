/** A request as it was signed. */
export interface SignedRequest {
  headers: readonly { name: string; value: string }[]
  /** The exact bytes. They are never read as JSON. */
  body: Uint8Array<ArrayBuffer>
}

/** Keys to check with: the secret of an HMAC scheme, or public keys of ed25519. */
interface VerifyKeys {
  secret?: string
  publicKeys?: readonly string[]
}

export type Fault = 'NO_SIGNATURE' | 'NO_SECRET' | 'BAD_SECRET' | 'BAD_PUBLIC_KEY' | 'MISMATCH' | 'NO_CRYPTO'

/** Result of a check: the scheme of a valid signature, or the reason why there is none. */
export type Verdict = { scheme: keyof typeof SCHEMES } | { fault: Fault }

const HMAC = { name: 'HMAC', hash: 'SHA-256' }
/** The schemes, by the beginning of a signature. */
const SCHEMES = { STANDARD: 'v1,', STANDARD_ED25519: 'v1a,', BODY_HEX: 'sha256=', TIMESTAMPED_HEX: '' }

/** Checks the signature of a request with WebCrypto, which browsers have over https and on localhost only. */
export async function verifySignature(request: SignedRequest, keys: VerifyKeys): Promise<Verdict> {
  if (globalThis.crypto?.subtle === undefined) return { fault: 'NO_CRYPTO' }
  const headers = new Map(request.headers.map(({ name, value }) => [name.toLowerCase(), value]))
  const [standard, hex] = [headers.get('webhook-signature'), headers.get('x-webhook-signature')]
  if (standard !== undefined) return checkStandard(headers, standard.split(' '), request.body, keys)
  return hex === undefined ? { fault: 'NO_SIGNATURE' } : checkHex(headers, hex.split(','), request.body, keys)
}

type Headers = ReadonlyMap<string, string>

/** `id.timestamp.body`, signed by HMAC (v1) or ed25519 (v1a). */
async function checkStandard(headers: Headers, signatures: string[], body: SignedRequest['body'], keys: VerifyKeys) {
  const signed = concat(`${headers.get('webhook-id')}.${headers.get('webhook-timestamp')}.`, body)
  const of = (prefix: string) =>
    signatures.flatMap((text) => (text.startsWith(prefix) ? (fromBase64(text.slice(prefix.length)) ?? []) : []))
  const [hmacs, curves] = [of(SCHEMES.STANDARD), of(SCHEMES.STANDARD_ED25519)]
  if (curves.length > 0) return checkEd25519(curves, signed, keys.publicKeys ?? [])
  if (!keys.secret) return { fault: 'NO_SECRET' } as const
  const bytes = keys.secret.startsWith('whsec_') ? fromBase64(keys.secret.slice('whsec_'.length)) : undefined
  if (bytes === undefined) return { fault: 'BAD_SECRET' } as const
  return checkHmac('STANDARD', hmacs, signed, bytes)
}

/** Schemes in hexadecimal, keyed with the text of the secret: over the body, or over `timestamp.id.body`. */
async function checkHex(headers: Headers, signatures: string[], body: SignedRequest['body'], { secret }: VerifyKeys) {
  if (!secret) return { fault: 'NO_SECRET' } as const
  const timestamp = headers.get('x-webhook-timestamp')
  const scheme = timestamp === undefined ? 'BODY_HEX' : 'TIMESTAMPED_HEX'
  const signed = timestamp === undefined ? body : concat(`${timestamp}.${headers.get('x-webhook-event-id')}.`, body)
  const found = signatures.map((text) => fromHex(text.slice(SCHEMES[scheme].length)))
  return checkHmac(scheme, found, signed, new TextEncoder().encode(secret))
}

async function checkHmac(
  scheme: keyof typeof SCHEMES,
  signatures: Bytes[],
  signed: Bytes,
  secret: Bytes,
): Promise<Verdict> {
  if (secret.length === 0) return { fault: 'BAD_SECRET' }
  const key = await crypto.subtle.importKey('raw', secret, HMAC, false, ['verify'])
  for (const signature of signatures) if (await crypto.subtle.verify(HMAC, key, signature, signed)) return { scheme }
  return { fault: 'MISMATCH' }
}

async function checkEd25519(signatures: Bytes[], signed: Bytes, publicKeys: readonly string[]): Promise<Verdict> {
  for (const publicKey of publicKeys) {
    const bytes = publicKey.startsWith('whpk_') ? fromBase64(publicKey.slice('whpk_'.length)) : undefined
    if (bytes === undefined) return { fault: 'BAD_PUBLIC_KEY' }
    const key = await crypto.subtle.importKey('raw', bytes, 'Ed25519', false, ['verify']).catch(() => undefined)
    // Browsers before 2025 have no ed25519.
    if (key === undefined) return { fault: 'NO_CRYPTO' }
    for (const signature of signatures)
      if (await crypto.subtle.verify('Ed25519', key, signature, signed)) return { scheme: 'STANDARD_ED25519' }
  }
  return { fault: publicKeys.length === 0 ? 'NO_SECRET' : 'MISMATCH' }
}

type Bytes = Uint8Array<ArrayBuffer>

export const toBytes = (text: string): Bytes => new TextEncoder().encode(text)

/** The bytes of a base64 text; undefined when it is none. */
export function fromBase64(text: string): Bytes | undefined {
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
  } catch {
    return undefined
  }
}

const fromHex = (text: string): Bytes =>
  Uint8Array.from(text.match(/[\da-f]{2}/gi) ?? [], (pair) => Number.parseInt(pair, 16))

function concat(beginning: string, body: Bytes): Bytes {
  const head = toBytes(beginning)
  const all = new Uint8Array(head.length + body.length)
  all.set(head)
  all.set(body, head.length)
  return all
}
