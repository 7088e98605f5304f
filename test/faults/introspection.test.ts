import { createHash } from 'node:crypto'
import { getIntrospectionQuery } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { STRANGERS_CHARACTERS } from '../../src/domain/limits/introspection-budget.ts'
import { INTROSPECTION_CHARACTERS } from '../../src/server/introspection-limit.ts'
import { type App, startApp } from '../support/app.ts'
import { watchSocket } from '../support/watch.ts'

// Strangers that read the schema again and again. Every client has the same proxy and an address of its own.
const ALL = {
  ...{ descriptions: true, specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true },
  ...{ inputValueDeprecation: true, oneOf: true },
}
/** Queries of tools: each takes the query of graphql-js with some of the options. */
const TOOLS = [
  ['every option', getIntrospectionQuery(ALL)],
  ['the defaults, as of GraphQL Code Generator', getIntrospectionQuery()],
  ['GraphiQL', getIntrospectionQuery({ inputValueDeprecation: true, schemaDescription: true })],
  ['Apollo', getIntrospectionQuery({ descriptions: true, inputValueDeprecation: false })],
  ['the greatest depth of types', getIntrospectionQuery({ ...ALL, typeDepth: 9 })],
] as const
const STANDARD = TOOLS[0][1]
/** An answer that is nearly as large as any. */
const LARGE = `{ __schema { types { ${Array.from({ length: 6 }, (_, n) => `f${n}: fields { name description type { name ofType { name } } }`).join(' ')} } } }`

let app: App
beforeAll(async () => {
  app = await startApp({ trustedProxies: ['127.0.0.0/8'] })
})
afterAll(() => app.stop())

async function ask(query: string, headers: Record<string, string> = {}, url = app.url) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  })
  const { data, errors, extensions } = await response.json()
  const { status } = response
  return { status, data, error: errors?.[0], cost: extensions?.cost, retryAfter: response.headers.get('retry-after') }
}
const from = (address: string) => ({ 'x-forwarded-for': address })

describe('introspection', () => {
  test.each(TOOLS)('a stranger receives the answer to the query with %s', async (_name, query) => {
    const { status, data } = await ask(query, from('198.51.100.1'))
    expect(status).toBe(200)
    expect(data.__schema.types.length).toBeGreaterThan(100)
  })

  test('one address reads the schema 30 times a minute, and is then refused until the stated time', async () => {
    for (let n = 0; n < 30; n++) expect((await ask(STANDARD, from('198.51.100.2'))).status).toBe(200)
    let last = await ask(STANDARD, from('198.51.100.2'))
    for (let n = 0; n < 60 && last.status === 200; n++) last = await ask(STANDARD, from('198.51.100.2'))
    expect(last).toMatchObject({ status: 429, retryAfter: '61', error: { extensions: { code: 'RATE_LIMITED' } } })
    expect(last.error.message).toContain('Present an API key, or try again in 61 s')
    expect((await ask('{ __typename }', from('198.51.100.2'))).data).toEqual({ __typename: 'Query' })
    expect((await ask(STANDARD, from('198.51.100.3'))).status).toBe(200)
    app.clock.advance(61)
    expect((await ask(STANDARD, from('198.51.100.2'))).status).toBe(200)
  })

  test('strangers with many addresses take a bounded part of the process, and a key is served beside them', async () => {
    app.clock.advance(61)
    const tenant = await app.tenant()
    let served = 0
    const attack = Promise.all(
      Array.from({ length: 200 }, async (_, n) => {
        const { status } = await ask(LARGE, from(`203.0.113.${n}`))
        if (status === 200) served++
        return status
      }),
    )
    for (let n = 0; n < 10; n++) await tenant.ask('{ viewer { organization { id } } }')
    expect(await attack).toContain(429)
    expect(served).toBeGreaterThan(STRANGERS_CHARACTERS / INTROSPECTION_CHARACTERS / 2)
    expect(served).toBeLessThan((2 * STRANGERS_CHARACTERS) / INTROSPECTION_CHARACTERS)
    expect((await ask(STANDARD, { authorization: `Bearer ${tenant.key}` })).status).toBe(200)
  })

  test('a key pays a point for each object of the answer', async () => {
    const tenant = await app.tenant()
    const { cost, data } = await ask(STANDARD, { authorization: `Bearer ${tenant.key}` })
    expect(data.__schema.types.length).toBeGreaterThan(100)
    expect(cost.requested).toBeGreaterThan(1_000)
    expect(cost.actual).toBeGreaterThan(0.9 * cost.requested)
    expect(cost.actual).toBeLessThanOrEqual(cost.requested)
  })
})

describe('introspection that the operator turned off', () => {
  let closed: App
  beforeAll(async () => {
    closed = await startApp({ introspection: false })
  })
  afterAll(() => closed.stop())
  const refusal = { message: expect.stringContaining('INTROSPECTION=on'), extensions: { code: 'INTROSPECTION_OFF' } }

  test.each([
    ['__schema', '{ __schema { types { name } } }'],
    ['__type', '{ a: __type(name: "Event") { name } }'],
    ['a fragment', '{ ... { ...F } } fragment F on Query { __schema { queryType { name } } }'],
  ])('a document with %s is refused to strangers and keys over each transport', async (_name, query) => {
    const { key } = await closed.tenant()
    const clients: Record<string, string>[] = [
      {},
      { 'x-api-key': key },
      { 'x-api-key': key, accept: 'text/event-stream' },
    ]
    for (const headers of clients) {
      const response = await fetch(`${closed.url}/graphql?query=${encodeURIComponent(query)}`, { headers })
      expect(await response.text()).toContain('INTROSPECTION_OFF')
    }
    expect((await ask(query, { 'x-api-key': key }, closed.url)).error).toMatchObject(refusal)
    expect(await watchSocket(closed.url, key, query).untilEnded()).toMatchObject([refusal])
  })

  test('a document that a client stored under its hash is refused', async () => {
    const { key } = await closed.tenant()
    const query = '{ __schema { types { name } } }'
    const sha256Hash = createHash('sha256').update(query).digest('hex')
    for (const body of [{ query }, {}]) {
      const response = await fetch(`${closed.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': key },
        body: JSON.stringify({ ...body, extensions: { persistedQuery: { version: 1, sha256Hash } } }),
      })
      expect(await response.json()).toMatchObject({ errors: [refusal] })
    }
  })

  test('__typename is answered', async () => {
    const { key } = await closed.tenant()
    const { data } = await ask(
      '{ __typename viewer { __typename organization { __typename } } }',
      { 'x-api-key': key },
      closed.url,
    )
    expect(data).toEqual({
      __typename: 'Query',
      viewer: { __typename: 'Viewer', organization: { __typename: 'Organization' } },
    })
  })
})
