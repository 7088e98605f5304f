import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import type { GraphQLAnswer } from '../support/api.ts'
import { type App, startApp } from '../support/app.ts'
import { usedAfterFullCollection } from '../support/garbage.ts'
import { postText, sendUnread, untilReset } from '../support/raw-http.ts'
import { subscribed } from '../support/watch.ts'

// Clients that ask for large answers and do not read them. The bounds are smaller here than in production.
const MIB = 1024 * 1024
const LIMITS = { principal: 10 * MIB, process: 64 * MIB, strangers: 4 * MIB }
const ALIASES = Array.from({ length: 8 }, (_, n) => `a${n}: data`).join(' ')
/** Answers with 8 MB, almost as many bytes as one may have. */
const LARGE = `{ events(first: 5) { nodes { ${ALIASES} } } }`

/** Few answers, because the bytes of a minute are bounded too. */
const POLL = { timeout: 10_000, interval: 500 }

let app: App
let tenant: Awaited<ReturnType<App['tenant']>>
let honest: Awaited<ReturnType<App['tenant']>>
beforeAll(async () => {
  app = await startApp({ writeTimeoutMs: 3_000, unsentLimits: LIMITS })
  tenant = await app.tenant()
  honest = await app.tenant()
  for (const each of [tenant, honest]) {
    await each.createType('a.b')
    for (let n = 0; n < 5; n++) await each.publish('a.b', 'x'.repeat(200_000))
  }
})
afterAll(() => app.stop())

const unread = (headers: Record<string, string> = {}) =>
  sendUnread(app.url, postText({ query: LARGE }, { authorization: `Bearer ${tenant.key}`, ...headers }))

/** The code of a large answer that is not compressed. */
async function askLarge(key: string): Promise<string> {
  const headers = { 'content-type': 'application/json', 'accept-encoding': 'identity', authorization: `Bearer ${key}` }
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ query: LARGE }),
  })
  const { errors } = (await response.json()) as GraphQLAnswer
  return errors?.[0]?.extensions.code ?? 'OK'
}

describe('unread answer', () => {
  test('a connection without progress ends, and a key has no more unsent bytes than its bound', async () => {
    const used = () => usedAfterFullCollection() + process.memoryUsage().external
    const before = used()
    const sockets = await Promise.all(Array.from({ length: 6 }, () => unread()))
    await expect.poll(() => askLarge(tenant.key), POLL).toBe('UNREAD_ANSWERS')
    // Without a bound, six answers of 8 MB would be held.
    expect(used() - before).toBeLessThan(30 * MIB)
    // Others are served meanwhile.
    expect(await askLarge(honest.key)).toBe('OK')
    await Promise.any(sockets.map(untilReset))
    for (const socket of sockets) socket.destroy()
    await expect.poll(() => askLarge(tenant.key), POLL).toBe('OK')
  })

  test('a client that sends but does not read is disconnected too', async () => {
    const socket = await unread()
    // Pipelined requests are activity of the connection, but no progress of the answer.
    await untilReset(socket)
  })

  test('a client that does not read its event stream is disconnected', async () => {
    const socket = await unread({ accept: 'text/event-stream' })
    await untilReset(socket)
  })

  test('a subscriber over SSE that does not read its messages is disconnected', async () => {
    const query = `subscription { deliveryUpdates { delivery { event { ${ALIASES} } } } }`
    const headers = { authorization: `Bearer ${tenant.key}`, accept: 'text/event-stream' }
    const socket = await sendUnread(app.url, postText({ query }, headers))
    await subscribed(app, 1)
    await tenant.createEndpoint('http://127.0.0.1:9/unread')
    for (let n = 0; n < 5; n++) await tenant.publish('a.b', 'x'.repeat(200_000))
    await untilReset(socket)
    await subscribed(app, 0)
  })

  test('a slow client that makes progress receives the whole answer', async () => {
    const socket = await unread({ connection: 'close' })
    let bytes = 0
    socket.on('data', (chunk) => {
      bytes += chunk.length
      socket.pause()
      setImmediate(() => socket.resume())
    })
    socket.resume()
    await once(socket, 'end')
    expect(bytes).toBeGreaterThan(8_000_000)
  })

  test('a WebSocket client that answers pings but does not read its answers is disconnected', async () => {
    const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, ['graphql-transport-ws'])
    await once(socket, 'open')
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${tenant.key}` } }))
    await once(socket, 'message')
    socket.pause()
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: LARGE } }))
    const closed = once(socket, 'close')
    socket.on('error', () => {})
    const pong = setInterval(() => socket.readyState === WebSocket.OPEN && socket.pong(), 20)
    await closed
    clearInterval(pong)
  })

  test('a WebSocket client receives a large answer as one message', async () => {
    const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, ['graphql-transport-ws'])
    await once(socket, 'open')
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${honest.key}` } }))
    await once(socket, 'message')
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: LARGE } }))
    const [message] = await once(socket, 'message')
    expect(JSON.parse(String(message)).payload.data.events.nodes[4].a7).toHaveLength(200_000)
    socket.close()
  })

  test('an answer is refused by the bytes of its JSON, also where no event has them', async () => {
    const url = `http://127.0.0.1:9/${'x'.repeat(1_900)}`
    for (let n = 0; n < 40; n++) await honest.createEndpoint(url)
    const aliases = Array.from({ length: 990 }, (_, n) => `a${n}: url`).join(' ')
    const { errors } = await honest.request(`{ webhookEndpoints(first: 100) { nodes { ${aliases} } } }`)
    expect(errors?.[0]?.extensions.code).toBe('ANSWER_TOO_LARGE')
  })
})
