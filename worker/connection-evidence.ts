import type { Socket } from 'node:net'

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

/** Collects the evidence of a connection. Reading notes twelve bytes of each response and copies no more. */
export function collectEvidence(socket: Socket): void {
  let head = ''
  let firstCode: string | undefined
  const read = socket.read.bind(socket)
  // undici hides the status of a response that it refuses, and reads the socket by `read` alone.
  socket.read = (size?: number) => {
    const chunk: Buffer | null = read(size)
    if (chunk !== null && chunk[0] === H) head = chunk.toString('latin1', 0, STATUS_END)
    return chunk
  }
  socket.prependListener('error', (error: NodeJS.ErrnoException) => {
    firstCode ??= error.code
    collected.set(error, { statusCode: statusOf(head), firstCode })
  })
}

/** The evidence of the connection that failed with an error. */
export const evidenceOf = (error: unknown): Evidence | undefined => collected.get(error as Error)

/** The status in the first line of a response; null when the text is no such line. */
function statusOf(head: string): number | null {
  const status = /^HTTP\/1\.\d (\d{3})/.exec(head)?.[1]
  return status === undefined ? null : Number(status)
}
