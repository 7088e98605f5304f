import type { IncomingMessage } from 'node:http'

/**
 * Counts the bytes of a chunked body without reading it, and aborts past the limit. Node enforces a content-length by
 * itself.
 */
export function countBody(request: IncomingMessage, isWithin: (received: number) => boolean): void {
  let received = 0
  const push = request.push.bind(request)
  const pushCounted = (chunk: Buffer | null) => {
    received += chunk?.length ?? 0
    if (!isWithin(received)) request.destroy()
    return push(chunk)
  }
  request.push = pushCounted
}
