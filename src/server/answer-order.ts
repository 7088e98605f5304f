import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** Maximum pipelined requests of a connection that wait for the answers before them. */
export const PIPELINED_REQUESTS = 16

type Handle = (request: IncomingMessage, response: ServerResponse) => void

/**
 * Handles one request of a connection at a time. Node starts every pipelined request at once and keeps all answers
 * until the first is read, so a few bytes of requests could hold many answers.
 */
export function oneAtATime(handle: Handle): Handle {
  const waitingOf = new WeakMap<Socket, [IncomingMessage, ServerResponse][]>()

  function start(waiting: [IncomingMessage, ServerResponse][]): void {
    const [first] = waiting
    if (first === undefined) return
    const [request, response] = first
    response.once('close', () => {
      waiting.shift()
      // Answers of a closed connection would be made for nobody.
      if (request.socket.destroyed) waiting.length = 0
      start(waiting)
    })
    handle(request, response)
  }

  return (request, response) => {
    const { socket } = request
    const waiting = waitingOf.get(socket) ?? []
    waitingOf.set(socket, waiting)
    if (waiting.length > PIPELINED_REQUESTS) {
      socket.destroy()
      return
    }
    waiting.push([request, response])
    if (waiting.length === 1) start(waiting)
  }
}
