import { request as httpRequest } from 'node:http'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type App, startApp, TENANT } from '../../support/app.ts'

const VARY = 'authorization, x-api-key, cookie, origin, signalbox-organization, accept, accept-encoding'
let app: App
beforeAll(async () => {
  app = await startApp({ trustedProxies: ['127.0.0.0/8'] })
})
afterAll(() => app.stop())

async function post(headers: Record<string, string>, query = '{ viewer { organization { name } } }') {
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  })
  return { status: response.status, headers: response.headers, body: await response.json() }
}

describe('authentication', () => {
  test.each([
    ['Authorization', () => ({ authorization: `Bearer ${app.hostKey}` })],
    ['authorization in another case', () => ({ authorization: `bearer  ${app.hostKey}` })],
    ['X-API-Key', () => ({ 'x-api-key': app.hostKey })],
    ['both, the same', () => ({ authorization: `Bearer ${app.hostKey}`, 'x-api-key': app.hostKey })],
  ])('an API key is accepted in %s', async (_name, headers) => {
    expect((await post(headers())).body.data.viewer.organization.name).toBe('Default')
  })

  test.each([
    ['junk', { authorization: 'Bearer junk' }, 'This is not an API key of this installation'],
    ['a wrong checksum', { 'x-api-key': `sb_live_${'0'.repeat(48)}` }, 'This is not an API key of this installation'],
    ['another scheme', { authorization: 'Basic abc' }, 'must be "Bearer", a space, and the API key'],
    ['two different keys', { authorization: 'Bearer a', 'x-api-key': 'b' }, 'hold different API keys'],
  ])('%s is rejected with 401 and advice', async (_name, headers, message) => {
    const { status, body } = await post(headers)
    expect(status).toBe(401)
    expect(body.errors[0]).toMatchObject({
      message: expect.stringContaining(message),
      extensions: { code: 'UNAUTHENTICATED' },
    })
  })

  test('a field without an API key fails with UNAUTHENTICATED', async () => {
    expect((await post({})).body.errors[0].extensions.code).toBe('UNAUTHENTICATED')
  })

  test('a platform key acts in the organization named by Signalbox-Organization, and a tenant key cannot', async () => {
    const tenant = await app.tenant(TENANT)
    const headers = { 'signalbox-organization': tenant.organizationId }
    const host = await post({ ...headers, 'x-api-key': app.hostKey })
    expect(host.body.data.viewer.organization.name).toBe('Tenant 1')
    const other = await app.tenant(TENANT)
    for (const organization of [tenant.organizationId, 'org_absent']) {
      const { body } = await post({ 'signalbox-organization': organization, 'x-api-key': other.key })
      expect(body.errors[0]).toMatchObject({
        message: 'This key cannot act in that organization.',
        extensions: { code: 'FORBIDDEN' },
      })
    }
  })

  test('the allowlist uses the X-Forwarded-For address of a trusted proxy, which a client cannot forge', async () => {
    const { secret } = await app.host.createKey(
      { events: ['read'] },
      { allowedIps: ['203.0.113.0/24', '2001:db8::/32'] },
    )
    const from = async (forwarded: string) => {
      const { body } = await post({ 'x-api-key': secret, 'x-forwarded-for': forwarded })
      return body.errors?.[0]?.extensions.code ?? 'VALID'
    }
    expect(await from('203.0.113.9')).toBe('VALID')
    expect(await from('2001:db8::1')).toBe('VALID')
    expect(await from('::ffff:203.0.113.9')).toBe('VALID')
    expect(await from('198.51.100.1')).toBe('UNAUTHENTICATED')
    // The address from the client comes first, and the proxy appends the address of its peer.
    expect(await from('203.0.113.9, 198.51.100.1')).toBe('UNAUTHENTICATED')
    expect(await from('198.51.100.1, 203.0.113.9, 127.0.0.1')).toBe('VALID')
    expect(await from('nonsense')).toBe('UNAUTHENTICATED')
  })
})

