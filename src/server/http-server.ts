import { randomUUID } from 'node:crypto'
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Database } from '../database/client.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Services } from '../services.ts'
import { setAnswerHeaders } from './answer-headers.ts'
import { oneAtATime } from './answer-order.ts'
import { sliceAnswer } from './answer-writer.ts'
import { createBeginRequest, REQUEST_ID } from './begin-request.ts'
import { type BodyAccount, createBodyBytes } from './body-bytes.ts'
import { createConnectionPlaces } from './connection-places.ts'
import { countBody } from './count-body.ts'
import { createClientIp } from './credentials.ts'
import { createDashboard } from './dashboard.ts'
import type { BuildState } from './dashboard-build.ts'
import { createGraphiQL, GRAPHIQL } from './graphiql.ts'
import { createGraphQL } from './graphql.ts'
import { type Answer, createHealth } from './health.ts'
import { mediaTypeViolation } from './media-type.ts'
import { pathOf } from './path.ts'
import { createResolveDocument } from './persisted-operations.ts'
import { createMaskError } from './public-error.ts'
import { ADDRESS_LIMITED, spendAsAddress } from './rate-limit-plugin.ts'
import { CLIENT_CLOSED, createRecordUsage } from './record-usage.ts'
import { createSessionCookies } from './session-cookie.ts'
import { createUnsentBytes, type UnsentAccount, type UnsentLimits } from './unsent-bytes.ts'
import { attachWebSocket } from './websocket.ts'
import { createWriteTimeout } from './write-timeout.ts'

const REQUEST_BYTES = 16 * 1024 * 1024
/** Maximum body of a request without a known key: a query and its variables, but no batch of events. */
const STRANGER_REQUEST_BYTES = 256 * 1024

export interface Server {
  /** URL of the listening server, such as http://127.0.0.1:4000. */
  url: string
  /** Answers requests in flight, ends subscriptions, and closes. */
  stop(): Promise<void>
}

