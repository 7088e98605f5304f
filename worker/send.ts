import { Agent, type Dispatcher } from 'undici'
import type { Targets } from '../src/webhooks/targets.ts'
import { createConnector } from './connect.ts'

/** Read of a response at most (W13). */
export const RESPONSE_BYTES = 64 * 1024
/** Kept of a response body (W7). */
export const KEPT_BYTES = 10 * 1024
const HEADER_BYTES = 16 * 1024
const KEEP_ALIVE_MS = 10_000
/** Receivers with open connections at most. */
const ORIGINS = 20_000

export interface Request {
  url: string
  headers: Record<string, string>
  body: Uint8Array
  timeoutSeconds: number
}

/** What came of one request. Either a status code or an error, or both when the body did not end. */
export interface Exchange {
  statusCode: number | null
  headers: Record<string, string> | null
  /** At most the first 10 KiB. */
  body: Buffer | null
  error: unknown
  durationMicroseconds: number
}

/** Sends one request. Never throws: what goes wrong is in the exchange. */
export interface Sender {
  send(request: Request): Promise<Exchange>
  /** Breaks off what is under way; each such exchange ends with an `InterruptedError`. */
  interrupt(): void
  stop(): Promise<void>
}

/** The deadline of the endpoint passed. `phase` says what the receiver was slow with. */
export class DeadlineError extends Error {
  readonly code = 'TIMEOUT'
  readonly phase: 'headers' | 'body'

  constructor(phase: 'headers' | 'body') {
    super(`no ${phase} in time`)
    this.phase = phase
  }
}

/** Signalbox stopped while the request was under way. */
export class InterruptedError extends Error {
  readonly code = 'INTERRUPTED'
}

/** The request could not be made, for a reason on our side. */
export class UnpreparedError extends Error {
  readonly code = 'INTERNAL'
}

/** Keep-alive connections to receivers, with one deadline over connecting, headers and body. */
export function createSender(options: { targets: Targets; ca?: string }): Sender {
  const agent = new Agent({
    connect: createConnector(options.targets, options),
    pipelining: 1,
    maxHeaderSize: HEADER_BYTES,
    maxOrigins: ORIGINS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // A receiver may ask for less, not for more.
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
    // One deadline covers everything; undici's own would only blur which one it was.
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  const underWay = new Set<AbortController>()

  return {
    async send({ url, headers, body, timeoutSeconds }) {
      const started = process.hrtime.bigint()
      const abort = new AbortController()
      underWay.add(abort)
      const exchange: Exchange = { statusCode: null, headers: null, body: null, error: null, durationMicroseconds: 0 }
      const expire = () => abort.abort(new DeadlineError(exchange.statusCode === null ? 'headers' : 'body'))
      const deadline = setTimeout(expire, timeoutSeconds * 1000)
      try {
        const { origin, pathname, search } = new URL(url)
        const response = await agent.request({
          origin,
          path: pathname + search,
          method: 'POST',
          headers,
          body,
          signal: abort.signal,
        })
        exchange.statusCode = response.statusCode
        exchange.headers = flatten(response.headers)
        exchange.body = await readBounded(response.body)
      } catch (error) {
        exchange.error = abort.signal.aborted ? abort.signal.reason : error
      } finally {
        clearTimeout(deadline)
        underWay.delete(abort)
      }
      exchange.durationMicroseconds = Number((process.hrtime.bigint() - started) / 1000n)
      return exchange
    },
    interrupt() {
      for (const abort of underWay) abort.abort(new InterruptedError('interrupted'))
    },
    stop: () => agent.destroy(),
  }
}

/** Reads at most 64 KiB and hangs up on more; keeps the beginning. */
async function readBounded(body: Dispatcher.ResponseData['body']): Promise<Buffer> {
  const kept: Buffer[] = []
  let read = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    if (read < KEPT_BYTES) kept.push(chunk.subarray(0, KEPT_BYTES - read))
    read += chunk.length
    // Leaving the loop destroys the body, and with it the connection.
    if (read >= RESPONSE_BYTES) break
  }
  return Buffer.concat(kept)
}

function flatten(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')]))
}
