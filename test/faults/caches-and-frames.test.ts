import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type App, startApp } from '../support/app.ts'

// A shared cache that gives the answer of one key to anybody, and a page that shows GraphiQL in a frame.
let app: App
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.stop())

const post = (body: unknown, headers: Record<string, string>) =>
  fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })

describe('shared cache', () => {
  test.each<[string, () => Promise<Response>]>([
    ['an answer to X-API-Key', () => post({ query: '{ viewer { id } }' }, { 'x-api-key': app.hostKey ?? '' })],
    ['an answer to a GET request', () => fetch(`${app.url}/graphql?query={__typename}`)],
    ['a stream', () => post({ query: '{ __typename }' }, { accept: 'text/event-stream' })],
    ['a refused key', () => post({ query: '{ __typename }' }, { 'x-api-key': 'junk' })],
    ['a refused body', () => post({ query: '{ __typename }' }, { 'content-type': 'text/plain' })],
    ['a request without a document', () => post({}, {})],
    ['a preflight', () => fetch(`${app.url}/graphql`, { method: 'OPTIONS' })],
    ['another method', () => fetch(`${app.url}/graphql`, { method: 'DELETE' })],
  ])('no cache stores %s', async (_, ask) => {
    const { headers, body } = await ask()
    await body?.cancel()
    expect(headers.get('cache-control')).toBe('no-store')
    for (const name of ['authorization', 'x-api-key', 'signalbox-organization'])
      expect(headers.get('vary')).toContain(name)
  })
})

describe('GraphiQL page', () => {
  test('the page allows its own scripts only, no frame around it and no guessed type', async () => {
    const response = await fetch(`${app.url}/graphiql`, { headers: { accept: 'text/html' } })
    const policy = response.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    const html = await response.text()
    const script = html.slice(html.indexOf('<script>') + '<script>'.length, html.lastIndexOf('</script>'))
    expect(policy).toContain(`'sha256-${createHash('sha256').update(script).digest('base64')}'`)
  })
})
