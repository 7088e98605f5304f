import { type AddressInfo, createServer, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type App, startApp } from '../support/app.ts'

let app: App
const sockets = new Set<Socket>()
beforeAll(async () => {
  app = await startApp()
})
afterAll(async () => {
  for (const socket of sockets) socket.destroy()
  await app.stop()
})

const FINAL = 'HTTP/1.1 200 OK\r\nx-final: yes\r\ncontent-length: 2\r\n\r\nok'

/** A receiver that answers each request with raw text. */
async function startRaw(answer: string) {
  const bodies: string[] = []
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
      const [, length = ''] = /content-length: (\d+)/i.exec(text) ?? []
      const start = text.indexOf('\r\n\r\n') + 4
      if (length === '' || start < 4 || text.length < start + Number(length)) return
      bodies.push(text.slice(start))
      text = ''
      socket.write(answer)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  server.unref()
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, bodies }
}

async function tenantAt(url: string) {
  const tenant = await app.tenant()
  await tenant.createType('a.b')
  await tenant.createEndpoint(url, { timeoutSeconds: 2, disableAfterFailures: 1 })
  return tenant
}

/** The second attempt is due at once. */
async function deliverTwice(): Promise<void> {
  await app.deliver()
  await app.deliver()
}

describe('interim response', () => {
  test.each([
    ['an unasked 100 Continue', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['several 100 Continue', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(3)],
    ['103 and then 100', 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n'],
  ])('a delivery succeeds at once by the other client when the receiver sends %s', async (_name, interim) => {
    const receiver = await startRaw(interim + FINAL)
    const tenant = await tenantAt(receiver.url)
    await tenant.publish('a.b', { n: 1 })
    await deliverTwice()
    const [delivery] = await tenant.deliveries()
    expect(delivery).toMatchObject({
      status: 'SUCCEEDED',
      attempts: [
        { errorCode: 'INTERIM_RESPONSE', statusCode: null, explanation: expect.stringContaining('Sent again at once') },
        {
          errorCode: null,
          statusCode: 200,
          responseBody: 'ok',
          responseHeaders: expect.arrayContaining([{ name: 'x-final', value: 'yes' }]),
        },
      ],
    })
    expect(receiver.bodies[0]).toBe(receiver.bodies[1])
    await tenant.publish('a.b', { n: 2 })
    await app.deliver()
    const deliveries = await tenant.deliveries()
    expect(deliveries.map(({ status, attempts }) => [status, attempts.length]).sort()).toEqual([
      ['SUCCEEDED', 1],
      ['SUCCEEDED', 2],
    ])
    expect(receiver.bodies).toHaveLength(3)
  })

  test.each([
    ['102', 'HTTP/1.1 102 Processing\r\n\r\n'],
    ['103', 'HTTP/1.1 103 Early Hints\r\n\r\n'],
  ])('a delivery succeeds with one attempt when the receiver sends %s', async (_name, interim) => {
    const receiver = await startRaw(interim + FINAL)
    const tenant = await tenantAt(receiver.url)
    await tenant.publish('a.b')
    await app.deliver()
    expect(await tenant.deliveries()).toMatchObject([{ status: 'SUCCEEDED', attempts: [{ statusCode: 200 }] }])
  })

  test.each([
    ['hangs after the interim response', '', 'TIMEOUT', null],
    ['hangs within the body', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok', 'TIMEOUT', 200],
    [
      'sends two lengths',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok',
      'RESPONSE_INVALID',
      200,
    ],
    ['sends too many headers', `HTTP/1.1 200 OK\r\nx: ${'a'.repeat(100_000)}\r\n\r\n`, 'RESPONSE_TOO_LARGE', null],
    ['refuses', 'HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n', 'HTTP_SERVER_ERROR', 500],
  ])(
    'the other client keeps the bounds and names the failure when the receiver %s',
    async (_name, final, code, status) => {
      const receiver = await startRaw(`HTTP/1.1 100 Continue\r\n\r\n${final}`)
      const tenant = await tenantAt(receiver.url)
      await tenant.publish('a.b')
      await deliverTwice()
      const [delivery] = await tenant.deliveries()
      expect(delivery).toMatchObject({
        attempts: [{ errorCode: 'INTERIM_RESPONSE' }, { errorCode: code, statusCode: status }],
      })
    },
  )
})

describe('interim response to a running worker', () => {
  test('the delivery is sent again at once, without waiting for the retry policy', async () => {
    const live = await startApp({ clock: { now: () => new Date(), forQueue: () => null } })
    await live.worker.start()
    const receiver = await startRaw(`HTTP/1.1 100 Continue\r\n\r\n${FINAL}`)
    const tenant = await live.tenant()
    await tenant.createType('a.b')
    await tenant.createEndpoint(receiver.url)
    await tenant.publish('a.b')
    await expect.poll(async () => (await tenant.deliveries())[0]?.status, { timeout: 5_000 }).toBe('SUCCEEDED')
    expect(receiver.bodies).toHaveLength(2)
    await live.stop()
  })
})

describe('invalid response', () => {
  test.each([
    ['an upgrade that was not asked for', '101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n', 101],
    ['two different lengths', '201 Created\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok', 201],
    ['a list of lengths', '200 OK\r\nContent-Length: 2, 3\r\n\r\nok', 200],
    [
      'a length and chunks',
      '503 No\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
      503,
    ],
    ['a malformed header', '200 OK\r\nbad header\r\n\r\n', 200],
    ['a malformed chunk', '200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nok\r\n0\r\n\r\n', 200],
  ])(
    'a delivery fails with RESPONSE_INVALID and the status when the response has %s',
    async (_name, response, status) => {
      const receiver = await startRaw(`HTTP/1.1 ${response}`)
      const tenant = await tenantAt(receiver.url)
      await tenant.publish('a.b')
      await app.deliver()
      const [delivery] = await tenant.deliveries()
      expect(delivery!.attempts).toMatchObject([{ errorCode: 'RESPONSE_INVALID', statusCode: status }])
      expect(delivery!.attempts[0]!.explanation).toContain(
        `answered ${status} in invalid HTTP: check its headers and body length.`,
      )
    },
  )
})
