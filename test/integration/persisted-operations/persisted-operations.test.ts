import { createHash } from 'node:crypto'
import { createClient } from 'graphql-ws'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import type { Client, GraphQLAnswer } from '../../support/api.ts'
import type { App } from '../../support/app.ts'
import { type Nodes, startNodes } from '../../support/nodes.ts'

// A persisted operation is sent by its hash. A key restricted to persisted operations cannot send any other document.
let nodes: Nodes
let app: App
let owner: Client & { organizationId: string }
let confined: string
beforeAll(async () => {
  nodes = await startNodes()
  app = nodes.first
  owner = await app.tenant()
  const permissions = { events: ['read'], deliveries: ['read'], keys: ['read', 'write'] } as const
  confined = (await owner.createKey(permissions, { persistedOnly: true })).secret
})
afterAll(() => nodes.stop())

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const CREATE = `mutation ($body: String!, $active: Boolean) { persistedDocumentCreate(input: { body: $body, active: $active }) {
  ... on PersistedDocumentCreatePayload { persistedDocument { id documentId name status } } ... on Error { code message } } }`
const register = async (body: string, active = true, by: Client = owner) =>
  (await by.ask(CREATE, { body, active })).persistedDocument
const change = (verb: string, id: string) =>
  owner.ask(`mutation ($id: ID!) { persistedDocument${verb}(id: $id) { ... on Error { code message } } }`, { id })

type Params = Record<string, unknown>
type Send = (key: string, params: Params, to?: App) => Promise<GraphQLAnswer>
const headers = (key: string, more = {}) => ({ 'content-type': 'application/json', 'x-api-key': key, ...more })
const post: Send = async (key, params, to = app) => {
  const answer = await fetch(`${to.url}/graphql`, {
    method: 'POST',
    headers: headers(key),
    body: JSON.stringify(params),
  })
  return (await answer.json()) as GraphQLAnswer
}
const get: Send = async (key, params) => {
  const entries = Object.entries(params).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ])
  const answer = await fetch(`${app.url}/graphql?${new URLSearchParams(entries)}`, {
    headers: headers(key, { accept: 'application/json' }),
  })
  return (await answer.json()) as GraphQLAnswer
}
const events: Send = async (key, params) => {
  const answer = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: headers(key, { accept: 'text/event-stream' }),
    body: JSON.stringify(params),
  })
  const data = /^data: (.*)$/m.exec(await answer.text())?.[1]
  return JSON.parse(data ?? '{}')
}
const socket: Send = (key, params) => {
  const client = createClient({
    url: `${app.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { 'x-api-key': key },
    retryAttempts: 0,
  })
  return new Promise<GraphQLAnswer>((resolve) => {
    const sink = {
      next: (answer: unknown) => resolve(answer as GraphQLAnswer),
      error: (errors: unknown) => resolve({ errors } as GraphQLAnswer),
      complete() {},
    }
    // The protocol requires a query, which is empty for a persisted operation.
    client.subscribe({ query: '', ...params } as never, sink)
  }).finally(() => client.dispose())
}
const TRANSPORTS: [string, Send][] = [
  ['POST', post],
  ['GET', get],
  ['SSE', events],
  ['WebSocket', socket],
]
const codeOf = ({ errors }: GraphQLAnswer) => errors?.[0]?.extensions?.code ?? 'OK'

const TEXT = 'query Mine { viewer { organization { id } } }'
const INTROSPECTION = '{ __schema { types { name } } }'

describe.each(TRANSPORTS)('persisted operation over %s', (name, send) => {
  test('a persisted operation is found by documentId and by the persistedQuery extension', async () => {
    const body = `${TEXT} # ${name}`
    const { documentId, status } = await register(body)
    expect([documentId, status]).toEqual([`sha256:${sha256(body)}`, 'ACTIVE'])
    const mine = { viewer: { organization: { id: owner.organizationId } } }
    const extensions = { persistedQuery: { version: 1, sha256Hash: sha256(body) } }
    for (const key of [owner.key, confined]) {
      expect((await send(key, { documentId })).data).toEqual(mine)
      expect((await send(key, { extensions })).data).toEqual(mine)
      expect((await send(key, { extensions, query: body })).data).toEqual(mine)
    }
  })

  test('a restricted key cannot send its own document nor read the schema', async () => {
    await register(TEXT).catch(() => {})
    const hash = (text: string) => ({ persistedQuery: { version: 1, sha256Hash: sha256(text) } })
    const attempts: [Params, string][] = [
      [{ query: TEXT }, 'PERSISTED_OPERATIONS_ONLY'],
      [{ query: INTROSPECTION }, 'PERSISTED_OPERATIONS_ONLY'],
      [{ query: '{ viewr }' }, 'PERSISTED_OPERATIONS_ONLY'],
      [{ query: '{' }, 'PERSISTED_OPERATIONS_ONLY'],
      [{ query: INTROSPECTION, extensions: hash(INTROSPECTION) }, 'PERSISTED_OPERATIONS_ONLY'],
      [{ query: INTROSPECTION, extensions: hash(TEXT) }, 'PERSISTED_QUERY_HASH_MISMATCH'],
      [{ query: INTROSPECTION, documentId: `sha256:${sha256(TEXT)}` }, 'BAD_REQUEST'],
      [{ query: ' ', documentId: `sha256:${sha256(TEXT)}` }, 'BAD_REQUEST'],
      [{ documentId: `sha256:${'0'.repeat(64)}` }, 'PERSISTED_OPERATIONS_ONLY'],
      [{ documentId: sha256(TEXT) }, 'BAD_REQUEST'],
      [{ extensions: { persistedQuery: { version: 2, sha256Hash: sha256(TEXT) } } }, 'BAD_REQUEST'],
      [{ extensions: { persistedQuery: { version: 1 } } }, 'BAD_REQUEST'],
    ]
    for (const [params, code] of attempts) {
      const answer = await send(confined, params)
      expect([params, codeOf(answer)]).toEqual([params, code])
      expect(answer.data ?? null).toBeNull()
    }
    // A document registered by one key is not available to the restricted key.
    await post(owner.key, { query: INTROSPECTION, extensions: hash(INTROSPECTION) })
    expect(codeOf(await send(owner.key, { extensions: hash(INTROSPECTION) }))).toBe('OK')
    expect(codeOf(await send(confined, { extensions: hash(INTROSPECTION) }))).toBe('PERSISTED_OPERATIONS_ONLY')
  })

  test('a persisted operation of another organization is not found', async () => {
    const body = `${TEXT} # of another, ${name}`
    const { documentId } = await register(body)
    const stranger = await app.tenant()
    expect(codeOf(await send(stranger.key, { documentId }))).toBe('PERSISTED_QUERY_NOT_FOUND')
  })
})

