import type { Socket } from 'node:net'

/** Time without progress after which a connection with unsent bytes ends, in milliseconds. */
export const WRITE_TIMEOUT_MS = 30_000
/** Checks within that time. Checks are counted instead of time, so that a suspended machine ends no connection. */
const CHECKS = 6

/**
 * Ends connections with clients that do not read: one timeout for every socket of the server, over HTTP, SSE and
 * WebSocket, and after a refused upgrade.
 */
export function createWriteTimeout(timeoutMs = WRITE_TIMEOUT_MS) {
  const sockets = new Map<Socket, { sent: number; checks: number }>()

  function check(): void {
    for (const [socket, progress] of sockets) {
      const sent = socket.bytesWritten - socket.writableLength
      if (socket.writableLength === 0 || sent !== progress.sent) {
        progress.sent = sent
        progress.checks = 0
      } else if (++progress.checks >= CHECKS) socket.destroy()
    }
  }
  const timer = setInterval(check, timeoutMs / CHECKS).unref()

  return {
    watch(socket: Socket): void {
      sockets.set(socket, { sent: 0, checks: 0 })
      socket.once('close', () => sockets.delete(socket))
    },
    stop: () => clearInterval(timer),
  }
}
