/** Maximum bytes of an event's body. */
export const EVENT_BYTES = 256 * 1024

/** The body of a webhook, with its fields in the order in which they are written. */
export interface Envelope {
  id: string
  type: string
  /** Time of the publish, ISO 8601 in UTC. */
  timestamp: string
  organizationId: string
  data: unknown
  /** State before the change; null when the publisher sent none. */
  previous: unknown
  metadata: unknown
}

/** Encodes the exact bytes that are stored, signed and sent on every attempt. */
export function encodeEnvelope(envelope: Envelope): Buffer<ArrayBuffer> {
  const { id, type, timestamp, organizationId, data, previous, metadata } = envelope
  return Buffer.from(JSON.stringify({ id, type, timestamp, organizationId, data, previous, metadata }))
}

export function decodeEnvelope(body: Uint8Array): Envelope {
  return JSON.parse(Buffer.from(body).toString('utf8'))
}
