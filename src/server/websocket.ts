import type { IncomingMessage, Server } from 'node:http'
import { type ExecutionArgs, GraphQLError, getOperationAST } from 'graphql'
import { CloseCode, GRAPHQL_TRANSPORT_WS_PROTOCOL, makeServer } from 'graphql-ws'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Limits } from '../domain/limits/limits.ts'
import { SignalboxError, UnauthenticatedError, UnavailableError } from '../lib/errors.ts'
import { refuseOversize, refuseRepeatedNames } from '../lib/json-text.ts'
import type { Log } from '../lib/log.ts'
import { type BeginRequest, REQUEST_ID } from './begin-request.ts'
import type { GraphQL } from './graphql.ts'
import { checkPing, closeReason, createSocketExtra, type SocketExtra, serveSocket } from './graphql-ws-socket.ts'
import { pathOf } from './path.ts'
import type { ResolveDocument } from './persisted-operations.ts'
import { withCode } from './public-error.ts'
import { ADDRESS_LIMITED, spendAsAddress, spendConnection } from './rate-limit-plugin.ts'
import { toBadRequest } from './read-parameters.ts'
import { type RecordUsage, recordFirstError } from './record-usage.ts'
import type { RequestContext } from './request-context.ts'
import { createSocketPlaces, type SocketPlace } from './socket-places.ts'
import { batchWrites } from './socket-writer.ts'
import type { UnsentBytes } from './unsent-bytes.ts'

/** Time for a client to send `connection_init` before the connection closes with 4408. */
const INIT_MS = 5_000
const MESSAGE_BYTES = 1024 * 1024
/** Maximum bytes of a client before `connection_ack`: a connection_init with a key. The connection ends past the bound. */
export const PENDING_BYTES = 16 * 1024
/** Maximum unread bytes of a client that goes on sending, such as pings. The connection ends past the bound. */
const UNREAD_BYTES = 16 * 1024 * 1024
/** Maximum operations in flight on one connection. */
export const OPERATIONS_PER_SOCKET = 100
/** Time for a client to answer a close frame before its socket is destroyed. */
const CLOSE_MS = 1_000
/** Status of a WebSocket that was refused because of a limit (RFC 6455 and its registry). */
const TRY_AGAIN_LATER = 1013
/** Status of the WebSockets of a server that stops. */
const GOING_AWAY = 1001

interface EnvelopedArgs extends ExecutionArgs {
  rootValue: {
    execute: (args: ExecutionArgs) => never
    subscribe: (args: ExecutionArgs) => never
  }
}

/**
 * GraphQL over WebSocket (graphql-transport-ws) with the schema, context and error masking of HTTP. The key arrives in
 * `connection_init`, or a session with the handshake; either is checked for every operation, so that a key revoked and a
 * session ended meanwhile are refused.
 */
