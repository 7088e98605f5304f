/** The largest body of one event. */
export const EVENT_BYTES = 256 * 1024

/** What a receiver gets as the body, in this order (W4). */
export interface Envelope {
  id: string
  type: string
  /** When the event was published, ISO 8601 in UTC. */
  timestamp: string
  organizationId: string
  data: unknown
  /** State before the change that the event is about; null when the publisher gave none. */
  previous: unknown
  metadata: unknown
}

/** The exact bytes that are stored, signed and sent on every attempt. */
export function encodeEnvelope(envelope: Envelope): Buffer<ArrayBuffer> {
  const { id, type, timestamp, organizationId, data, previous, metadata } = envelope
  return Buffer.from(JSON.stringify({ id, type, timestamp, organizationId, data, previous, metadata }))
}

export function decodeEnvelope(body: Uint8Array): Envelope {
  return JSON.parse(Buffer.from(body).toString('utf8'))
}