/** Serves GraphQL over HTTP, SSE and WebSocket, and health. @throws when the port is taken */
export async function startServer(deps: {
  services: Services
  database: Database
  clock: Clock
  log: Log
  host: string
  port: number
  /** True names the session cookie without the port. Default false. */
  production?: boolean
  trustedProxies: readonly string[]
  /** True serves GraphiQL at /graphiql, to which browsers come from /graphql. */
  graphiql: boolean
  /** False refuses introspection. Default true. */
  introspection?: boolean
  /** State of the build of the dashboard. Default: done. */
  dashboardBuild?: () => BuildState
  /** Maximum connections of clients. */
  connections: number
  initTimeoutMs?: number
  /** Time without progress after which a connection with unsent bytes ends. Default 30 s. */
  writeTimeoutMs?: number
  /** Default: the constants of src/server/unsent-bytes.ts. */
  unsentLimits?: UnsentLimits
}): Promise<Server> {
  const { services, log } = deps
  const clientIp = createClientIp(deps.trustedProxies)
  const places = createConnectionPlaces(deps.connections)

  const cookies = createSessionCookies({
    publicUrl: services.links.publicUrl,
    production: deps.production ?? false,
  })

  const begin = createBeginRequest({ services, cookies, places, clientIp })

  const unsent = createUnsentBytes(deps.unsentLimits)
  const bodies = createBodyBytes()
  const writeTimeout = createWriteTimeout(deps.writeTimeoutMs)
  const maskError = createMaskError(log)
  const record = createRecordUsage({ recorder: services.usageRecorder, clock: deps.clock })
  const { findOperation, audit } = services
  const resolveDocument = createResolveDocument({ findOperation, denied: audit.denied })
  const graphql = createGraphQL({
    ...{ services, maskError, record, resolveDocument },
    introspection: deps.introspection ?? true,
  })
  const graphiql = deps.graphiql ? createGraphiQL() : undefined
  const dashboard = createDashboard(deps.dashboardBuild)
  const health = createHealth({ database: deps.database, bus: services.bus })

  const server = createHttpServer()
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    request.headers[REQUEST_ID] = requestId(request)
    response.setHeader(REQUEST_ID, request.headers[REQUEST_ID])
    const started = performance.now()
    const pathname = pathOf(request)
    const account = unsent.open()
    sliceAnswer(response, account)
    if (log.isLevelEnabled('debug'))
      response.on('finish', () => {
        const duration = Math.round((performance.now() - started) * 1000)
        const fields = { requestId: request.headers[REQUEST_ID], method: request.method, path: pathname }
        log.debug({ ...fields, status: response.statusCode, durationMicroseconds: duration }, 'Request finished')
      })
    // Later steps build a URL from the Host header.
    if (!URL.canParse(`http://${request.headers.host || 'localhost'}/`))
      return send(response, { status: 400, body: { error: 'The Host header is malformed.' } })
    if (pathname === '/graphql') {
      if (graphiql?.isFromBrowser(request))
        return void response.writeHead(302, { location: GRAPHIQL, vary: 'accept' }).end()
      return finish(handleGraphQL(request, response, account), response)
    }
    if (graphiql?.owns(request)) return finish(graphiql.serve(request, response), response)
    if (dashboard.owns(request)) return dashboard.serve(request, response)
    if (pathname === '/livez') return send(response, health.live())
    if (pathname === '/readyz') return void health.ready().then((answer) => send(response, answer))
    if (pathname === '/') return void response.writeHead(302, { location: '/dashboard' }).end()
    send(response, { status: 404, body: { error: 'Not found. GraphQL is at /graphql.' } })
  }
  server.on('request', oneAtATime(handle))
  // Subscriptions stay open for days, so only the reading of a request is timed.
  server.requestTimeout = 60_000
  server.headersTimeout = 30_000
  server.on('connection', writeTimeout.watch)
  server.on('connection', places.enter)

  function finish(answering: Promise<void>, response: ServerResponse): void {
    answering.catch((error) => {
      log.error({ err: error }, 'Request could not be answered')
      response.destroy()
    })
  }

  async function handleGraphQL(
    request: IncomingMessage,
    response: ServerResponse,
    account: UnsentAccount,
  ): Promise<void> {
    setAnswerHeaders(response)
    let received = Number(request.headers['content-length'] ?? 0)
    if (received > REQUEST_BYTES)
      return refuseBody(
        response,
        413,
        'REQUEST_TOO_LARGE',
        `A request has at most ${REQUEST_BYTES} bytes. Send less at once.`,
      )
    // A chunked body is read only after authentication, so its first bytes wait within the buffer of the request.
    let limit = REQUEST_BYTES
    let body: BodyAccount | undefined
    const onBytes = (bytes: number) => {
      received = bytes
      return bytes <= limit && body?.hold(bytes) !== false
    }
    if (request.headers['transfer-encoding'] !== undefined) countBody(request, onBytes)
    const fault = request.method === 'POST' ? mediaTypeViolation(request.headers) : undefined
    if (fault !== undefined) {
      // RFC 9110, section 12.5.3: the encodings that a request may have.
      response.setHeader('accept-encoding', 'identity')
      // Discarded unread: parsers of other formats take quadratic time, before any key is checked.
      request.resume()
      return refuse(response, 415, 'UNSUPPORTED_MEDIA_TYPE', fault)
    }
    const sentBefore = request.socket.bytesWritten
    const beginning = begin.ofHttp(request)
    response.once('close', async () => {
      const requestContext = await beginning
      requestContext.requestBytes = received
      const responseBytes = request.socket.bytesWritten - sentBefore
      record(requestContext, { status: response.writableFinished ? response.statusCode : CLIENT_CLOSED, responseBytes })
    })
    const requestContext = await beginning
    requestContext.response = response
    requestContext.session = cookies.writer(request, response)
    requestContext.device = cookies.readDevice(request)
    requestContext.unsent = account
    if (requestContext.viewer !== null) account.assign(requestContext.viewer.principal.id)
    if (response.closed) return
    if (requestContext.viewer === null) {
      limit = STRANGER_REQUEST_BYTES
      const seconds = await spendAsAddress(services.limits, requestContext)
      if (seconds > 0) {
        response.setHeader('retry-after', seconds)
        return refuseBody(response, 429, 'RATE_LIMITED', ADDRESS_LIMITED(seconds))
      }
      const message = `A request without a known API key has at most ${limit} bytes. Present a key, or send less.`
      if (received > limit) return refuseBody(response, 413, 'REQUEST_TOO_LARGE', message)
    } else {
      body = bodies.open(requestContext.viewer.principal.id)
      response.once('close', body.close)
      const message = 'Too many large requests wait for their answers. Wait for some, or send less at once.'
      if (!body.hold(received)) return refuseBody(response, 503, 'TOO_MANY_BYTES', message)
    }
    graphql.handle(request, response, { requestContext })
  }

  const sockets = attachWebSocket(server, {
    ...{ graphql, log, maskError, record, resolveDocument, unsent, requestId },
    limits: services.limits,
    clientIp,
    begin,
    ...(deps.initTimeoutMs !== undefined && { initTimeoutMs: deps.initTimeoutMs }),
  })

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(deps.port, deps.host, () => resolve())
  })
  const { port } = server.address() as AddressInfo
  const host = deps.host.includes(':') ? `[${deps.host}]` : deps.host
  const url = `http://${host === '0.0.0.0' || host === '[::]' ? 'localhost' : host}:${port}`
  services.links.serveAt(url)
  return {
    url,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve))
      const ended = services.subscriptions.stop()
      await sockets.stop()
      server.closeIdleConnections()
      await closed
      await ended
      writeTimeout.stop()
    },
  }
}

function requestId(request: IncomingMessage): string {
  const given = request.headers[REQUEST_ID]
  return typeof given === 'string' && /^[\w.:-]{1,100}$/.test(given) ? given : randomUUID()
}

/** Refuses a request before GraphQL, in the form of its errors. */
function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  send(response, { status, body: { errors: [{ message, extensions: { code } }] } })
}

/** As `refuse`, without reading the body. */
function refuseBody(response: ServerResponse, status: number, code: string, message: string): void {
  response.setHeader('connection', 'close')
  refuse(response, status, code, message)
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
