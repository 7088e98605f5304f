import { LRUCache } from 'lru-cache'
import { Agent, type buildConnector, type Dispatcher } from 'undici'
import { type Exchange, KEPT_BYTES } from '../src/domain/deliveries/attempt-outcome.ts'
import type { TargetPolicy } from '../src/domain/endpoints/target-policy.ts'
import { createConnector } from './ssrf-safe-connector.ts'
import { evidenceOf, ResponseTooLargeError } from './watch-responses.ts'

/** Maximum bytes read of a response. */
export const RESPONSE_BYTES = 64 * 1024
export const HEADER_BYTES = 16 * 1024
/** Maximum informational responses before the final one. */
const INTERIM_RESPONSES = 8
const KEEP_ALIVE_MS = 10_000
/** Maximum receivers with open connections. */
const ORIGINS = 20_000

export interface Request {
  origin: string
  /** Path with query. */
  path: string
  headers: Record<string, string>
  body: Uint8Array
  timeoutSeconds: number
}

/** Sends requests. `send` never rejects: failures are part of the exchange. */
export interface Sender {
  send(request: Request): Promise<Exchange>
  /** Aborts requests in flight. Each such exchange ends with an `InterruptedError`. */
  interrupt(): void
  stop(): Promise<void>
}

/** The deadline of the endpoint passed. `phase` names the part of the exchange that was slow. */
export class DeadlineError extends Error {
  readonly code = 'TIMEOUT'
  readonly phase: 'headers' | 'body'

  constructor(phase: 'headers' | 'body') {
    super(`no ${phase} in time`)
    this.phase = phase
  }
}

/** The receiver sent an unasked `100 Continue`, which undici refuses. */
export class InterimResponseError extends Error {
  readonly code = 'INTERIM_RESPONSE'
}

/** Signalbox stopped while the request was in flight. */
export class InterruptedError extends Error {
  readonly code = 'INTERRUPTED'
}

interface InFlightRequest extends Dispatcher.DispatchHandler {
  abort(reason: Error): void
}

/** Keep-alive connections to receivers, with one deadline over connecting, headers and body. */
export function createHttpSender(options: {
  targets: TargetPolicy
  ca?: string
  /** Creates the sender for responses that undici refuses, over the same connector. */
  createFallback: (connect: buildConnector.connector) => Sender
}): Sender {
  const connect = createConnector(options.targets, options)
  const fallback = options.createFallback(connect)
  /** Receivers with interim responses that undici refused: their requests take the fallback. */
  const interimOrigins = new LRUCache<string, true>({ max: ORIGINS })
  const agent = new Agent({
    connect,
    pipelining: 1,
    maxHeaderSize: HEADER_BYTES,
    maxOrigins: ORIGINS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // A receiver may shorten the keep-alive, not extend it.
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
    // One deadline covers everything. undici's own timeouts would hide which part was slow.
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  const inFlight = new Set<InFlightRequest>()

  /** One exchange on undici's lowest level, because a stream and a signal per request would double its cost. */
  function exchange({ origin, path, headers, body, timeoutSeconds }: Request): Promise<Exchange> {
    const started = performance.now()
    const result: Exchange = { statusCode: null, headers: null, body: null, error: null, durationMicroseconds: 0 }
    const kept: Buffer[] = []
    let read = 0
    let interim = 0
    let controller: Dispatcher.DispatchController | undefined
    let abortedBy: Error | undefined
    return new Promise((resolve) => {
      function end(error: unknown): void {
        if (!inFlight.delete(handler)) return
        clearTimeout(deadline)
        result.error = error
        if (result.statusCode !== null && error === null) result.body = Buffer.concat(kept)
        result.durationMicroseconds = Math.floor((performance.now() - started) * 1000)
        resolve(result)
      }
      function abort(reason: Error): void {
        abortedBy = reason
        end(reason)
        // Before the request has a connection there is nothing to abort; the handler aborts once it gets one.
        controller?.abort(reason)
      }
      const expire = () => abort(new DeadlineError(result.statusCode === null ? 'headers' : 'body'))
      const deadline = setTimeout(expire, timeoutSeconds * 1000)
      const handler: InFlightRequest = {
        abort,
        onRequestStart(started) {
          controller = started
          if (abortedBy !== undefined) started.abort(abortedBy)
        },
        onResponseStart(_controller, statusCode, responseHeaders) {
          // Informational responses precede the final one.
          if (statusCode < 200) {
            if (++interim > INTERIM_RESPONSES) abort(new ResponseTooLargeError('interim responses'))
            return
          }
          result.statusCode = statusCode
          result.headers = flatten(responseHeaders)
        },
        onResponseData(responding, chunk) {
          if (read < KEPT_BYTES) kept.push(chunk.subarray(0, KEPT_BYTES - read))
          read += chunk.length
          if (read < RESPONSE_BYTES) return
          // Enough was read. Closing costs the connection and keeps the receiver's status.
          end(null)
          responding.abort(new Error('enough was read'))
        },
        onResponseEnd: () => end(null),
        onResponseError(_controller, error) {
          const { statusCode = null } = evidenceOf(error) ?? {}
          // undici refuses an interim 100 by this message alone.
          if (error.message === 'bad response' && statusCode !== null && statusCode < 200) {
            interimOrigins.set(origin, true)
            return end(new InterimResponseError('interim response'))
          }
          if (isInvalidResponse(error)) result.statusCode ??= statusCode
          end(error)
        },
      }
      inFlight.add(handler)
      try {
        agent.dispatch({ origin, path, method: 'POST', headers, body }, handler)
      } catch (error) {
        end(error)
      }
    })
  }

  return {
    send: (request) => (interimOrigins.has(request.origin) ? fallback.send(request) : exchange(request)),
    interrupt() {
      fallback.interrupt()
      for (const { abort } of inFlight) abort(new InterruptedError('interrupted'))
    },
    async stop() {
      await Promise.all([agent.destroy(), fallback.stop()])
    },
  }
}

/** A response that breaks HTTP, such as two lengths, or an upgrade that was not asked for. */
export function isInvalidResponse({ name, message, code = '' }: Error & { code?: string }): boolean {
  if (name === 'HTTPParserError' || code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH' || message === 'bad upgrade')
    return true
  // Statuses below 100 fail an assertion of undici.
  if (code === 'ERR_ASSERTION') return true
  return code.startsWith('HPE_') && code !== 'HPE_HEADER_OVERFLOW'
}

export function flatten(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  if (isFlat(headers)) return headers
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')]))
}

/** Nearly all headers: no name appears twice. */
function isFlat(headers: Record<string, unknown>): headers is Record<string, string> {
  return Object.values(headers).every((value) => typeof value === 'string')
}