describe('restricted key', () => {
  test.each([
    ['a batch', { 'content-type': 'application/json' }, JSON.stringify([{ query: TEXT }])],
    ['application/graphql', { 'content-type': 'application/graphql' }, TEXT],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, `query=${encodeURIComponent(TEXT)}`],
    [
      'a part of a form',
      { 'content-type': 'multipart/form-data; boundary=x' },
      `--x\r\nContent-Disposition: form-data; name="operations"\r\n\r\n${JSON.stringify({ query: TEXT })}\r\n--x\r\nContent-Disposition: form-data; name="map"\r\n\r\n{}\r\n--x--\r\n`,
    ],
    ['an upper-case QUERY', { 'content-type': 'application/json' }, JSON.stringify({ QUERY: TEXT })],
    ['a query twice', { 'content-type': 'application/json' }, `{"query":"","query":${JSON.stringify(TEXT)}}`],
  ])('a restricted key cannot bypass persisted operations with %s', async (_name, type, body) => {
    const answer = await fetch(`${app.url}/graphql?query=${encodeURIComponent(TEXT)}`, {
      method: 'POST',
      headers: { ...type, 'x-api-key': confined, accept: 'application/json' },
      body,
    })
    const text = await answer.text()
    expect(text).not.toContain(owner.organizationId)
    expect(JSON.parse(text).errors).toBeDefined()
  })
})

