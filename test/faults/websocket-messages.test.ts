import { once } from 'node:events'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import WebSocket from 'ws'
import { createLog } from '../../src/lib/log.ts'
import { SUBSCRIPTION_CHARACTERS } from '../../src/server/subscription-size.ts'
import { PENDING_BYTES } from '../../src/server/websocket.ts'
import { type App, startApp } from '../support/app.ts'

// Messages that break the code which handles them. A second client beside each notices nothing.
const NESTED = `${'['.repeat(260_000)}${']'.repeat(260_000)}`
const errorLines: string[] = []

let app: App
let key: string
let beside: WebSocket
beforeAll(async () => {
  app = await startApp({ log: createLog({ level: 'warn', destination: { write: (line) => errorLines.push(line) } }) })
  key = (await app.tenant()).key
})
afterAll(() => app.stop())

beforeEach(async () => {
  for (const method of ['error', 'warn', 'log'] as const) vi.spyOn(console, method)
  beside = await connect()
})
afterEach(async () => {
  beside.send(JSON.stringify({ id: 'b', type: 'subscribe', payload: { query: '{ viewer { id } }' } }))
  expect(await nextOf(beside)).toMatchObject({ id: 'b', type: 'next' })
  beside.terminate()
  expect(errorLines).toEqual([])
  for (const method of ['error', 'warn', 'log'] as const) expect(console[method]).not.toHaveBeenCalled()
  vi.restoreAllMocks()
})

async function open(): Promise<WebSocket> {
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, ['graphql-transport-ws'])
  socket.on('error', () => {})
  await once(socket, 'open')
  return socket
}
/** The next message of the server as an object, or the code of the close frame. */
function nextOf(socket: WebSocket): Promise<unknown> {
  return Promise.race([
    once(socket, 'message').then(([data]) => JSON.parse(String(data))),
    once(socket, 'close').then(([code]) => code),
  ])
}
const initText = () => `{"type":"connection_init","payload":{"authorization":"Bearer ${key}"}}`
async function connect(): Promise<WebSocket> {
  const socket = await open()
  socket.send(initText())
  expect(await nextOf(socket)).toEqual({ type: 'connection_ack' })
  return socket
}

describe('WebSocket message', () => {
  test.each([
    ['ping', `{"type":"ping","payload":{"a":${NESTED}}}`],
    ['ping with a list as its payload', `{"type":"ping","payload":${NESTED}}`],
    ['pong with a list as its payload', `{"type":"pong","payload":${NESTED}}`],
    ['second connection_init', `{"type":"connection_init","payload":${NESTED}}`],
    ['subscribe with nested extensions', `{"id":"1","type":"subscribe","payload":${NESTED}}`],
    ['message of the server with nested errors', `{"id":"1","type":"error","payload":${NESTED}}`],
    ['text that is no JSON', '{'],
  ])('a %s of 260,000 nested arrays ends its own socket with 4400', async (_name, text) => {
    const socket = await connect()
    socket.send(text)
    expect(await nextOf(socket)).toBe(4400)
  })

  test('an id of 1,000 bytes that is taken ends its own socket with 4409', async () => {
    const socket = await connect()
    const payload = { query: 'subscription { deliveryUpdates { __typename } }' }
    const text = JSON.stringify({ id: 'é'.repeat(500), type: 'subscribe', payload })
    socket.send(text)
    socket.send(text)
    expect(await nextOf(socket)).toBe(4409)
  })

  test('a subscription with an id of 100,000 characters is refused, because its id is kept', async () => {
    const socket = await connect()
    const payload = { query: 'subscription { deliveryUpdates { __typename } }' }
    socket.send(JSON.stringify({ id: 'a'.repeat(100_000), type: 'subscribe', payload }))
    expect(JSON.stringify(await nextOf(socket))).toContain(`at most ${SUBSCRIPTION_CHARACTERS} characters`)
    socket.terminate()
  })

  test('a subscription over SSE with a megabyte of variables is refused, because its variables are kept', async () => {
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${key}` },
      body: JSON.stringify({
        query: 'subscription { deliveryUpdates { __typename } }',
        variables: { unused: 'a'.repeat(1_000_000) },
      }),
    })
    expect(await response.text()).toContain('QUERY_TOO_LARGE')
  })

  test('a pong of 260,000 nested arrays is ignored', async () => {
    const socket = await connect()
    socket.send(`{"type":"pong","payload":{"a":${NESTED}}}`)
    socket.send('{"type":"ping"}')
    expect(await nextOf(socket)).toEqual({ type: 'pong' })
    socket.terminate()
  })

  test('a ping of 500 levels is answered with its payload', async () => {
    const socket = await connect()
    const payload = JSON.parse(`{"a":${'['.repeat(498)}${']'.repeat(498)}}`)
    socket.send(JSON.stringify({ type: 'ping', payload }))
    expect(await nextOf(socket)).toEqual({ type: 'pong', payload })
    socket.terminate()
  })

  test.each([
    ['a ping', `{"type":"ping","payload":{"a":${NESTED}}}`],
    ['a connection_init', `{"type":"connection_init","payload":{"a":${NESTED}}}`],
    ['a message of spaces', ' '.repeat(PENDING_BYTES)],
  ])('%s past the bytes before connection_ack ends its own socket', async (_name, text) => {
    const socket = await open()
    socket.send(text)
    expect(await nextOf(socket)).toBe(1006)
  })

  test('a connection_init with much else beside the key is accepted', async () => {
    const socket = await open()
    const more = 'x'.repeat(PENDING_BYTES - 1_000)
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${key}`, more } }))
    expect(await nextOf(socket)).toEqual({ type: 'connection_ack' })
    socket.send(JSON.stringify({ type: 'ping', payload: { more } }))
    expect(await nextOf(socket)).toMatchObject({ type: 'pong' })
    socket.terminate()
  })

  test.each([
    ['a frame that breaks the protocol', Buffer.from([0xf3, 0x80, 0, 0, 0, 0]), 1002],
    ['a message of more than 1 MiB', 'x'.repeat(1024 * 1024 + 1), 1009],
  ])('%s ends its own socket', async (_name, data, code) => {
    const socket = await connect()
    // The public interface of ws sends no invalid frame.
    if (typeof data === 'string') socket.send(data)
    else (socket as unknown as { _socket: { write(data: Buffer): void } })._socket.write(data)
    expect(await nextOf(socket)).toBe(code)
  })
})
