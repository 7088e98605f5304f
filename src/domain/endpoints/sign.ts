import { createHmac, createSecretKey, type KeyObject, sign as signBytes } from 'node:crypto'
import type { SignatureScheme } from '../../database/generated/enums.ts'
import { ed25519PrivateKey, hmacKey } from './signing-secrets.ts'

/**
 * The signed parts of a request. Body and event id stay the same on every attempt; the timestamp is that of the
 * attempt.
 */
export interface Signable {
  eventId: string
  body: Uint8Array
  /** Unix time in seconds. */
  timestamp: number
}

/** Returns the signature headers of a request. */
export type Sign = (message: Signable) => Record<string, string>

/**
 * Creates a signer for the secrets of an endpoint, newest first. During a rotation every secret signs, so that a
 * receiver may switch at any moment of the overlap: Standard Webhooks separates signatures by a space, the other
 * schemes by a comma.
 */
export function createSign(scheme: SignatureScheme, secrets: readonly string[]): Sign {
  switch (scheme) {
    // https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
    case 'STANDARD': {
      const keys = secrets.map(hmacKey)
      const signature = (message: Signable) =>
        keys.map((key) => `v1,${createHmac('sha256', key).update(signedText(message)).digest('base64')}`)
      return (message) => standardHeaders(message, signature(message))
    }
    case 'STANDARD_ED25519': {
      const keys = secrets.map(ed25519PrivateKey)
      const signature = (message: Signable) =>
        keys.map((key) => `v1a,${signBytes(null, signedText(message), key).toString('base64')}`)
      return (message) => standardHeaders(message, signature(message))
    }
    case 'BODY_HEX': {
      const keys = secrets.map((secret) => createSecretKey(secret, 'utf8'))
      return ({ eventId, body }) => ({
        'x-webhook-event-id': eventId,
        'x-webhook-signature': keys.map((key) => `sha256=${hexHmac(key, body)}`).join(','),
      })
    }
    case 'TIMESTAMPED_HEX': {
      const keys = secrets.map((secret) => createSecretKey(secret, 'utf8'))
      return ({ eventId, body, timestamp }) => {
        const text = Buffer.concat([Buffer.from(`${timestamp}.${eventId}.`), body])
        return {
          'x-webhook-timestamp': String(timestamp),
          'x-webhook-event-id': eventId,
          'x-webhook-signature': keys.map((key) => hexHmac(key, text)).join(','),
        }
      }
    }
  }
}

function standardHeaders({ eventId, timestamp }: Signable, signatures: string[]): Record<string, string> {
  return {
    'webhook-id': eventId,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatures.join(' '),
  }
}

/** `id.timestamp.body` over the exact bytes. */
function signedText({ eventId, timestamp, body }: Signable): Buffer {
  return Buffer.concat([Buffer.from(`${eventId}.${timestamp}.`), body])
}

/** The hex schemes key the HMAC with the text of the secret, so that receivers need no decoding. */
function hexHmac(key: KeyObject, text: Uint8Array): string {
  return createHmac('sha256', key).update(text).digest('hex')
}
