import { type AddressInfo, createServer, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CONNECTION_BYTES } from '../../worker/watch-responses.ts'

import { type App, startApp } from '../support/app.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'

// A receiver feeds the worker outside of the response body. Each flood ends at its bound, long before the timeout.
let app: App
let honest: Receiver
const sockets = new Set<Socket>()
const TIMEOUT_SECONDS = 10
/** Bytes in the buffers of both ends of a loopback connection. */
const IN_BUFFERS = 8 * 1024 * 1024

beforeAll(async () => {
  honest = await startReceiver()
  app = await startApp()
})
afterAll(async () => {
  for (const socket of sockets) socket.destroy()
  await app.stop()
  await honest.stop()
})

/** A receiver that begins its response with `head` and repeats `part` as fast as the worker reads. */
async function startFlood(head: string, part: string) {
  let sent = 0
  const { promise: closed, resolve } = Promise.withResolvers<void>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => resolve())
    const bytes = Buffer.from(part.repeat(Math.ceil(65_536 / part.length)))
    const more = () => {
      while (!socket.destroyed) {
        sent += bytes.length
        if (!socket.write(bytes)) return
      }
    }
    socket.once('data', () => {
      socket.write(head)
      socket.on('drain', more)
      more()
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  server.unref()
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/`, sent: () => sent, closed }
}

/** Publishes one event to the URL and to an honest receiver. @returns the two deliveries */
async function deliverTo(url: string) {
  const tenant = await app.tenant()
  await tenant.createType('a.b')
  const { webhookEndpoint } = await tenant.createEndpoint(url, { timeoutSeconds: TIMEOUT_SECONDS })
  await tenant.createEndpoint(honest.url)
  await tenant.publish('a.b')
  const began = performance.now()
  await app.deliver()
  const seconds = (performance.now() - began) / 1000
  const deliveries = await tenant.deliveries()
  const isFlooded = ({ endpointId }: { endpointId: string }) => endpointId === webhookEndpoint.id
  const [attempt] = deliveries.find(isFlooded)!.attempts
  const explanation = attempt?.explanation.replace(/:\d+/g, '')
  return { seconds, attempt: { ...attempt, explanation }, beside: deliveries.find((one) => !isFlooded(one))! }
}

describe('receiver that floods the worker', () => {
  test.each([
    ['interim responses', '', 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n', null],
    ['a chunk extension', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;a=', 'x', 200],
    [
      'an extension in each chunk',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n',
      `1;a=${'x'.repeat(4_000)}\r\na\r\n`,
      200,
    ],
    ['trailers', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n', `${'x'.repeat(1_000)}: a\r\n`, 200],
  ])(
    'a delivery fails with RESPONSE_TOO_LARGE after bounded bytes when the receiver sends %s without end',
    async (_flood, head, part, statusCode) => {
      const flood = await startFlood(head, part)
      const { seconds, attempt, beside } = await deliverTo(flood.url)
      await flood.closed
      expect(attempt).toMatchObject({ statusCode, errorCode: 'RESPONSE_TOO_LARGE' })
      expect(beside).toMatchObject({ status: 'SUCCEEDED' })
      expect(seconds).toBeLessThan(TIMEOUT_SECONDS / 2)
      expect(flood.sent()).toBeLessThan(CONNECTION_BYTES + IN_BUFFERS)
    },
  )

  test('a delivery succeeds when each byte of a long body is a chunk', async () => {
    const flood = await startFlood('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n', '1\r\na\r\n')
    expect((await deliverTo(flood.url)).attempt).toMatchObject({ statusCode: 200, errorCode: null })
  })

  test('a connection carries more bytes than one response may when its responses are small', async () => {
    const responses = 12
    const receiver = await startReceiver((_request, response) => response.end('a'.repeat(60 * 1024)))
    const tenant = await app.tenant()
    await tenant.createType('a.b')
    await tenant.createEndpoint(receiver.url, { maxConcurrency: 1 })
    for (let count = 0; count < responses; count++) {
      await tenant.publish('a.b')
      await app.deliver()
    }
    expect((await tenant.deliveries()).filter(({ status }) => status === 'SUCCEEDED')).toHaveLength(responses)
    await receiver.stop()
  })

  test('an attempt shows no message of a library when the status of the response is 000', async () => {
    const { url } = await startFlood('HTTP/1.1 000 No\r\ncontent-length: 0\r\n\r\n', ' ')
    expect((await deliverTo(url)).attempt).toMatchObject({
      errorCode: 'RESPONSE_INVALID',
      explanation: '127.0.0.1 did not answer in valid HTTP.',
    })
  })
})