export function attachWebSocket(
  server: Server,
  deps: {
    graphql: GraphQL
    log: Log
    maskError: (error: unknown) => Error
    begin: BeginRequest
    requestId: (request: IncomingMessage) => string
    record: RecordUsage
    resolveDocument: ResolveDocument
    unsent: UnsentBytes
    limits: Limits
    /** Client address of a handshake. */
    clientIp: (request: IncomingMessage) => string | null
    /** Default 5 s. */
    initTimeoutMs?: number
  },
): { stop(): Promise<void> } {
  const { graphql } = deps
  const places = createSocketPlaces()
  // The types of `ws` lack the option closeTimeout.
  const options = { noServer: true, maxPayload: MESSAGE_BYTES, closeTimeout: CLOSE_MS, handleProtocols }
  const sockets = new WebSocketServer(options)

  /** Gives a socket to its principal, when the limits of the principal admit it. */
  async function admit(extra: SocketExtra, requestContext: RequestContext): Promise<boolean> {
    const { socket, place, account } = extra
    const { principal, homeId } = requestContext.viewer!
    if (!(await spendConnection(deps.limits, requestContext))) return false
    if (socket.readyState !== socket.OPEN) return true
    if (!place.admit({ id: principal.id, organizationId: homeId })) return false
    account.assign(principal.id)
    extra.stopCounting()
    return true
  }

  const protocol = makeServer<Record<string, unknown>, SocketExtra>({
    connectionInitWaitTimeout: deps.initTimeoutMs ?? INIT_MS,
    execute: (args) => (args as EnvelopedArgs).rootValue.execute(args),
    subscribe: (args) => (args as EnvelopedArgs).rootValue.subscribe(args),
    onPing: checkPing,
    async onConnect({ extra, connectionParams }) {
      const requestContext = await deps.begin.ofSocket(extra.request, connectionParams ?? {}, await extra.session)
      if (requestContext.viewer !== null) {
        if (await admit(extra, requestContext)) return
        deps.record(requestContext, { status: 429 })
        const who = requestContext.viewer.principal.kind === 'PERSON' ? 'You have' : 'This key has'
        extra.socket.close(TRY_AGAIN_LATER, `${who} too many WebSockets or requests. Try again later.`)
        return
      }
      const seconds = await spendAsAddress(deps.limits, requestContext)
      if (seconds > 0) return extra.socket.close(TRY_AGAIN_LATER, ADDRESS_LIMITED(seconds))
      const { refused, ended } = requestContext
      const error = refused ?? ended ?? new UnauthenticatedError('Present an API key in connection_init.')
      if (!(error instanceof SignalboxError)) throw error
      deps.record(requestContext, { status: 403 })
      extra.socket.close(CloseCode.Forbidden, closeReason(error))
    },
    async onSubscribe({ extra, connectionParams, subscriptions }, _id, asked) {
      // Read before the first wait, while the event of the message lasts.
      const { text } = extra
      const requestContext = await deps.begin.ofSocket(extra.request, connectionParams ?? {}, await extra.session)
      requestContext.requestBytes = Buffer.byteLength(text)
      requestContext.source = { text, path: ['payload', 'variables'] }
      const refuse = (errors: readonly GraphQLError[]) => {
        recordFirstError(requestContext, { errors })
        deps.record(requestContext, { status: requestContext.viewer === null ? 401 : 200 })
        return errors
      }
      try {
        refuseOversize(text, 'The message')
        refuseRepeatedNames(text)
        const { refused = requestContext.ended } = requestContext
        if (refused !== undefined) throw refused
        if (Object.keys(subscriptions).length > OPERATIONS_PER_SOCKET)
          throw new UnavailableError(
            'TOO_MANY_OPERATIONS',
            `A connection has at most ${OPERATIONS_PER_SOCKET} operations in flight. Wait for one to end.`,
          )
        const params = await deps.resolveDocument(asked, requestContext)
        const enveloped = graphql.getEnveloped({ requestContext, params })
        const { schema, execute, subscribe, contextFactory, parse, validate } = enveloped
        const document = parse(params.query ?? '')
        const errors: readonly GraphQLError[] = validate(schema, document)
        if (errors.length > 0) return refuse(errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED')))
        if (getOperationAST(document, params.operationName) == null)
          return refuse([
            new GraphQLError(
              'operationName must name an operation of the document; it may be absent only when the document has one operation.',
              { extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } },
            ),
          ])
        return {
          schema,
          operationName: params.operationName,
          document,
          variableValues: params.variables,
          contextValue: await contextFactory(),
          rootValue: { execute, subscribe },
        }
      } catch (error) {
        return refuse([deps.maskError(toBadRequest(error)) as GraphQLError])
      }
    },
  })

  function serve(socket: WebSocket, request: IncomingMessage, place: SocketPlace): void {
    const account = deps.unsent.open()
    batchWrites(socket, request.socket, account)
    request.headers[REQUEST_ID] = deps.requestId(request)
    const session = deps.begin.findSocketSession(request)
    serveSocket(protocol, createSocketExtra({ socket, request, account, place, session }, PENDING_BYTES), deps.log)
    socket.on('message', () => {
      if (socket.bufferedAmount > UNREAD_BYTES) socket.terminate()
    })
  }

  server.on('upgrade', (request, socket, head) => {
    // Node removes its own listener from upgraded sockets; without one, a reset would end the process.
    socket.on('error', () => socket.destroy())
    const isOurs = pathOf(request) === '/graphql'
    const place = isOurs ? places.enter(deps.clientIp(request)) : undefined
    if (place === undefined) {
      const status = isOurs ? '503 Service Unavailable' : '404 Not Found'
      // An upgraded socket has lost the timeouts of the server, and a client may keep its half open forever.
      socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\n\r\n`, () => socket.destroy())
      return
    }
    socket.once('close', place.leave)
    sockets.handleUpgrade(request, socket, head, (webSocket) => serve(webSocket, request, place))
  })
  return {
    async stop() {
      for (const socket of sockets.clients) socket.close(GOING_AWAY, 'Going away')
      await new Promise((resolve) => sockets.close(resolve))
    },
  }
}

/** A client with another subprotocol is accepted and closed with 4406, which tells more than a failed handshake. */
function handleProtocols(protocols: Set<string>): string | false {
  return protocols.has(GRAPHQL_TRANSPORT_WS_PROTOCOL) ? GRAPHQL_TRANSPORT_WS_PROTOCOL : ([...protocols][0] ?? false)
}
