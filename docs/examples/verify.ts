// Verifies a Signalbox webhook in every signature scheme, with nothing but Node's own crypto. Copy what you need.
// With the default scheme you can also use the `standardwebhooks` library as it is.
import { createHmac, createPublicKey, timingSafeEqual, verify as verifyBytes } from 'node:crypto'

/** Reject a message whose timestamp is further off than this: someone may be replaying an old one. */
const TOLERANCE_SECONDS = 300

export class Refused extends Error {
  readonly reason: 'malformed' | 'stale' | 'future' | 'signature'

  constructor(reason: 'malformed' | 'stale' | 'future' | 'signature') {
    super(`Webhook refused: ${reason}`)
    this.reason = reason
  }
}

/**
 * @param body the raw bytes of the request, before any JSON parser touched them
 * @param headers with names in lower case
 * @param key the `whsec_…` secret, or the `whpk_…` public key for STANDARD_ED25519
 * @param now unix seconds
 */
export function verifyWebhook(
  scheme: 'STANDARD' | 'STANDARD_ED25519' | 'BODY_HEX' | 'TIMESTAMPED_HEX',
  body: Uint8Array,
  headers: Record<string, string | undefined>,
  key: string,
  now = Math.floor(Date.now() / 1000),
): void {
  const isStandard = scheme === 'STANDARD' || scheme === 'STANDARD_ED25519'
  const id = headers[isStandard ? 'webhook-id' : 'x-webhook-event-id']
  const timestamp = headers[isStandard ? 'webhook-timestamp' : 'x-webhook-timestamp']
  const signatures = headers[isStandard ? 'webhook-signature' : 'x-webhook-signature']
  if (!isText(id) || !isText(signatures)) throw new Refused('malformed')
  if (scheme !== 'BODY_HEX') {
    if (!isText(timestamp) || !/^[0-9]{1,15}$/.test(timestamp)) throw new Refused('malformed')
    if (now - Number(timestamp) > TOLERANCE_SECONDS) throw new Refused('stale')
    if (Number(timestamp) - now > TOLERANCE_SECONDS) throw new Refused('future')
  }

  // During a rotation there are several signatures; one that matches is enough.
  const candidates = signatures.split(isStandard ? ' ' : ',')
  const standardText = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body])
  if (scheme === 'STANDARD_ED25519') {
    const point = Buffer.from(key.replace(/^whpk_/, ''), 'base64')
    const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), point])
    const publicKey = createPublicKey({ key: der, format: 'der', type: 'spki' })
    const matches = (candidate: string) =>
      candidate.startsWith('v1a,') &&
      verifyBytes(null, standardText, publicKey, Buffer.from(candidate.slice(4), 'base64'))
    if (!candidates.some(matches)) throw new Refused('signature')
    return
  }
  const expected = {
    // Standard Webhooks: the key is what stands behind `whsec_`, decoded.
    STANDARD: () =>
      `v1,${createHmac('sha256', Buffer.from(key.slice('whsec_'.length), 'base64'))
        .update(standardText)
        .digest('base64')}`,
    // The others: the key is the whole secret as it is written.
    BODY_HEX: () => `sha256=${createHmac('sha256', key).update(body).digest('hex')}`,
    TIMESTAMPED_HEX: () =>
      createHmac('sha256', key)
        .update(Buffer.concat([Buffer.from(`${timestamp}.${id}.`), body]))
        .digest('hex'),
  }[scheme]()
  const wanted = Buffer.from(expected)
  const equals = (candidate: string) => {
    // Bytes, because a letter beyond ASCII has several and timingSafeEqual throws for other lengths.
    const bytes = Buffer.from(candidate)
    return bytes.length === wanted.length && timingSafeEqual(bytes, wanted)
  }
  if (!candidates.some(equals)) throw new Refused('signature')
}

/** A proxy or framework may hand a repeated header on as a list. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
