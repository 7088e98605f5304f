import type { IncomingMessage } from 'node:http'
import { CloseCode, type Server } from 'graphql-ws'
import type { WebSocket } from 'ws'
import { JsonError, refuseOversize } from '../lib/json-text.ts'
import type { Log } from '../lib/log.ts'
import type { SocketSession } from './begin-request.ts'
import type { SocketPlace } from './socket-places.ts'
import type { UnsentAccount } from './unsent-bytes.ts'

/** Time between two pings, within which a client answers one, in milliseconds. */
const KEEP_ALIVE_MS = 12_000

/** One WebSocket, as graphql-ws hands it to the hooks of the server. */
export interface SocketExtra {
  socket: WebSocket
  request: IncomingMessage
  /** Text of the message that the connection handles right now. graphql-ws passes the parsed message only. */
  text: string
  account: UnsentAccount
  place: SocketPlace
  /** The session of the cookie of the handshake; undefined without one. */
  session: Promise<SocketSession | undefined>
  /** Ends the count of the bytes before `connection_ack`. */
  stopCounting(): void
}

/** A new WebSocket, with the bytes of its client counted: past the bound the connection ends. */
export function createSocketExtra(base: Omit<SocketExtra, 'text' | 'stopCounting'>, pendingBytes: number): SocketExtra {
  const connection = base.request.socket
  let received = 0
  const count = (chunk: Buffer) => {
    received += chunk.length
    if (received > pendingBytes) base.socket.terminate()
  }
  // Before ws reads the bytes.
  connection.prependListener('data', count)
  return { ...base, text: '', stopCounting: () => connection.off('data', count) }
}

/**
 * Serves one WebSocket by graphql-ws. The adapter of graphql-ws for ws would write the faults of clients to the console,
 * because it knows no log.
 */
export function serveSocket(server: Server<SocketExtra>, extra: SocketExtra, log: Log): void {
  const { socket } = extra

  function fail(error: unknown): void {
    if (error instanceof JsonError) socket.close(CloseCode.BadRequest, closeReason(error))
    else {
      log.error({ err: error }, 'WebSocket message could not be handled')
      socket.close(CloseCode.InternalServerError, 'Internal server error')
    }
  }

  const closed = server.opened(
    {
      protocol: socket.protocol,
      close: (code, reason) => socket.close(code, shortReason(reason)),
      send: (data) =>
        new Promise((resolve) => {
          if (socket.readyState !== socket.OPEN) return resolve()
          // A failed write means that the client has left, and its close event ends the operations.
          socket.send(data, () => resolve())
        }),
      onMessage: (handle) =>
        socket.on('message', (message) => {
          // A client may go on sending after the close frame of the server.
          if (socket.readyState !== socket.OPEN) return
          extra.text = String(message)
          handle(extra.text).catch(fail)
          extra.text = ''
        }),
    },
    extra,
  )

  let hasAnswered = true
  const keepAlive = setInterval(() => {
    if (!hasAnswered) return socket.terminate()
    hasAnswered = false
    socket.ping()
  }, KEEP_ALIVE_MS)
  socket.on('pong', () => {
    hasAnswered = true
  })
  // The socket closes by itself after a frame that breaks the protocol.
  socket.on('error', (error) => log.debug({ err: error }, 'Client broke the WebSocket protocol'))
  socket.once('close', (code, reason) => {
    clearInterval(keepAlive)
    closed(code, String(reason)).catch((error) =>
      log.error({ err: error }, 'Operations of a closed WebSocket could not be ended'),
    )
  })
}

/** Refuses a ping that is nested too deeply to be sent back, because writing JSON recurses. @throws JsonError */
export const checkPing = ({ extra }: { extra: SocketExtra }): void => refuseOversize(extra.text, 'The message')

/** The message of an error as the reason of a close frame, which holds at most 123 bytes. */
export function closeReason(error: Error): string {
  return shortReason(error.message)
}

/** Cuts a reason to 120 bytes. A character that is cut becomes one of 3 bytes at most. */
const shortReason = (reason = ''): string => Buffer.from(reason).subarray(0, 120).toString()
