import type { IncomingMessage, Server } from 'node:http'
import type { ExecutionArgs } from 'graphql'
import { CloseCode } from 'graphql-ws'
import { type Extra, useServer } from 'graphql-ws/use/ws'
import { WebSocketServer } from 'ws'
import type { Viewer } from '../access/viewer.ts'
import { SignalboxError } from '../errors.ts'
import type { GraphQL } from './graphql.ts'

/** How long a client may take to send `connection_init`; then it is closed with 4408. */
const INIT_MS = 5_000
const MESSAGE_BYTES = 4 * 1024 * 1024
/** Operations under way at once on one connection. */
export const OPERATIONS_PER_SOCKET = 100
/** Connections at once. */
const SOCKETS = 10_000

interface EnvelopedArgs extends ExecutionArgs {
  rootValue: {
    execute: (args: ExecutionArgs) => never
    subscribe: (args: ExecutionArgs) => never
  }
}

/**
 * GraphQL over WebSocket (graphql-transport-ws) on the same path. It runs through the same schema, context and masking
 * as HTTP. The key comes in `connection_init`; every operation checks it anew, so that one that is revoked meanwhile is
 * refused.
 */
export function attachWebSocket(
  server: Server,
  deps: {
    graphql: GraphQL
    authenticateInit: (request: IncomingMessage, params: Record<string, unknown>) => Promise<Viewer | null>
    /** The default is 5 s. */
    initTimeoutMs?: number
  },
): { stop(): Promise<void> } {
  const { graphql } = deps
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_BYTES })
  const disposable = useServer<Record<string, unknown>, Extra & Record<PropertyKey, unknown>>(
    {
      connectionInitWaitTimeout: deps.initTimeoutMs ?? INIT_MS,
      execute: (args) => (args as EnvelopedArgs).rootValue.execute(args),
      subscribe: (args) => (args as EnvelopedArgs).rootValue.subscribe(args),
      async onConnect({ extra, connectionParams }) {
        try {
          await deps.authenticateInit(extra.request, connectionParams ?? {})
        } catch (error) {
          if (!(error instanceof SignalboxError)) throw error
          extra.socket.close(CloseCode.Forbidden, reason(error))
        }
      },
      async onSubscribe({ extra, connectionParams, subscriptions }, _id, params) {
        if (Object.keys(subscriptions).length > OPERATIONS_PER_SOCKET)
          extra.socket.close(CloseCode.TooManyInitialisationRequests, 'Too many operations at once')
        const viewer = await deps.authenticateInit(extra.request, connectionParams ?? {})
        const enveloped = graphql.getEnveloped({ req: extra.request, viewer, params })
        const { schema, execute, subscribe, contextFactory, parse, validate } = enveloped
        const document = parse(params.query)
        const errors = validate(schema, document)
        if (errors.length > 0) return errors
        return {
          schema,
          operationName: params.operationName,
          document,
          variableValues: params.variables,
          contextValue: await contextFactory(),
          rootValue: { execute, subscribe },
        }
      },
    },
    sockets,
  )
  server.on('upgrade', (request, socket, head) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    if (pathname !== '/graphql' || sockets.clients.size >= SOCKETS) {
      socket.end(`HTTP/1.1 ${pathname === '/graphql' ? '503 Service Unavailable' : '404 Not Found'}\r\n\r\n`)
      return
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => sockets.emit('connection', webSocket, request))
  })
  return {
    async stop() {
      await disposable.dispose()
    },
  }
}

/** A close frame has room for 123 bytes. */
function reason(error: Error): string {
  return error.message.slice(0, 120)
}
