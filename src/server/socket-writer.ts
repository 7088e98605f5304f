import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import { unmarkJson } from '../../schema/json-answer.ts'
import { createSliceQueue, SLICE_BYTES } from './slice-queue.ts'
import type { UnsentAccount } from './unsent-bytes.ts'

/** Buffered bytes past which a subscription waits before it sends more. */
const BATCHED_BYTES = 64 * 1024

type Sent = (error?: Error | null) => void
type Send = (data: string, sent?: Sent) => void

/**
 * Batches messages of one turn of the event loop into one write, because a system call per message costs more than
 * making it. graphql-ws waits for each write before it asks for the next message, so batched messages count as written
 * at once; past BATCHED_BYTES it waits again, which throttles a subscription whose client does not read.
 */
export function batchWrites(socket: WebSocket, connection: Socket, account: UnsentAccount): void {
  const sendFrame: (data: string | Uint8Array, options: object, sent?: Sent) => void = socket.send.bind(socket)
  const queue = createSliceQueue({
    account,
    // Large messages travel as several frames, so that the progress of a slow client is visible.
    write: (slice, isLast, sent) => sendFrame(slice, { binary: false, fin: isLast }, sent),
    refuse: () => socket.terminate(),
  })
  socket.once('close', queue.close)
  let isBatching = false
  const release = () => {
    isBatching = false
    connection.uncork()
  }

  const send: Send = (data, sent) => {
    const text = unmarkJson(data)
    if (!queue.isEmpty() || text.length > SLICE_BYTES) return queue.add(text, sent)
    if (!isBatching) {
      isBatching = true
      connection.cork()
      setImmediate(release)
    }
    if (socket.readyState !== socket.OPEN || socket.bufferedAmount > BATCHED_BYTES) return sendFrame(text, {}, sent)
    sendFrame(text, {})
    sent?.()
  }
  socket.send = send as WebSocket['send']
}
