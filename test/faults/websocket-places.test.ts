import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import {
  PENDING_SOCKETS_PER_ADDRESS,
  SOCKETS_PER_ORGANIZATION,
  SOCKETS_PER_PRINCIPAL,
} from '../../src/server/socket-places.ts'
import { type App, startApp } from '../support/app.ts'
import { sendUnread } from '../support/raw-http.ts'

// Clients that take the places of WebSockets. Every client has the same proxy and an address of its own.
let app: App
beforeAll(async () => {
  app = await startApp({ trustedProxies: ['127.0.0.0/8'], initTimeoutMs: 1_500 })
})
afterAll(() => app.stop())

function open(address: string): WebSocket {
  const headers = { 'x-forwarded-for': address }
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, ['graphql-transport-ws'], { headers })
  return socket.on('error', () => {})
}
/** The first message of the server as an object, or the code of the close frame. */
function nextOf(socket: WebSocket): Promise<unknown> {
  return Promise.race([
    once(socket, 'message').then(([data]) => JSON.parse(String(data))),
    once(socket, 'close').then(([code]) => code),
  ])
}
async function connect(key: string, address: string): Promise<{ socket: WebSocket; first: unknown }> {
  const socket = open(address)
  await once(socket, 'open')
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${key}` } }))
  return { socket, first: await nextOf(socket) }
}

describe('WebSocket places', () => {
  test('one address without a key takes its own share only, and gives it back soon after its time', async () => {
    const sockets = Array.from({ length: PENDING_SOCKETS_PER_ADDRESS + 20 }, () => open('198.51.100.1'))
    const results = await Promise.all(
      sockets.map((socket) =>
        Promise.race([
          once(socket, 'open').then(() => 101),
          once(socket, 'unexpected-response').then(([, response]) => response.statusCode),
        ]),
      ),
    )
    expect(results.filter((status) => status === 503)).toHaveLength(20)
    const tenant = await app.tenant()
    const { first, socket } = await connect(tenant.key, '198.51.100.2')
    expect(first).toEqual({ type: 'connection_ack' })
    socket.close()
    for (const each of sockets) each.terminate()
    await expect.poll(async () => (await connect(tenant.key, '198.51.100.1')).first).toEqual({ type: 'connection_ack' })
  })

  test('a client that never authenticates loses its socket although it does not answer the close frame', async () => {
    const key = 'AAAAAAAAAAAAAAAAAAAAAA=='
    const handshake = `GET /graphql HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${key}\r\nsec-websocket-protocol: graphql-transport-ws\r\n\r\n`
    const socket = await sendUnread(app.url, handshake)
    const began = performance.now()
    await once(socket.resume(), 'end')
    expect(performance.now() - began).toBeLessThan(5_000)
  })

  test('one key has a bounded number of WebSockets, and another key is served', async () => {
    const [tenant, other] = [await app.tenant(), await app.tenant()]
    const addresses = Array.from({ length: SOCKETS_PER_PRINCIPAL + 10 }, (_, n) => `203.0.113.${n}`)
    const opened = await Promise.all(addresses.map((address) => connect(tenant.key, address)))
    expect(opened.filter(({ first }) => first === 1013)).toHaveLength(10)
    expect((await connect(other.key, '203.0.113.1')).first).toEqual({ type: 'connection_ack' })
    for (const { socket } of opened) socket.terminate()
  })

  test('the keys of one organization have a bounded number of WebSockets together, and another one is served', async () => {
    const [tenant, other] = [await app.tenant(), await app.tenant()]
    const keys = SOCKETS_PER_ORGANIZATION / SOCKETS_PER_PRINCIPAL
    const opened: WebSocket[] = []
    for (let k = 0; k < keys; k++) {
      const { key } = await app.tenant({ events: ['read'] }, tenant.organizationId)
      const addresses = Array.from({ length: SOCKETS_PER_PRINCIPAL }, (_, n) => `203.0.113.${n}`)
      const all = await Promise.all(addresses.map((address) => connect(key, address)))
      for (const { first } of all) expect(first).toEqual({ type: 'connection_ack' })
      opened.push(...all.map(({ socket }) => socket))
    }
    expect((await connect(tenant.key, '203.0.113.1')).first).toBe(1013)
    expect((await connect(other.key, '203.0.113.1')).first).toEqual({ type: 'connection_ack' })
    opened.shift()!.terminate()
    await expect.poll(async () => (await connect(tenant.key, '203.0.113.1')).first).toEqual({ type: 'connection_ack' })
    for (const socket of opened) socket.terminate()
  })

  test('an operation with 260,000 nested arrays is answered with an error on a connection that stays open', async () => {
    const tenant = await app.tenant()
    const { socket } = await connect(tenant.key, '198.51.100.3')
    const nested = `${'['.repeat(260_000)}${']'.repeat(260_000)}`
    const query = 'mutation ($data: JSON!) { eventPublish(input: { type: "a.b", data: $data }) { __typename } }'
    socket.send(
      `{"id":"1","type":"subscribe","payload":{"query":${JSON.stringify(query)},"variables":{"data":${nested}}}}`,
    )
    expect(await nextOf(socket)).toMatchObject({
      type: 'error',
      payload: [{ message: expect.stringContaining('nested deeper'), extensions: { code: 'BAD_REQUEST' } }],
    })
    socket.send(JSON.stringify({ id: '2', type: 'subscribe', payload: { query: '{ viewer { id } }' } }))
    expect(await nextOf(socket)).toMatchObject({ id: '2', type: 'next' })
    socket.close()
  })
})
