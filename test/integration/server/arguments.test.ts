import { isNonNullType } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import { schema } from '../../../schema/schema.ts'
import type { Client } from '../../support/api.ts'
import { permissionList } from '../../support/api.ts'
import { type App, startApp } from '../../support/app.ts'

let app: App
let tenant: Client
beforeAll(async () => {
  app = await startApp()
  tenant = await app.tenant()
})
afterAll(() => app.stop())

const NUL = 'must have no control characters that cannot be stored: remove U+0000'
const HALF = 'has half of a surrogate pair, which is no character. Send both halves or none.'

describe('arguments', () => {
  test.each([
    ['a NUL in an input field', { name: 'a\0' }, 'input.name', NUL],
    ['half of a surrogate pair', { name: 'a\ud800b' }, 'input.name', HALF],
    ['a NUL in a list', { name: 'a', allowedIps: ['1.2.3.4', '\0'] }, 'input.allowedIps.1', NUL],
    ['a year past 9999', { name: 'a', expiresAt: '9999-12-31T23:59:59-12:00' }, 'input.expiresAt', 'must be a time of'],
    ['a year before 1970', { name: 'a', expiresAt: '0000-01-01T00:00:00Z' }, 'input.expiresAt', 'must be a time of'],
  ])('%s is rejected with its path in the result of a mutation', async (_name, fields, path, message) => {
    const { issues } = await tenant.ask(
      `mutation ($input: ApiKeyCreateInput!) { apiKeyCreate(input: $input) {
        ... on ValidationError { issues { path message } } } }`,
      { input: { permissions: permissionList({ events: ['read'] }), ...fields } },
    )
    expect(issues).toEqual([{ path, message: expect.stringContaining(message) }])
  })

  test.each([
    ['a NUL in an id', '{ node(id: "evt_\\u0000") { id } }', 'id', NUL],
    ['an over-long id', `{ node(id: "${'a'.repeat(101)}") { id } }`, 'id', 'an id has at most 100 characters'],
    ['a NUL in a filter', '{ deliveries(filter: { types: ["\\u0000"] }) { nodes { id } } }', 'filter.types.0', NUL],
    [
      'an absurd date in a filter',
      '{ deliveries(filter: { from: "0001-01-01T00:00:00Z" }) { nodes { id } } }',
      'filter.from',
      'must be a time of the years 1970 to 9999',
    ],
    ['a NUL in the id of a mutation', 'mutation { deliveryRetry(id: "\\u0000") { __typename } }', 'id', NUL],
  ])('%s is rejected with its path as a top-level error', async (_name, query, path, message) => {
    const { errors } = await tenant.request(query)
    expect(errors).toMatchObject([
      {
        extensions: {
          code: 'VALIDATION_FAILED',
          issues: [{ path, message: expect.stringContaining(message) }],
        },
      },
    ])
  })

  test('a subscription with a NUL in its filter is rejected', async () => {
    const query = 'subscription { deliveryUpdates(filter: { endpointId: "\\u0000" }) { cursor } }'
    const { errors } = await tenant.request(query)
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'VALIDATION_FAILED',
      issues: [{ path: 'filter.endpointId' }],
    })
  })

  test('an event may hold U+0000 and half of a surrogate pair, because it is stored as bytes', async () => {
    await tenant.createType('order.bytes')
    const id = await tenant.publish('order.bytes', { text: '\0\ud800' })
    const { data } = await tenant.ask('query ($id: ID!) { node(id: $id) { ... on Event { data } } }', { id })
    expect(data).toEqual({ text: '\0\ud800' })
  })

  test('a NUL in a field of connection_init is rejected as a wrong key', async () => {
    const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
    const { promise, resolve } = Promise.withResolvers<string>()
    const payload = { authorization: `Bearer ${app.hostKey}`, 'signalbox-organization': 'org_\0' }
    socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload })))
    socket.on('close', (code, reason) => resolve(`${code} ${reason}`))
    expect(await promise).toMatch(
      /^4403 The field signalbox-organization of the request must have no control characters/,
    )
  })
})

describe('cursor', () => {
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  const lists = Object.values(schema.getQueryType()!.getFields())
    .filter(({ args }) => args.some(({ name }) => name === 'after') && args.every(({ type }) => !isNonNullType(type)))
    .map(({ name }) => name)
  test('the schema has lists to check', () => expect(lists.length).toBeGreaterThan(10))

  const cursors = ['GPC:N:5', 'GPC:J:{"gt":"a"}', 'GPC:S:\0', 'GPC:S:', 'GPC:D:5', 'GPC:S:evt_1\0', 'x'].map(base64)

  test.each(lists)('every invalid cursor of %s is rejected with BAD_USER_INPUT', async (list) => {
    for (const cursor of [...cursors, '', '\0', '%', 'a'.repeat(10_000)])
      for (const page of ['first: 1, after', 'last: 1, before']) {
        const { errors } = await app.host.request(
          `query ($c: String) { ${list}(${page}: $c) { nodes { __typename } } }`,
          {
            c: cursor,
          },
        )
        expect([cursor, errors?.[0]?.extensions.code]).toEqual([cursor, 'BAD_USER_INPUT'])
        expect(errors![0]!.message).toBe(
          'The cursor is of no list. Pass a cursor that this list answered with, unchanged.',
        )
      }
  })

  test('an invalid cursor of deliveryUpdates is rejected with BAD_USER_INPUT', async () => {
    const { errors } = await tenant.request('subscription { deliveryUpdates(after: "x") { cursor } }')
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT')
  })

  test('a cursor that a list answered with continues the list', async () => {
    for (const name of ['page.a', 'page.b', 'page.c']) await tenant.createType(name)
    const query = `query ($c: String) { eventTypes(first: 1, after: $c) {
      nodes { name } pageInfo { endCursor hasNextPage } } }`
    const names: string[] = []
    for (let c: string | undefined, more = true; more; ) {
      const { nodes, pageInfo } = await tenant.ask(query, { c })
      names.push(nodes[0].name)
      c = pageInfo.endCursor
      more = pageInfo.hasNextPage
    }
    expect(names.slice(0, 3)).toEqual(['page.c', 'page.b', 'page.a'])
  })
})
