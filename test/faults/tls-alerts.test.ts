import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TlsOptions } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AttemptAnswer } from '../support/api.ts'
import { type App, startApp } from '../support/app.ts'
import { type CertificateFiles, createAuthority } from '../support/certificates.ts'

let app: App
let certificate: CertificateFiles
const folder = mkdtempSync(path.join(tmpdir(), 'signalbox-alerts-'))
const sockets = new Set<Socket>()
beforeAll(async () => {
  const authority = createAuthority(folder, 'authority')
  certificate = authority.issue('localhost', 'IP:127.0.0.1')
  app = await startApp({ ca: readFileSync(authority.file, 'utf8') })
})
afterAll(async () => {
  for (const socket of sockets) socket.destroy()
  await app.stop()
  rmSync(folder, { recursive: true })
})

async function startTls(options: TlsOptions): Promise<string> {
  const own = { key: readFileSync(certificate.key), cert: readFileSync(certificate.cert) }
  const server = createServer({ ...own, ...options }, (_request, response) => void response.writeHead(204).end())
  server.on('tlsClientError', () => {})
  server.on('connection', (socket: Socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  server.unref()
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

describe('TLS alert', () => {
  test.each<[string, TlsOptions, string]>([
    [
      'asks for a client certificate in TLS 1.3',
      { requestCert: true, rejectUnauthorized: true },
      '127.0.0.1 asks for a client certificate, which Signalbox has not. Accept requests without one and verify signatures.',
    ],
    [
      'asks for a client certificate in TLS 1.2',
      { requestCert: true, rejectUnauthorized: true, maxVersion: 'TLSv1.2' },
      '127.0.0.1 refused the TLS handshake: it asks for a client certificate, or shares no cipher with Signalbox.',
    ],
    [
      'speaks TLS 1.1 only',
      { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' },
      '127.0.0.1 speaks only versions of TLS that are out of use: enable TLS 1.2 or 1.3 there.',
    ],
    ['speaks HTTP/2 only', { ALPNProtocols: ['h2'] }, '127.0.0.1 speaks HTTP/2 only: enable HTTP/1.1 there as well.'],
  ])('a delivery fails with TLS_FAILED and the remedy when the receiver %s', async (_name, options, sentence) => {
    const tenant = await app.tenant()
    await tenant.createType('a.b')
    await tenant.createEndpoint(await startTls(options))
    await tenant.publish('a.b')
    await app.deliver()
    const [delivery] = await tenant.deliveries()
    const [{ errorCode, statusCode, explanation }] = delivery!.attempts as [AttemptAnswer]
    expect([errorCode, statusCode, explanation.replace(/:\d+/, '')]).toEqual(['TLS_FAILED', null, sentence])
  })
})
