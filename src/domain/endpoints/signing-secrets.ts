import {
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import type { SignatureScheme } from '../../database/generated/enums.ts'

const HMAC_PREFIX = 'whsec_'
const ED25519_PREFIX = 'whsk_'
const PUBLIC_PREFIX = 'whpk_'
const HMAC_BYTES = 32
/** Bytes of an HMAC secret, as Standard Webhooks bounds them. */
const [HMAC_BYTES_AT_LEAST, HMAC_BYTES_AT_MOST] = [24, 64]
/** DER prefix of the 32 bytes of an ed25519 private or public key (RFC 8410). */
const PRIVATE_DER = Buffer.from('302e020100300506032b657004220420', 'hex')
const PUBLIC_DER = Buffer.from('302a300506032b6570032100', 'hex')

/** A signing secret in the format of Standard Webhooks. `publicKey` is null for HMAC schemes. */
export interface SigningSecret {
  secret: string
  publicKey: string | null
}

/**
 * Creates `whsec_` with 32 random bytes for HMAC schemes, or the pair `whsk_` (seed and public key) and `whpk_` for
 * ed25519.
 */
export function createSigningSecret(scheme: SignatureScheme): SigningSecret {
  if (scheme !== 'STANDARD_ED25519')
    return { secret: HMAC_PREFIX + randomBytes(HMAC_BYTES).toString('base64'), publicKey: null }
  const pair = generateKeyPairSync('ed25519')
  const seed = pair.privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(PRIVATE_DER.length)
  const point = pair.publicKey.export({ format: 'der', type: 'spki' }).subarray(PUBLIC_DER.length)
  return {
    secret: ED25519_PREFIX + Buffer.concat([seed, point]).toString('base64'),
    publicKey: PUBLIC_PREFIX + point.toString('base64'),
  }
}

/** The fault of an HMAC secret that was made elsewhere, without a part of the secret; undefined for a usable one. */
export function hmacSecretViolation(secret: string): string | undefined {
  const text = secret.slice(HMAC_PREFIX.length)
  const bytes = Buffer.from(text, 'base64')
  // Decoding skips other characters without notice, so the bytes are encoded again.
  if (!secret.startsWith(HMAC_PREFIX) || bytes.toString('base64') !== text)
    return `must be "${HMAC_PREFIX}" followed by base64 with its padding`
  if (bytes.length < HMAC_BYTES_AT_LEAST || bytes.length > HMAC_BYTES_AT_MOST)
    return `must have ${HMAC_BYTES_AT_LEAST} to ${HMAC_BYTES_AT_MOST} bytes after "${HMAC_PREFIX}"; it has ${bytes.length}`
  return undefined
}

/** Key of the HMAC: the decoded bytes after `whsec_`. A key object costs a fifth of a raw buffer per signature. */
export function hmacKey(secret: string): KeyObject {
  return createSecretKey(secret.slice(HMAC_PREFIX.length), 'base64')
}

export function ed25519PrivateKey(secret: string): KeyObject {
  const seed = Buffer.from(secret.slice(ED25519_PREFIX.length), 'base64').subarray(0, 32)
  return createPrivateKey({ key: Buffer.concat([PRIVATE_DER, seed]), format: 'der', type: 'pkcs8' })
}

/** Key object of a published `whpk_…`, for receivers and tests. */
export function ed25519PublicKey(publicKey: string): KeyObject {
  const point = Buffer.from(publicKey.slice(PUBLIC_PREFIX.length), 'base64')
  return createPublicKey({ key: Buffer.concat([PUBLIC_DER, point]), format: 'der', type: 'spki' })
}
