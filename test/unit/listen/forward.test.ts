import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LeasedDelivery } from '../../../listen/api.ts'
import { errorCodeOf, forward } from '../../../listen/forward.ts'
import { hasValidSignature } from '../../../listen/verify.ts'

const DELIVERY: LeasedDelivery = {
  ...{ delivery: { id: 'dlv_1', eventId: 'evt_1', attemptCount: 0 }, version: 1, bodyBase64: btoa('{"a":1}') },
  headers: [
    { name: 'content-type', value: 'application/json' },
    { name: 'content-length', value: '7' },
    { name: 'connection', value: 'close' },
    { name: 'user-agent', value: 'Signalbox' },
  ],
}
const HEAD = 'HTTP/1.1 200 OK\r\nconnection: close\r\n'

let asked = ''
let respond: (socket: Socket) => void
const server = createServer((socket) => {
  socket.on('error', () => {})
  socket.once('data', (chunk) => {
    asked = String(chunk)
    respond(socket)
  })
})
beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening')
})
afterAll(() => void server.close())
const send = (answer: string | ((socket: Socket) => void)) => {
  respond = typeof answer === 'string' ? (socket) => socket.end(answer) : answer
  return forward(DELIVERY, `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`)
}

describe('forward of listen', () => {
  test('headers of the request are sent, and those of a connection are written anew', async () => {
    const result = await send(`${HEAD}x-a: b\r\n\r\nthanks`)
    expect(result).toMatchObject({ statusCode: 200, body: 'thanks' })
    expect(result.headers).toContainEqual({ name: 'x-a', value: 'b' })
    expect(asked).toMatch(/^POST \/hooks HTTP\/1.1\r\n/)
    expect(asked).toMatch(/user-agent: Signalbox\r\n/i)
    expect(asked.match(/content-length: 7\r\n/gi)).toHaveLength(1)
  })

  test('the first 10 KiB of a body are kept', async () => {
    const { body } = await send(`${HEAD}\r\n${'b'.repeat(20_000)}`)
    expect(body).toBe('b'.repeat(10_240))
  })

  test('headers are kept up to 16,384 characters, and up to 100', async () => {
    const joined = await send(`${HEAD}${'a: \r\n'.repeat(9_000)}x-b: c\r\n\r\n`)
    expect(joined.headers?.map(({ name }) => name)).toEqual(['connection', 'x-b'])
    const names = Array.from({ length: 150 }, (_, n) => `x-${n}: c\r\n`)
    expect((await send(`${HEAD}${names.join('')}\r\n`)).headers).toHaveLength(100)
  })

  test('a redirect is not followed', async () => {
    expect(await send('HTTP/1.1 302 Found\r\nlocation: /other\r\ncontent-length: 0\r\n\r\n')).toMatchObject({
      statusCode: 302,
    })
  })

  test.each([
    ['CONNECTION_RESET', 'that closes the connection', (socket: Socket) => socket.destroy()],
    ['CONNECTION_RESET', 'that resets the connection', (socket: Socket) => socket.resetAndDestroy()],
    ['RESPONSE_INVALID', 'that speaks no HTTP', 'SSH-2.0-OpenSSH\r\n'],
    ['RESPONSE_INVALID', 'with a status above 599', 'HTTP/1.1 799 Odd\r\ncontent-length: 0\r\n\r\n'],
    ['RESPONSE_TOO_LARGE', 'with a body over 1 MiB', `${HEAD}\r\n${'b'.repeat(1024 * 1024 + 1)}`],
    ['RESPONSE_TOO_LARGE', 'with too many headers', `${HEAD}x-long: ${'v'.repeat(70_000)}\r\n\r\n`],
  ])('%s is the result of a target %s', async (errorCode, _target, answer) => {
    expect(await send(answer as string)).toEqual({ errorCode, durationMs: expect.any(Number) })
  })

  test.each([
    [{ name: 'TimeoutError' }, 'TIMEOUT'],
    [{ cause: { code: 'UND_ERR_CONNECT_TIMEOUT' } }, 'TIMEOUT'],
    [{ cause: { code: 'ENOTFOUND' } }, 'DNS_FAILED'],
    [{ cause: { code: 'EHOSTUNREACH' } }, 'UNREACHABLE'],
    [{ cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' } }, 'TLS_CERTIFICATE'],
    [{ cause: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' } }, 'TLS_CERTIFICATE'],
    [{ cause: { code: 'ERR_SSL_WRONG_VERSION_NUMBER' } }, 'TLS_FAILED'],
    [{ cause: { message: 'bad port' } }, 'CONNECTION_FAILED'],
  ])('the error %j is %s', (error, code) => {
    expect(errorCodeOf(error)).toBe(code)
  })

  test('the signature of other bytes is not valid', () => {
    // The example of the Standard Webhooks libraries.
    const signed = {
      ...DELIVERY,
      bodyBase64: btoa('{"test": 2432232314}'),
      headers: [
        { name: 'webhook-id', value: 'msg_p5jXN8AQM9LWM0D4loKWxJek' },
        { name: 'webhook-timestamp', value: '1614265330' },
        { name: 'webhook-signature', value: 'v1,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=' },
      ],
    }
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
    expect(hasValidSignature(signed, secret)).toBe(true)
    expect(hasValidSignature({ ...signed, bodyBase64: btoa('{"test": 2432232315}') }, secret)).toBe(false)
  })
})
