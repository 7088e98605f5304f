import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import { createSessionCookies } from '../../../src/server/session-cookie.ts'

const TOKEN = 'sbs_token'

function request(name: string, headers: Record<string, string>, method = 'POST'): IncomingMessage {
  const cookie = `other=1; ${name}=${TOKEN}; ${name}x=2`
  return { method, headers: { 'content-type': 'application/json', cookie, ...headers } } as unknown as IncomingMessage
}

/** The Set-Cookie header of an answer, or the reason why there is none. */
function write(publicUrl: string, production: boolean, origin: string): string {
  let written = ''
  const response = { appendHeader: (_name: string, value: string) => (written = value) } as unknown as ServerResponse
  const cookies = createSessionCookies({ publicUrl: () => publicUrl, production })
  const writer = cookies.writer(request('', { origin }), response)
  if (typeof writer === 'string') return writer
  writer.set(TOKEN, new Date(0))
  return written
}

describe('session cookie', () => {
  test.each([
    ['https://box.example.com', true, '__Host-sb_session'],
    ['https://box.example.com:8443', true, '__Host-sb_session'],
    ['http://127.0.0.1:4000', true, '__Host-sb_session'],
    ['http://127.0.0.1:4000', false, '__Host-sb_session_4000'],
    ['http://localhost:4001', false, '__Host-sb_session_4001'],
  ])('the cookie of %s (production: %s) is named %s', (publicUrl, production, name) => {
    const origin = new URL(publicUrl).origin
    expect(write(publicUrl, production, origin)).toBe(
      `${name}=${TOKEN}; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Lax`,
    )
    const cookies = createSessionCookies({ publicUrl: () => publicUrl, production })
    expect(cookies.read(request(name, { origin }))).toBe(TOKEN)
    expect(cookies.read(request(`${name}y`, { origin }))).toBeUndefined()
  })

  test('a URL of plain HTTP on another host gets a sentence instead of a session', () => {
    const publicUrl = 'http://10.0.0.5:4000'
    expect(write(publicUrl, true, publicUrl)).toMatch(
      /^Browsers keep no session for http:\/\/10\.0\.0\.5:4000: set PUBLIC_URL/,
    )
    const cookies = createSessionCookies({ publicUrl: () => publicUrl, production: true })
    expect(cookies.read(request('__Host-sb_session', { origin: publicUrl }))).toBeUndefined()
    expect(cookies.readHandshake(request('__Host-sb_session', { origin: publicUrl }, 'GET'))).toBeUndefined()
  })

  test('a handshake brings the cookie only when its Origin is the installation', () => {
    const cookies = createSessionCookies({ publicUrl: () => 'https://box.example.com', production: true })
    const read = (headers: Record<string, string>) =>
      cookies.readHandshake(request('__Host-sb_session', headers, 'GET'))
    expect(read({ origin: 'https://box.example.com' })).toBe(TOKEN)
    expect(read({ origin: 'https://evil.example' })).toBeUndefined()
    expect(read({ origin: 'http://box.example.com' })).toBeUndefined()
    expect(read({ 'sec-fetch-site': 'same-origin' })).toBeUndefined()
  })
})
