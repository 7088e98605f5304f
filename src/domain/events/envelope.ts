import { eachMember, skipValue } from '../../lib/json-scan.ts'

/** Maximum bytes of an event's body. */
export const EVENT_BYTES = 256 * 1024

/** The parts of an event that its publisher wrote, as JSON texts. */
export interface EventTexts {
  data: string
  /** State before the change; `null` when the publisher sent none. */
  previous: string
  metadata: string
}

/** The body of a webhook, with its fields in the order in which they are written. */
export interface Envelope extends EventTexts {
  id: string
  type: string
  /** Time of the publish, ISO 8601 in UTC. */
  timestamp: string
  organizationId: string
}

/** Fields of an event that a predicate of an endpoint may read: those of the body, and its channels. */
export const ENVELOPE_FIELDS = [
  ...['id', 'type', 'timestamp', 'organizationId'],
  ...['data', 'previous', 'metadata', 'channels'],
]

/** Encodes the exact bytes that are stored, signed and sent on every attempt. */
export function encodeEnvelope({ data, previous, metadata, ...envelope }: Envelope): Buffer<ArrayBuffer> {
  const { id, type, timestamp, organizationId } = envelope
  const head = JSON.stringify({ id, type, timestamp, organizationId })
  return Buffer.from(`${head.slice(0, -1)},"data":${data},"previous":${previous},"metadata":${metadata}}`)
}

/** The text of one part of a body, as its publisher wrote it. */
export function readPart(body: Uint8Array, part: keyof EventTexts): string {
  const text = Buffer.from(body).toString('utf8')
  let found = 'null'
  eachMember(text, 0, (name, start) => {
    const end = skipValue(text, start)
    if (name === part) found = text.slice(start, end)
    return end
  })
  return found
}