describe('HTTP server', () => {
  test('a valid request id is kept, an invalid one is replaced, and the response returns the id', async () => {
    expect((await post({ 'x-request-id': 'abc-123' })).headers.get('x-request-id')).toBe('abc-123')
    expect((await post({ 'x-request-id': 'no spaces' })).headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('the health routes respond', async () => {
    expect(await (await fetch(`${app.url}/livez`)).json()).toEqual({ status: 'ok' })
    expect(await (await fetch(`${app.url}/readyz`)).json()).toEqual({ status: 'ok', database: 'ok', live: 'ok' })
    expect((await fetch(`${app.url}/nothing`)).status).toBe(404)
  })

  test('the bare address leads to the dashboard', async () => {
    const { status, headers } = await fetch(app.url, { redirect: 'manual' })
    expect([status, headers.get('location')]).toEqual([302, '/dashboard'])
  })

  test('GraphiQL is served with examples and loads nothing from other hosts', async () => {
    const page = await (await fetch(`${app.url}/graphiql`, { headers: { accept: 'text/html' } })).text()
    expect(page).toContain('mutation RegisterEndpoint')
    expect(page).not.toMatch(/(src|href)="https?:/)
  })

  test('a browser at the address of the API is led to GraphiQL, and a program is not', async () => {
    const at = async (accept: string) => {
      const { status, headers } = await fetch(`${app.url}/graphql?query={__typename}`, {
        headers: { accept },
        redirect: 'manual',
      })
      return [status, headers.get('location')]
    }
    expect(await at('text/html')).toEqual([302, '/graphiql'])
    expect(await at('application/json')).toEqual([200, null])
  })

  test('GraphiQL travels compressed, once for every client that has the page', async () => {
    const html = { accept: 'text/html' }
    const first = await fetch(`${app.url}/graphiql`, { headers: html })
    expect(first.headers.get('content-encoding')).toBe('gzip')
    expect(Number(first.headers.get('content-length'))).toBeLessThan(3_500_000)
    expect((await first.text()).length).toBeGreaterThan(5_000_000)
    const etag = first.headers.get('etag')!
    const statusWith = async (headers: Record<string, string>, method = 'GET') =>
      (await fetch(`${app.url}/graphiql`, { method, headers: { ...html, ...headers } })).status
    expect(await statusWith({ 'if-none-match': etag })).toBe(304)
    expect(await statusWith({ 'if-none-match': '"other"' }, 'HEAD')).toBe(200)
    expect(await statusWith({ 'accept-encoding': 'identity' })).toBe(406)
    expect(await statusWith({ 'accept-encoding': 'gzip;q=0, br' })).toBe(406)
  })

  test('no page is served when GraphiQL is off, and GraphQL goes on', async () => {
    const plain = await startApp({ graphiql: false })
    const statusOf = async (path: string) =>
      (await fetch(`${plain.url}${path}`, { headers: { accept: 'text/html' }, redirect: 'manual' })).status
    expect([await statusOf('/graphiql'), await statusOf('/graphql')]).toEqual([404, 406])
    expect((await plain.host.request('{ viewer { organization { name } } }')).errors).toBeUndefined()
    await plain.stop()
  })

  test.each([
    ['a form', 'application/x-www-form-urlencoded', 'a&'.repeat(2_000_000)],
    ['a form without a body', 'application/x-www-form-urlencoded', ''],
    ['multipart', 'multipart/form-data; boundary=x', `--x\r\n${'a'.repeat(1_000_000)}\r\n--x--`],
    ['a bare document', 'application/graphql', '{ viewer { id } }'],
    ['text', 'text/plain', JSON.stringify({ query: '{ __typename }' })],
    ['a media type that only begins like JSON', 'application/jsonp', '{}'],
    ['no media type', '', JSON.stringify({ query: '{ __typename }' })],
    ['another charset', 'application/json; charset=iso-8859-1', JSON.stringify({ query: '{ __typename }' })],
    [
      'UTF-16',
      'application/json;charset="utf-16"',
      Buffer.from(JSON.stringify({ query: '{ __typename }' }), 'utf16le'),
    ],
  ])('a body of %s is rejected unread with 415', async (_name, type, body) => {
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': type, accept: 'application/json' },
      body: Buffer.from(body),
    })
    expect(response.status).toBe(415)
    expect((await response.json()).errors).toMatchObject([{ extensions: { code: 'UNSUPPORTED_MEDIA_TYPE' } }])
  })

  test.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
    'Application/GraphQL+JSON',
  ])('a body of %s is read', async (type) => {
    expect((await post({ 'content-type': type, 'x-api-key': app.hostKey })).status).toBe(200)
  })

  test.each(['gzip', 'br', 'deflate', 'x-unknown'])(
    'a body with Content-Encoding: %s is rejected with 415, compressed or not',
    async (encoding) => {
      const plain = JSON.stringify({ query: '{ __typename }' })
      for (const body of [Buffer.from(plain), gzipSync(plain)]) {
        const headers = { 'content-type': 'application/json', 'content-encoding': encoding, 'x-api-key': app.hostKey }
        const response = await fetch(`${app.url}/graphql`, { method: 'POST', headers, body })
        expect([response.status, response.headers.get('accept-encoding')]).toEqual([415, 'identity'])
      }
    },
  )

  test('a large answer is compressed when the client accepts gzip, and a small one is not', async () => {
    const tenant = await app.tenant(TENANT)
    await tenant.createType('large.answer', { description: 'é'.repeat(2_000), example: 'x'.repeat(50_000) })
    const ask = async (fields: string, encoding: string) => {
      const headers = { 'x-api-key': tenant.key, 'accept-encoding': encoding }
      const response = await fetch(`${app.url}/graphql?query={eventTypes{nodes{${fields}}}}`, { headers })
      return [response.headers.get('content-encoding'), response.headers.get('vary'), (await response.json()).data]
    }
    const nodes = [{ example: 'x'.repeat(50_000), description: 'é'.repeat(2_000) }]
    const large = { eventTypes: { nodes } }
    expect(await ask('example,description', 'br, gzip')).toEqual(['gzip', VARY, large])
    expect(await ask('example,description', 'gzip;q=0, br')).toEqual([null, VARY, large])
    expect(await ask('name', 'gzip')).toEqual([null, VARY, { eventTypes: { nodes: [{ name: 'large.answer' }] } }])
  })

  test('a request with too large a content-length is rejected unread', async () => {
    const status = await new Promise((resolve) => {
      const request = httpRequest(`${app.url}/graphql`, { method: 'POST', headers: { 'content-length': String(1e9) } })
      request.on('response', (response) => resolve(response.statusCode)).on('error', () => {})
      request.flushHeaders()
    })
    expect(status).toBe(413)
  })

  test('a request without a content-length is cut off at the size limit', async () => {
    let sent = 0
    await new Promise<void>((resolve) => {
      const headers = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' }
      const request = httpRequest(`${app.url}/graphql`, { method: 'POST', headers })
      request.on('error', () => resolve()).on('response', () => resolve())
      const chunk = Buffer.alloc(64 * 1024, 32)
      const more = () => {
        while (!request.destroyed && sent < 1e9) {
          sent += chunk.length
          if (!request.write(chunk)) return void request.once('drain', more)
        }
      }
      more()
    })
    expect(sent).toBeLessThan(64 * 1024 * 1024)
    expect((await fetch(`${app.url}/livez`)).status).toBe(200)
  })

  test('an internal error is reported without details', async () => {
    const broken = await startApp()
    await broken.database.pool.query('ALTER TABLE event_types RENAME TO absent')
    const answer = await broken.host.request('{ eventTypes { nodes { id } } }')
    expect(answer.errors![0]).toMatchObject({ extensions: { code: 'INTERNAL' } })
    expect(JSON.stringify(answer)).not.toMatch(/prisma|SELECT|relation/i)
    await broken.stop()
  })
})
