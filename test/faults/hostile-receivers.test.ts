import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RESPONSE_BYTES } from '../../worker/http-sender.ts'
import type { DeliveryAnswer } from '../support/api.ts'
import { type App, startApp } from '../support/app.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { freePort } from '../support/redis.ts'

// Each way in which a receiver can misbehave, and the explanation that the attempt records.
let app: App
const folder = mkdtempSync(path.join(tmpdir(), 'signalbox-tls-'))
const sockets = new Set<Socket>()
const table: string[] = []
let healthy: Receiver
/** The default wait before the second attempt, plus its jitter. */
const FIRST_RETRY_SECONDS = 120

beforeAll(async () => {
  const openssl = (...words: string[]) => execFileSync('openssl', words, { cwd: folder, stdio: 'pipe' })
  const authority = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30']
  openssl('req', ...authority, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=Test authority')
  openssl(
    'req',
    ...authority,
    '-keyout',
    'self.key',
    '-out',
    'self.pem',
    '-subj',
    '/CN=localhost',
    '-addext',
    'subjectAltName=IP:127.0.0.1',
  )
  for (const [name, alt, days] of [
    ['good', 'IP:127.0.0.1', '30'],
    ['wrong', 'DNS:other.example', '30'],
    ['expired', 'IP:127.0.0.1', '-1'],
  ] as const) {
    openssl(
      'req',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.csr`,
      '-subj',
      `/CN=${name}`,
    )
    execFileSync('sh', ['-c', `printf 'subjectAltName=${alt}' > ${name}.ext`], { cwd: folder })
    const validity =
      days === '-1' ? ['-not_before', '20250101000000Z', '-not_after', '20250503000000Z'] : ['-days', days]
    sign(name, validity)
  }
  healthy = await startReceiver()
  app = await startApp({ ca: readFileSync(path.join(folder, 'ca.pem'), 'utf8') })
})
afterAll(async () => {
  for (const socket of sockets) socket.destroy()
  await app.stop()
  await healthy.stop()
  console.log(
    ['| case | events | lost | explanation of the attempt |', '| --- | ---: | ---: | --- |', ...table].join('\n'),
  )
  rmSync(folder, { recursive: true })
})

/** `openssl x509 -days` takes no past dates in Debian 12, so the authority signs with `openssl ca`. */
function sign(name: string, validity: string[]): void {
  const script = `mkdir -p db && : > db/index.txt && echo 01 > db/serial &&
    printf '[ca]\\ndefault_ca=d\\n[d]\\ndatabase=db/index.txt\\nserial=db/serial\\nnew_certs_dir=db\\ndefault_md=sha256\\npolicy=p\\nunique_subject=no\\n[p]\\ncommonName=supplied\\n' > ca.cnf &&
    openssl ca -batch -config ca.cnf -cert ca.pem -keyfile ca.key -in ${name}.csr -out ${name}.pem -extfile ${name}.ext ${validity
      .map((word, index, all) =>
        word === '-not_before' ? '-startdate' : word === '-not_after' ? '-enddate' : all[index],
      )
      .join(' ')}`
  execFileSync('sh', ['-c', script], { cwd: folder, stdio: 'pipe' })
}

/**
 * Publishes one event to a URL and to a healthy receiver, which must receive the event at once. When the first attempt
 * fails, the endpoint is repaired and must receive the event by a retry.
 *
 * @returns the delivery after its first attempt
 */
async function deliverTo(url: string): Promise<DeliveryAnswer> {
  const tenant = await app.tenant()
  await tenant.createType('a.b')
  const { webhookEndpoint } = await tenant.createEndpoint(url, { timeoutSeconds: 1 })
  await tenant.createEndpoint(`${healthy.url}/beside`)
  const id = await tenant.publish('a.b')
  await app.deliver()
  const deliveries = await tenant.deliveries()
  const delivery = deliveries.find(({ endpointId }) => endpointId === webhookEndpoint.id)!
  expect(deliveries.find(({ endpointId }) => endpointId !== webhookEndpoint.id)).toMatchObject({ status: 'SUCCEEDED' })
  if (delivery.status === 'RETRYING') {
    await tenant.ask(
      `mutation ($id: ID!, $input: WebhookEndpointUpdateInput!) { webhookEndpointUpdate(id: $id, input: $input) {
        __typename ... on Error { code message } } }`,
      { id: webhookEndpoint.id, input: { url: `${healthy.url}/mended` } },
    )
    app.clock.advance(FIRST_RETRY_SECONDS)
    await app.deliver()
  }
  const received = healthy.requests.filter(({ eventId }) => eventId === id).length
  const got = delivery.status === 'SUCCEEDED' ? 1 : 2
  table.push(
    `| ${expect.getState().currentTestName?.split(' > ').at(-1)} | 1 | ${got - received} | ${delivery.attempts[0]?.explanation.replace(/:\d+/g, '')} |`,
  )
  expect(received).toBe(got)
  return delivery
}

/** A TCP receiver that responds with raw bytes. */
async function raw(onRequest: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('data', () => onRequest(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  server.unref()
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

async function tls(name: string): Promise<string> {
  const read = (file: string) => readFileSync(path.join(folder, file))
  const server = createTlsServer({ key: read(`${name}.key`), cert: read(`${name}.pem`) }, (request, response) => {
    request.resume().on('end', () => response.writeHead(204).end())
  })
  server.on('tlsClientError', () => {})
  server.on('connection', (socket: Socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  server.unref()
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

/** The recorded first attempt, without the port in its explanation. */
const recorded = ({ status, attempts: [attempt] }: DeliveryAnswer) => [
  status,
  attempt?.statusCode,
  attempt?.errorCode,
  attempt?.explanation.replace(/:\d+/g, ''),
]

describe('hostile receiver', () => {
  test('a delivery fails with CONNECTION_REFUSED when the receiver refuses the connection', async () => {
    const url = `http://127.0.0.1:${await freePort()}/`
    expect(recorded(await deliverTo(url))).toEqual([
      'RETRYING',
      null,
      'CONNECTION_REFUSED',
      '127.0.0.1 refused the connection: nothing listens there.',
    ])
  })

  test('a delivery fails with TIMEOUT when the receiver hangs before the headers', async () => {
    const url = await raw(() => {})
    expect(recorded(await deliverTo(url))).toEqual([
      'RETRYING',
      null,
      'TIMEOUT',
      '127.0.0.1 did not answer within 1 s.',
    ])
  })

  test('a delivery fails with TIMEOUT when the receiver hangs after the headers', async () => {
    const url = await raw((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n'))
    expect(recorded(await deliverTo(url))).toEqual([
      'RETRYING',
      200,
      'TIMEOUT',
      '127.0.0.1 answered 200 but did not finish its response within 1 s.',
    ])
  })

  test('a delivery fails with TIMEOUT when the receiver sends its body byte by byte past the deadline', async () => {
    const url = await raw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n')
      const timer = setInterval(() => socket.write('x'), 50)
      socket.on('close', () => clearInterval(timer))
    })
    expect(recorded(await deliverTo(url))).toEqual([
      'RETRYING',
      200,
      'TIMEOUT',
      '127.0.0.1 answered 200 but did not finish its response within 1 s.',
    ])
  })

  test('a delivery reads 64 KiB, keeps 10 KiB and closes the connection when the response body never ends', async () => {
    let sent = 0
    const { promise: closed, resolve } = Promise.withResolvers<void>()
    const url = await raw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n')
      const chunk = 'a'.repeat(4096)
      const more = () => {
        while (!socket.destroyed && socket.write(`1000\r\n${chunk}\r\n`)) sent += 4096
      }
      socket.on('drain', more).on('close', () => resolve())
      more()
    })
    const delivery = await deliverTo(url)
    await closed
    expect(delivery).toMatchObject({ status: 'SUCCEEDED', attempts: [{ statusCode: 200, errorCode: null }] })
    expect(delivery.attempts[0]?.responseBody).toHaveLength(10 * 1024)
    expect(sent).toBeGreaterThan(RESPONSE_BYTES)
  })

  test('a delivery fails with RESPONSE_TOO_LARGE when the receiver sends 1 MB of headers', async () => {
    const url = await raw((socket) => socket.write(`HTTP/1.1 200 OK\r\nx-long: ${'a'.repeat(1_000_000)}\r\n\r\n`))
    expect(recorded(await deliverTo(url))).toEqual([
      'RETRYING',
      null,
      'RESPONSE_TOO_LARGE',
      '127.0.0.1 answered with more than 16 KiB of headers.',
    ])
  })

  test('a delivery fails with CONNECTION_RESET when the receiver resets the connection', async () => {
    const url = await raw((socket) => socket.resetAndDestroy())
    expect(recorded(await deliverTo(url))).toEqual([
      'RETRYING',
      null,
      'CONNECTION_RESET',
      '127.0.0.1 closed the connection before it answered.',
    ])
  })

  test('a delivery fails with RESPONSE_INVALID when the receiver does not speak HTTP', async () => {
    const url = await raw((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'))
    expect(recorded(await deliverTo(url))).toEqual([
      'RETRYING',
      null,
      'RESPONSE_INVALID',
      '127.0.0.1 did not answer in valid HTTP.',
    ])
  })

  test('a delivery fails with REDIRECTED when the receiver redirects, and the redirect is not followed', async () => {
    let followed = 0
    const target = await raw(() => followed++)
    const url = await raw((socket) =>
      socket.end(`HTTP/1.1 301 Moved Permanently\r\nlocation: ${target}\r\ncontent-length: 0\r\n\r\n`),
    )
    const delivery = await deliverTo(url)
    expect(recorded(delivery)).toEqual([
      'RETRYING',
      301,
      'REDIRECTED',
      '127.0.0.1 answered 301 Moved Permanently: redirects are not followed. Set the endpoint to its final URL.',
    ])
    expect(delivery.attempts[0]?.responseHeaders).toContainEqual({ name: 'location', value: target })
    expect(followed).toBe(0)
  })

  test('a delivery records the status and code when the response has NUL and invalid UTF-8', async () => {
    const url = await raw((socket) =>
      socket.end(
        Buffer.from('HTTP/1.1 500 No\r\nx-odd: \xff\xfe\r\ncontent-length: 4\r\n\r\n\x00\xff\xfe\x00', 'latin1'),
      ),
    )
    expect(recorded(await deliverTo(url)).slice(0, 3)).toEqual(['RETRYING', 500, 'HTTP_SERVER_ERROR'])
  })
})

describe('certificate of a receiver', () => {
  test('a delivery succeeds when a trusted authority signed the certificate', async () => {
    expect(await deliverTo(await tls('good'))).toMatchObject({ status: 'SUCCEEDED' })
  })

  test.each([
    ['expired', 'The certificate of 127.0.0.1 expired on 03 May 2025: renew it.'],
    ['self', 'The certificate of 127.0.0.1 is self-signed: use one from a public authority.'],
    ['wrong', 'The certificate of 127.0.0.1 is for another name: install one for this host.'],
  ])('a delivery fails with TLS_CERTIFICATE when the certificate is: %s', async (name, sentence) => {
    const url = await tls(name)
    // Twice, because a resumed TLS session must not skip the check.
    for (let times = 0; times < 2; times++)
      expect(recorded(await deliverTo(url))).toEqual(['RETRYING', null, 'TLS_CERTIFICATE', sentence])
  })

  test('a delivery fails with TLS_FAILED when the receiver speaks plain HTTP', async () => {
    const url = (await raw((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))).replace('http:', 'https:')
    expect(recorded(await deliverTo(url)).slice(0, 3)).toEqual(['RETRYING', null, 'TLS_FAILED'])
  })
})
