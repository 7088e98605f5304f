import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import { createLog } from '../../../src/lib/log.ts'
import { type App, startApp } from '../../support/app.ts'

let app: App
const errorLines: string[] = []
beforeAll(async () => {
  app = await startApp({ log: createLog({ level: 'error', destination: { write: (line) => errorLines.push(line) } }) })
})
afterAll(() => app.stop())

const deep = `${'['.repeat(2_400)}${']'.repeat(2_400)}`
const node = 'query ($id: ID!) { node(id: $id) { id } }'
const page = 'query ($n: Int) { eventTypes(first: $n) { nodes { id } } }'
const since = 'query ($d: DateTime) { deliveries(filter: { from: $d }) { nodes { id } } }'
const two = 'query a { viewer { id } } query b { viewer { id } }'

/** Requests with one mistake each, the code of the answer, and a part of its message. */
const MISTAKES: [name: string, body: Record<string, unknown>, code: string, message: string][] = [
  ['a syntax error', { query: '{ viewer { ' }, 'GRAPHQL_PARSE_FAILED', 'Syntax Error'],
  ['an unknown field', { query: '{ nope }' }, 'GRAPHQL_VALIDATION_FAILED', 'Cannot query field "nope"'],
  ['an absent variable', { query: node }, 'BAD_USER_INPUT', 'variables.id: is required'],
  ['a wrong variable', { query: page, variables: { n: 'a' } }, 'BAD_USER_INPUT', 'variables.n: must be a whole number'],
  [
    'a wrong date',
    { query: since, variables: { d: 'x' } },
    'BAD_USER_INPUT',
    'variables.d: must be a time in ISO 8601',
  ],
  ['a wrong literal', { query: '{ eventTypes(first: 1e99) { nodes { id } } }' }, 'GRAPHQL_VALIDATION_FAILED', 'Int'],
  [
    'an unknown enum value',
    { query: '{ deliveries(filter: { statuses: [X] }) { nodes { id } } }' },
    'GRAPHQL_VALIDATION_FAILED',
    'X',
  ],
  ['two operations', { query: two }, 'OPERATION_RESOLUTION_FAILURE', 'operation'],
  ['an absent operation', { query: two, operationName: 'c' }, 'OPERATION_RESOLUTION_FAILURE', 'operation'],
  ['many lines', { query: `${'\n'.repeat(5_000)}{ __typename }` }, 'QUERY_TOO_LARGE', 'at most 5000 lines'],
  ['a deep literal', { query: `{ node(id: ${deep}) { id } }` }, 'QUERY_TOO_LARGE', '200 brackets within each other'],
  [
    'a deep type',
    { query: `query ($a: ${deep.replace('[]', '[ID]')}) { viewer { id } }` },
    'QUERY_TOO_LARGE',
    'brackets',
  ],
  ['a deep variable', { query: node, variables: { id: 'DEEP' } }, 'BAD_REQUEST', 'nested deeper than 500 levels'],
  [
    'an invalid page',
    { query: '{ eventTypes(first: 0) { nodes { id } } }' },
    'VALIDATION_FAILED',
    'must be from 1 to 100',
  ],
  [
    'an invalid range',
    { query: '{ deliveryStats(filter: { from: "2026-01-02T00:00:00Z", to: "2026-01-01T00:00:00Z" }) { total } }' },
    'VALIDATION_FAILED',
    'must be before to',
  ],
  [
    'an unknown hash',
    { extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } } },
    'PERSISTED_QUERY_NOT_FOUND',
    '',
  ],
]

const textOf = (body: unknown) => JSON.stringify(body).replace('"DEEP"', deep)

describe('top-level error', () => {
  test.each(MISTAKES)(
    '%s gets its code over HTTP and is no fault of the server',
    async (_name, body, code, message) => {
      for (const accept of ['application/json', 'application/graphql-response+json', 'text/event-stream']) {
        const headers = { 'content-type': 'application/json', accept, 'x-api-key': app.hostKey }
        const response = await fetch(`${app.url}/graphql`, { method: 'POST', headers, body: textOf(body) })
        const text = await response.text()
        const { errors } = JSON.parse(/^data: (\{.*\})$/m.exec(text)?.[1] ?? text)
        expect(errors.map(({ extensions }: { extensions: { code: string } }) => extensions.code)).toEqual([code])
        expect(errors[0].message).toContain(message)
        expect(response.status).toBeLessThan(500)
      }
      expect(errorLines).toEqual([])
    },
  )

  test.each(MISTAKES.filter(([, { query }]) => query !== undefined))(
    '%s gets its code over WebSocket',
    async (_name, body, code, message) => {
      const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
      const { promise, resolve } = Promise.withResolvers<string>()
      const init = { type: 'connection_init', payload: { authorization: `Bearer ${app.hostKey}` } }
      socket.on('open', () => socket.send(JSON.stringify(init)))
      socket.on('message', (text) => {
        if (String(text).includes('connection_ack'))
          socket.send(`{"id":"1","type":"subscribe","payload":${textOf(body)}}`)
        else resolve(String(text))
      })
      const { payload } = JSON.parse(await promise)
      socket.close()
      const [error] = payload.errors ?? payload
      expect(error.extensions.code).toBe(code)
      expect(error.message).toContain(message)
      expect(errorLines).toEqual([])
    },
  )

  test.each([
    ['a malformed body', { method: 'POST', body: '{' }, '', 400, 'BAD_REQUEST'],
    ['a body that is a list', { method: 'POST', body: '[{}]' }, '', 400, 'BAD_REQUEST'],
    ['a body that is null', { method: 'POST', body: 'null' }, '', 400, 'BAD_REQUEST'],
    ['variables that are a string', { method: 'POST', body: '{"query":"{a}","variables":""}' }, '', 400, 'BAD_REQUEST'],
    ['malformed variables in the URL', { method: 'GET' }, '?query={viewer{id}}&variables={', 400, 'BAD_REQUEST'],
    ['malformed extensions in the URL', { method: 'GET' }, '?query={viewer{id}}&extensions=x', 400, 'BAD_REQUEST'],
    [
      'a mutation in the URL',
      { method: 'GET' },
      '?query=mutation{deliveryRetry(id:"a"){__typename}}',
      405,
      'BAD_REQUEST',
    ],
    ['another method', { method: 'PUT', body: '{}' }, '', 405, 'BAD_REQUEST'],
    ['a body past the limit', { method: 'POST', body: 'a'.repeat(17_000_000) }, '', 413, 'REQUEST_TOO_LARGE'],
  ])('%s gets a status and a code', async (_name, init, query, status, code) => {
    const headers = { 'content-type': 'application/json', accept: 'application/json', 'x-api-key': app.hostKey }
    const response = await fetch(`${app.url}/graphql${query}`, { ...init, headers })
    const { errors } = await response.json()
    expect([response.status, errors[0].extensions.code]).toEqual([status, code])
    expect(errorLines).toEqual([])
  })
})
