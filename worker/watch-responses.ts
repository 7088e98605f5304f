import type { Socket } from 'node:net'

/**
 * Maximum bytes that a connection carries for one response: heads, chunk framing and body. A body of 64 KiB in chunks
 * of one byte takes 384 KiB.
 */
export const CONNECTION_BYTES = 512 * 1024

/** A part of the response is past its bound, and the connection was closed. */
export class ResponseTooLargeError extends Error {
  readonly code = 'RESPONSE_TOO_LARGE'
}

/** Facts about a failed connection that undici's error does not carry. */
export interface Evidence {
  /** Status of the newest response that began on the connection. */
  statusCode: number | null
  /** Code of the first error of the socket, such as a TLS alert, which undici replaces by an error of its own. */
  firstCode: string | undefined
}

const collected = new WeakMap<Error, Evidence>()

/** Length of `HTTP/1.1 200`. */
const STATUS_END = 12
const H = 72

/**
 * Collects the evidence of a connection, and closes the connection when one response takes more than CONNECTION_BYTES:
 * interim responses and chunk extensions reach no handler of undici with their size.
 */
export function watchResponses(socket: Socket): void {
  let head = ''
  let firstCode: string | undefined
  let [bytes, written] = [0, 0]
  const read = socket.read.bind(socket)
  // undici hides the status of a response that it refuses, and reads the socket by `read` alone.
  socket.read = (size?: number) => {
    const chunk: Buffer | null = read(size)
    if (chunk === null) return chunk
    if (chunk[0] === H) head = chunk.toString('latin1', 0, STATUS_END)
    bytes += chunk.length
    if (bytes > CONNECTION_BYTES) boundResponse(chunk.length)
    return chunk
  }
  socket.prependListener('error', (error: NodeJS.ErrnoException) => {
    firstCode ??= error.code
    collected.set(error, { statusCode: statusOf(head), firstCode })
  })

  /** Counts anew when a request was written since the last look: the bytes are then those of many responses. */
  function boundResponse(latest: number): void {
    if (socket.bytesWritten === written) return void socket.destroy(new ResponseTooLargeError('connection'))
    written = socket.bytesWritten
    bytes = latest
  }
}

/** The evidence of the connection that failed with an error. */
export const evidenceOf = (error: unknown): Evidence | undefined => collected.get(error as Error)

/** The status in the first line of a response; null when the text is no such line. */
function statusOf(head: string): number | null {
  const status = /^HTTP\/1\.\d ([1-9]\d\d)/.exec(head)?.[1]
  return status === undefined ? null : Number(status)
}
