import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type App, startApp } from '../../support/app.ts'
import { type Browser, createBrowser, PASSWORD, setUpOwner } from '../../support/browser-client.ts'

// A cookie counts for pages of the installation only, and a key always wins over it.
let app: App
let browser: Browser
let cookie: string
beforeAll(async () => {
  app = await startApp()
  ;({ browser } = await setUpOwner(app))
  cookie = [...browser.jar].map(([name, value]) => `${name}=${value}`).join('; ')
})
afterAll(() => app.stop())

const WHO = '{ viewer { role apiKey { name } person { name } } }'
const JSON_TYPE = { 'content-type': 'application/json', accept: 'application/json' }

/** A request of any form, with the cookie of the signed-in owner. */
async function send(headers: Record<string, string>, more: { method?: string; body?: BodyInit; path?: string } = {}) {
  const { method = 'POST', body = JSON.stringify({ query: WHO }), path = '/graphql' } = more
  const response = await fetch(app.url + path, {
    method,
    headers: { accept: 'application/json', cookie, ...headers },
    ...(method === 'POST' && { body }),
  })
  return { response, text: await response.text() }
}
const isSignedIn = ({ text }: { text: string }) => text.includes('"name":"Ana"')

describe('session cookie', () => {
  test('the cookie counts when a page of the installation sends JSON by POST', async () => {
    for (const host of ['127.0.0.1', 'localhost', '[::1]'])
      expect(isSignedIn(await send({ ...JSON_TYPE, origin: `http://${host}:${new URL(app.url).port}` }))).toBe(true)
    expect(isSignedIn(await send({ ...JSON_TYPE, 'sec-fetch-site': 'same-origin' }))).toBe(true)
  })

  const { port } = new URL('http://127.0.0.1:1')
  test.each([
    ['a foreign Origin', { ...JSON_TYPE, origin: 'https://evil.example' }],
    [
      'a foreign Origin and a forged Sec-Fetch-Site',
      { ...JSON_TYPE, origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' },
    ],
    ['the Origin null of a sandboxed frame', { ...JSON_TYPE, origin: 'null' }],
    ['the Origin of another port', { ...JSON_TYPE, origin: `http://127.0.0.1:${port}` }],
    ['the Origin of https', { ...JSON_TYPE, origin: 'https://127.0.0.1' }],
    ['the Origin of a host that begins alike', { ...JSON_TYPE, origin: 'http://127.0.0.1.evil.example' }],
    ['no Origin', JSON_TYPE],
    ['another site', { ...JSON_TYPE, 'sec-fetch-site': 'cross-site' }],
    ['a page of the same site with another origin', { ...JSON_TYPE, 'sec-fetch-site': 'same-site' }],
  ])('[24] a request is unauthenticated when it comes with %s', async (_name, headers) => {
    const answer = await send(headers)
    expect(answer.text).toContain('"code":"UNAUTHENTICATED"')
    expect(isSignedIn(answer)).toBe(false)
  })

  test('[24] forms, multipart bodies and GET are unauthenticated when a browser sends the cookie along', async () => {
    const origin = app.url
    const form = new FormData()
    form.append('operations', JSON.stringify({ query: WHO }))
    const path = `/graphql?query=${encodeURIComponent(WHO)}`
    const answers = [
      await send(
        { origin, 'content-type': 'application/x-www-form-urlencoded' },
        { body: `query=${encodeURIComponent(WHO)}` },
      ),
      await send({ origin, 'content-type': 'text/plain' }),
      await send({ origin }, { body: form }),
      await send({ origin, 'sec-fetch-site': 'same-origin' }, { method: 'GET', path }),
      await send(
        { origin, accept: 'text/event-stream' },
        { method: 'GET', path: `/graphql?query=${encodeURIComponent('subscription { liveStatus { degraded } }')}` },
      ),
    ]
    expect(answers.map(isSignedIn)).toEqual(answers.map(() => false))
    expect(answers.map(({ text }) => /UNAUTHENTICATED|UNSUPPORTED_MEDIA_TYPE/.test(text))).toEqual(
      answers.map(() => true),
    )
  })

  test('a key in a header wins over the cookie, and a refused key does not fall back to the cookie', async () => {
    const tenant = await app.tenant()
    const { secret } = await tenant.createKey({ events: ['read'] })
    const origin = app.url
    const withKey = await send({ ...JSON_TYPE, origin, authorization: `Bearer ${secret}` })
    expect(JSON.parse(withKey.text).data.viewer).toMatchObject({ role: null, person: null })
    const withWrong = await send({ ...JSON_TYPE, origin, authorization: 'Bearer sb_live_unknown' })
    expect(withWrong.text).toContain('"code":"UNAUTHENTICATED"')
    const withTwo = await send({ ...JSON_TYPE, origin, authorization: `Bearer ${secret}`, 'x-api-key': app.hostKey })
    expect(withTwo.text).toContain('different API keys')
    // GraphiQL begins with the bare word, and the owner is signed in.
    expect(isSignedIn(await send({ ...JSON_TYPE, origin, authorization: 'Bearer ' }))).toBe(true)
  })

  test('a session token is no key when it is presented in a header', async () => {
    const [token] = [...browser.jar.values()]
    const answer = await send({ ...JSON_TYPE, origin: app.url, authorization: `Bearer ${token}` })
    expect(answer.text).toContain('not an API key of this installation')
  })

  test('a cookie of another port or name does not count', async () => {
    const [token] = [...browser.jar.values()]
    for (const name of ['__Host-sb_session', '__Host-sb_session_1', 'sb_session'])
      expect(isSignedIn(await send({ ...JSON_TYPE, origin: app.url, cookie: `${name}=${token}` }))).toBe(false)
  })

  test('answers depend on cookie and Origin for caches, and no cache stores them', async () => {
    const { response } = await send({ ...JSON_TYPE, origin: app.url })
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('vary')).toMatch(/cookie, origin/)
    expect(response.headers.get('access-control-allow-credentials')).not.toBe('true')
  })

  test('a browser signs in again when its cookie has ended', async () => {
    const stale = createBrowser(app.url)
    for (const name of browser.jar.keys()) stale.jar.set(name, 'sbs_ended')
    const { errors } = await stale.request(WHO)
    expect(errors?.[0]).toMatchObject({ message: 'The session has ended. Sign in again.' })
    expect(await signInAt(stale, {})).toEqual({ person: { name: 'Ana' } })
  })
})