describe('persisted operation', () => {
  test('a client registers a document by sending text and hash once, and sends the hash alone afterwards', async () => {
    const query = '{ viewer { id } } # automatic'
    const extensions = { persistedQuery: { version: 1, sha256Hash: sha256(query) } }
    const unknown = await post(owner.key, { extensions })
    expect(unknown.errors?.[0]).toMatchObject({
      message: 'PersistedQueryNotFound',
      extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' },
    })
    expect(codeOf(await post(owner.key, { query, extensions }))).toBe('OK')
    expect(codeOf(await post(owner.key, { extensions }))).toBe('OK')
    expect(codeOf(await post(owner.key, { query: TEXT, extensions }))).toBe('PERSISTED_QUERY_HASH_MISMATCH')
  })

  test('a document sent without an API key is not stored', async () => {
    const query = '{ viewer { id } } # nobody'
    const extensions = { persistedQuery: { version: 1, sha256Hash: sha256(query) } }
    await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, extensions }),
    })
    expect(codeOf(await post(owner.key, { extensions }))).toBe('PERSISTED_QUERY_NOT_FOUND')
  })

  test('a persisted operation can be sent on every node while active', async () => {
    const { id, documentId, status } = await register('query Later { viewer { id } }', false)
    expect(status).toBe('CREATED')
    const codes = async () =>
      Promise.all([nodes.first, nodes.second].map(async (to) => codeOf(await post(confined, { documentId }, to))))
    expect(await codes()).toEqual(['PERSISTED_OPERATIONS_ONLY', 'PERSISTED_OPERATIONS_ONLY'])
    await change('Activate', id)
    await expect.poll(codes, { timeout: 5_000 }).toEqual(['OK', 'OK'])
    await change('Retire', id)
    await expect.poll(codes, { timeout: 5_000 }).toEqual(['PERSISTED_OPERATIONS_ONLY', 'PERSISTED_OPERATIONS_ONLY'])
    const { nodes: all } = await owner.ask('{ auditEntries(first: 20) { nodes { action resource } } }')
    // Filtered by resource, because entries of denied operations may arrive at any time.
    expect(all.filter(({ resource }: { resource: string | null }) => resource === id)).toEqual([
      { action: 'PERSISTED_DOCUMENT_RETIRE', resource: id },
      { action: 'PERSISTED_DOCUMENT_ACTIVATE', resource: id },
      { action: 'PERSISTED_DOCUMENT_CREATE', resource: id },
    ])
  })

  test.each([
    ['a syntax error', 'query {', 'Syntax Error'],
    ['an unknown field', 'query A { nothing }', 'Cannot query field "nothing"'],
    ['no name', '{ viewer { id } }', 'must name its operation'],
    ['two operations', 'query A { viewer { id } } query B { viewer { id } }', 'must contain exactly one operation'],
    ['no operation', 'fragment F on Query { viewer { id } }', ''],
    [
      'introspection',
      'query A { ...F } fragment F on Query { __schema { types { name } } }',
      'must not select __schema or __type',
    ],
    ['too many fields', `query A { ${'a: viewer { id } '.repeat(30)} }`, 'at most 20 fields'],
    ['100,001 characters', `query A { viewer { id } } #${'x'.repeat(100_000)}`, 'at most 100000 characters'],
  ])('a document with %s is rejected with the reason', async (_name, body, message) => {
    await expect(register(body)).rejects.toThrow(`VALIDATION_FAILED: input.body: `)
    await expect(register(body)).rejects.toThrow(message)
  })

  test('a restricted key cannot register documents or create an unrestricted key', async () => {
    const body =
      'mutation Register($body: String!) { persistedDocumentCreate(input: { body: $body, active: true }) { ... on Error { code } } }'
    const { documentId } = await register(body)
    const answer = await post(confined, { documentId, variables: { body: 'query Own { viewer { id } }' } })
    expect(answer.data.persistedDocumentCreate).toEqual({ code: 'KEY_CONFINED' })
    const make =
      'mutation Make { apiKeyCreate(input: { name: "free", permissions: [] }) { ... on ValidationError { issues { path } } } }'
    const made = await post(confined, { documentId: (await register(make)).documentId })
    expect(made.data.apiKeyCreate.issues).toEqual([{ path: 'input.persistedOnly' }])
  })

  test('a persisted operation is counted in usage by its name', async () => {
    const { documentId } = await register('query Counted { viewer { id } }')
    await post(confined, { documentId })
    await app.services.usageRecorder.flush()
    const { nodes: records } = await owner.ask('{ usageRecords(first: 5) { nodes { operation } } }')
    expect(records.map(({ operation }: { operation: string }) => operation)).toContain('Counted')
  })

  test('a restricted platform key cannot use operations registered in an organization named by the header', async () => {
    const { secret } = await app.host.createKey({ platform: ['read', 'write'] }, { persistedOnly: true })
    const { documentId } = await register('query Taken { organizations { nodes { id } } }')
    const answer = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: headers(secret, { 'signalbox-organization': owner.organizationId }),
      body: JSON.stringify({ documentId }),
    })
    expect(codeOf(await answer.json())).toBe('PERSISTED_OPERATIONS_ONLY')
  })
})
