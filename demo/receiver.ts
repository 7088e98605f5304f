import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'

/** What the receiver does with the first attempt of a delivery. */
export type Fault = 'none' | 'answer 500' | 'answer 429' | 'hang'

export interface Received {
  /** The `webhook-id`. */
  eventId: string
  /** Exact text of the body that was accepted. */
  body: string
  /** On the clock of performance.now(). */
  at: number
}

/**
 * A receiver as a partner would write it: it verifies every request with the `standardwebhooks` library, and accepts an
 * event once. Some first attempts it refuses, to see them come again.
 *
 * @param faultOf decides by the event's number in the order of arrival
 */
export async function startReceiver(faultOf: (arrival: number) => Fault) {
  const secrets = new Map<string, string>()
  const accepted = new Map<string, Received>()
  const firstBodies = new Map<string, string>()
  const counts = { requests: 0, unverified: 0, changed: 0, faults: 0 }

  const server = createServer(async (request, response) => {
    counts.requests++
    const body = await read(request)
    const headers = request.headers as Record<string, string>
    const eventId = headers['webhook-id'] ?? ''
    try {
      new Webhook(secrets.get(request.url ?? '') ?? '').verify(body, headers)
    } catch {
      counts.unverified++
      response.writeHead(400).end()
      return
    }
    const first = firstBodies.get(eventId)
    if (first !== undefined && first !== body) counts.changed++
    if (first === undefined) {
      firstBodies.set(eventId, body)
      const fault = faultOf(firstBodies.size)
      if (fault !== 'none') counts.faults++
      if (fault === 'answer 500') return void response.writeHead(500).end()
      if (fault === 'answer 429') return void response.writeHead(429, { 'retry-after': '1' }).end()
      if (fault === 'hang') return
    }
    accepted.set(eventId, { eventId, body, at: performance.now() })
    response.writeHead(204).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo

  return {
    url: (path: string) => `http://127.0.0.1:${port}${path}`,
    /** Requests to this path are verified with this secret. */
    expect: (path: string, secret: string) => void secrets.set(path, secret),
    accepted,
    counts,
    stop() {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    },
  }
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}
