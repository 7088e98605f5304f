import { type IncomingMessage, request as startRequest } from 'node:http'
import type { Socket } from 'node:net'
import type { buildConnector } from 'undici'
import { type Exchange, KEPT_BYTES } from '../src/domain/deliveries/attempt-outcome.ts'
import {
  DeadlineError,
  flatten,
  HEADER_BYTES,
  InterruptedError,
  isInvalidResponse,
  RESPONSE_BYTES,
  type Request,
  type Sender,
} from './http-sender.ts'

/**
 * Sends through `node:http` where undici refuses an interim response: an unasked `100 Continue` is legal (RFC 9110,
 * section 15.2). Connections come from the same connector and serve one request each.
 */
export function createFallbackSender(connect: buildConnector.connector): Sender {
  const inFlight = new Set<(reason: Error) => void>()

  function send({ origin, path, headers, body, timeoutSeconds }: Request): Promise<Exchange> {
    const started = performance.now()
    const result: Exchange = { statusCode: null, headers: null, body: null, error: null, durationMicroseconds: 0 }
    const { protocol, hostname, host, port } = new URL(origin)
    const kept: Buffer[] = []
    let read = 0
    return new Promise((resolve) => {
      const outgoing = startRequest({
        ...{ method: 'POST', path, maxHeaderSize: HEADER_BYTES },
        headers: { ...headers, host, 'content-length': body.length },
        createConnection(_options, onConnected) {
          connect({ protocol, hostname, host, port }, (error, socket) => onConnected(error, socket as Socket))
          return undefined
        },
      })
      function end(error: unknown): void {
        if (!inFlight.delete(abort)) return
        clearTimeout(deadline)
        result.error = error
        if (result.statusCode !== null && error === null) result.body = Buffer.concat(kept)
        else if (isInvalidResponse(error as Error)) result.statusCode ??= finalStatusOf(error as ParserError)
        result.durationMicroseconds = Math.floor((performance.now() - started) * 1000)
        outgoing.destroy()
        resolve(result)
      }
      const abort = (reason: Error) => end(reason)
      inFlight.add(abort)
      const expire = () => abort(new DeadlineError(result.statusCode === null ? 'headers' : 'body'))
      const deadline = setTimeout(expire, timeoutSeconds * 1000)
      outgoing.on('response', (response: IncomingMessage) => {
        result.statusCode = response.statusCode ?? null
        result.headers = flatten(response.headers)
        response.on('data', (chunk: Buffer) => {
          if (read < KEPT_BYTES) kept.push(chunk.subarray(0, KEPT_BYTES - read))
          read += chunk.length
          if (read >= RESPONSE_BYTES) end(null)
        })
        response.on('end', () => end(null))
        response.on('error', end)
      })
      outgoing.on('error', end)
      outgoing.end(body)
    })
  }

  return {
    send,
    interrupt() {
      for (const abort of inFlight) abort(new InterruptedError('interrupted'))
    },
    async stop() {
      for (const abort of inFlight) abort(new InterruptedError('stopped'))
    },
  }
}

/** An error of the parser, with the bytes that it refused. */
type ParserError = Error & { rawPacket?: Buffer }

/** The status of the final response among the refused bytes, which may begin with interim ones. */
function finalStatusOf({ rawPacket }: ParserError): number | null {
  const found = /^HTTP\/1\.\d ([2-9]\d\d)/m.exec(rawPacket?.toString('latin1') ?? '')
  return found === null ? null : Number(found[1])
}
