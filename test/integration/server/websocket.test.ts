import { once } from 'node:events'
import { connect as connectSocket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import { type App, startApp } from '../../support/app.ts'

// graphql-transport-ws, frame by frame: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
let app: App
beforeAll(async () => {
  app = await startApp({ initTimeoutMs: 100 })
})
afterAll(() => app.stop())

interface Frames {
  send(frame: unknown): void
  /** The next frame, or the close code. */
  next(): Promise<{ type: string; id?: string; payload?: unknown } | number>
}

async function connect(protocols: string[] = ['graphql-transport-ws']): Promise<Frames> {
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, protocols)
  const arrived: (object | number)[] = []
  let wake = () => {}
  const push = (entry: object | number) => {
    arrived.push(entry)
    wake()
  }
  socket.on('message', (data) => push(JSON.parse(String(data))))
  socket.on('close', (code) => push(code))
  socket.on('error', () => {})
  await new Promise((resolve) => socket.once('open', resolve).once('close', resolve))
  return {
    send: (frame) => socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame)),
    async next() {
      while (arrived.length === 0)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      return arrived.shift() as never
    },
  }
}

const init = () => ({ type: 'connection_init', payload: { authorization: `Bearer ${app.hostKey}` } })
const watch = { id: '1', type: 'subscribe', payload: { query: 'subscription { liveStatus { degraded } }' } }

async function connected(): Promise<Frames> {
  const frames = await connect()
  frames.send(init())
  expect(await frames.next()).toMatchObject({ type: 'connection_ack' })
  return frames
}

describe('WebSocket', () => {
  test('an operation is answered by next and complete after connection_init', async () => {
    const frames = await connected()
    frames.send({ type: 'ping' })
    expect(await frames.next()).toMatchObject({ type: 'pong' })
    frames.send({ id: 'q', type: 'subscribe', payload: { query: '{ viewer { id } }' } })
    expect(await frames.next()).toMatchObject({ id: 'q', type: 'next', payload: { data: { viewer: {} } } })
    expect(await frames.next()).toEqual({ id: 'q', type: 'complete' })
  })

  test('a frame that is not a message closes the connection with 4400', async () => {
    const frames = await connect()
    frames.send('nonsense')
    expect(await frames.next()).toBe(4400)
  })

  test('a message of unknown type closes the connection with 4400', async () => {
    const frames = await connected()
    frames.send({ type: 'wat' })
    expect(await frames.next()).toBe(4400)
  })

  test('a subscribe before connection_init closes the connection with 4401', async () => {
    const frames = await connect()
    frames.send(watch)
    expect(await frames.next()).toBe(4401)
  })

  test.each([
    ['an unknown key', { authorization: 'Bearer sb_live_000000000000000000000000000000000000000000000000' }],
    ['no Bearer', { authorization: 'something' }],
  ])('a connection_init with %s closes the connection with 4403', async (_name, payload) => {
    const frames = await connect()
    frames.send({ type: 'connection_init', payload })
    expect(await frames.next()).toBe(4403)
  })

  test('an unsupported subprotocol closes the connection with 4406', async () => {
    const frames = await connect(['graphql-ws'])
    expect(await frames.next()).toBe(4406)
  })

  test('a connection without connection_init closes with 4408 after the timeout', async () => {
    const frames = await connect()
    expect(await frames.next()).toBe(4408)
  })

  test('an operation id in use closes the connection with 4409', async () => {
    const frames = await connected()
    frames.send(watch)
    expect(await frames.next()).toMatchObject({ id: '1', type: 'next' })
    frames.send(watch)
    expect(await frames.next()).toBe(4409)
  })

  test('a second connection_init closes the connection with 4429', async () => {
    const frames = await connected()
    frames.send(init())
    expect(await frames.next()).toBe(4429)
  })

  test('a connection_init without an API key closes the connection with 4403', async () => {
    const frames = await connect()
    frames.send({ type: 'connection_init' })
    expect(await frames.next()).toBe(4403)
  })

  test('a client that sends without reading responses is disconnected', async () => {
    const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, ['graphql-transport-ws'])
    await new Promise((resolve) => socket.once('open', resolve))
    const closed = new Promise((resolve) => socket.once('close', resolve).once('error', resolve))
    socket.pause()
    const ping = JSON.stringify({ type: 'ping', payload: { large: 'x'.repeat(900_000) } })
    // Far more than the socket buffers hold, with an upper limit.
    for (let sent = 0; sent < 100 && socket.readyState === WebSocket.OPEN; sent++)
      await new Promise((resolve) => socket.send(ping, resolve))
    socket.resume()
    await closed
  })

  test('a key that is revoked during a connection is rejected at the next operation', async () => {
    const tenant = await app.tenant()
    const frames = await connect()
    frames.send({ type: 'connection_init', payload: { authorization: `Bearer ${tenant.key}` } })
    expect(await frames.next()).toMatchObject({ type: 'connection_ack' })
    await tenant.ask('mutation ($id: ID!) { apiKeyRevoke(id: $id) { __typename } }', { id: tenant.keyId })
    frames.send({ id: '1', type: 'subscribe', payload: { query: '{ viewer { id } }' } })
    expect(await frames.next()).toMatchObject({ type: 'error', payload: [{ extensions: { code: 'UNAUTHENTICATED' } }] })
  })

  test('a refused upgrade loses its socket when the client keeps the connection half open', async () => {
    const socket = connectSocket({ host: '127.0.0.1', port: Number(new URL(app.url).port), allowHalfOpen: true })
    socket.write('GET /elsewhere HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n')
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk
    })
    await once(socket, 'end')
    expect(answer).toMatch(/^HTTP\/1\.1 404 /)
    // The server has no socket left: the system answers further data with a reset.
    const lost = once(socket, 'error')
    const write = () => socket.writable && socket.write('more', () => setImmediate(write))
    write()
    await expect(lost.then(([error]) => error.code)).resolves.toMatch(/ECONNRESET|EPIPE/)
  })

  test('an invalid document is answered with its errors', async () => {
    const frames = await connected()
    frames.send({ id: '1', type: 'subscribe', payload: { query: '{ nothing }' } })
    expect(await frames.next()).toMatchObject({
      id: '1',
      type: 'error',
      payload: [{ message: expect.stringContaining('nothing') }],
    })
    frames.send({ id: '2', type: 'subscribe', payload: { query: '{' } })
    expect(await frames.next()).toMatchObject({ id: '2', type: 'error' })
  })
})
