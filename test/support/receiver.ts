import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

export interface ReceivedRequest {
  method: string
  path: string
  headers: IncomingHttpHeaders
  body: Buffer
  eventId: string
}

type Handler = (request: ReceivedRequest, response: ServerResponse, socket: Socket) => void

/** A real HTTP receiver that responds with 204 unless `respond` sets another handler. */
export async function startReceiver(handler: Handler = (_request, response) => response.writeHead(204).end()) {
  const requests: ReceivedRequest[] = []
  const waiting: { count: number; resolve: () => void }[] = []
  let respond = handler
  const server = createServer(async (message: IncomingMessage, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of message) chunks.push(chunk)
    const { headers, method = '', url = '' } = message
    const eventId = String(headers['webhook-id'] ?? headers['x-webhook-event-id'] ?? '')
    const request = { method, path: url, headers, body: Buffer.concat(chunks), eventId }
    requests.push(request)
    for (const entry of waiting) if (requests.length >= entry.count) entry.resolve()
    respond(request, response, message.socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/hook`,
    port,
    requests,
    respond(next: Handler) {
      respond = next
    },
    /** Resolves when `count` requests have arrived in total. */
    arrived(count: number): Promise<void> {
      if (requests.length >= count) return Promise.resolve()
      return new Promise((resolve) => waiting.push({ count, resolve }))
    },
    stop() {
      server.closeAllConnections()
      return new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

export type Receiver = Awaited<ReturnType<typeof startReceiver>>

/** A receiver that responds to its first request when the function in `arrived` is called, and to the others at once. */
export async function startHoldingFirst() {
  const { promise: arrived, resolve } = Promise.withResolvers<() => void>()
  const receiver = await startReceiver((_request, response) => {
    receiver.respond((_next, response) => response.writeHead(204).end())
    resolve(() => response.writeHead(204).end())
  })
  return { receiver, arrived }
}