const SIGN_IN = `mutation ($input: SignInInput!) { signIn(input: $input) {
  ... on SignInPayload { person { name } } ... on Error { code message } } }`
const credentials = { email: 'ana@example.com', password: PASSWORD }
const signInAt = (at: Browser, headers: Record<string, string>) => at.ask(SIGN_IN, { input: credentials }, headers)

describe('sign-in', () => {
  test.each([
    ['a foreign page', { origin: 'https://evil.example' }, 'pages of this installation only'],
    ['a stream of events', { accept: 'text/event-stream' }, 'with an answer in JSON only'],
  ])('sign-in sets no cookie when it comes from %s', async (_name, headers, reason) => {
    const stranger = createBrowser(app.url)
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { ...JSON_TYPE, origin: app.url, ...headers },
      body: JSON.stringify({ query: SIGN_IN, variables: { input: credentials } }),
    })
    expect(await response.text()).toContain(reason)
    expect(response.headers.getSetCookie()).toEqual([])
    expect(stranger.jar.size).toBe(0)
  })

  test('sign-in sets no cookie when a foreign form submits it', async () => {
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain', origin: 'https://evil.example' },
      body: JSON.stringify({ query: SIGN_IN, variables: { input: credentials } }),
    })
    expect(response.status).toBe(415)
    expect(response.headers.getSetCookie()).toEqual([])
  })
})
