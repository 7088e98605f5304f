import { readFileSync } from 'node:fs'
import { buildSchema, getNamedType, getNullableType, isListType, isObjectType } from 'graphql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DOCUMENT_CHARACTERS, LISTS } from '../../../src/server/query-limits.ts'
import { type App, startApp } from '../../support/app.ts'
import { watchSocket } from '../../support/watch.ts'

// P2: what a document could set going is bounded before it is validated and before a key is looked at.
let app: App
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.stop())

const doubling = (on: string, levels: number) =>
  Array.from({ length: levels }, (_, n) => `fragment F${n} on ${on} { ...F${n + 1} ...F${n + 1} }`).join(' ')
const nested = (levels: number) => `${'{ viewer '.repeat(levels)}{ __typename }${' }'.repeat(levels)}`
const pages =
  '{ events(first: 100) { nodes { deliveries(first: 100) { nodes { event { deliveries { nodes { id } } } } } } } }'

const TOO_LARGE = [
  ['aliases at the root', `{ ${'a: viewer { __typename } '.repeat(21)} }`, '20 fields at its root'],
  ['aliases further in', `{ viewer { ${'organization { id } '.repeat(600)} } }`, '1000 fields'],
  ['fragments that double', `{ ...F0 } ${doubling('Query', 60)} fragment F60 on Query { __typename }`, 'millions of'],
  [
    'fragments that double in a subscription',
    `subscription { deliveryUpdates { ...F0 } } ${doubling('DeliveryUpdate', 60)} fragment F60 on DeliveryUpdate { cursor }`,
    'millions of',
  ],
  ['levels', nested(21), '20 levels'],
  ['pages within pages', pages, '50000 objects'],
  [
    'pages whose size is a variable',
    pages.replaceAll('(first: 100)', '(first: $n)').replace('{', 'query ($n: Int) {'),
    '50000 objects',
  ],
  ['pages of which both ends are asked for', pages.replaceAll('first: 100', 'last: 1, first: 100'), '50000 objects'],
  ['words', `{ ${'a '.repeat(6_000)} }`, 'token'],
  ['characters', `{ viewer { __typename } } # ${'x'.repeat(DOCUMENT_CHARACTERS)}`, '100000 characters'],
] as const

test.each(TOO_LARGE)('%s: refused over HTTP, without a key', async (_name, query, message) => {
  const { errors, data } = await app.api.as(undefined).request(query)
  expect(data ?? null).toBeNull()
  expect(errors?.[0]?.message).toContain(message)
})

test.each(TOO_LARGE)('%s: refused over WebSocket', async (_name, query, message) => {
  const { key } = await app.tenant()
  const reason = await watchSocket(app.url, key, query).untilEnded()
  expect(JSON.stringify(reason)).toContain(message)
})

test('fragments that spread each other are refused and counted to an end', async () => {
  const query = '{ ...A } fragment A on Query { ...B ...B } fragment B on Query { ...A ...A }'
  const { errors } = await app.api.as(undefined).request(query)
  expect(errors?.[0]?.message).toContain('Cannot spread fragment "A" within itself')
})

test('what a dashboard asks for is let through', async () => {
  const tenant = await app.tenant()
  expect(await tenant.deliveries()).toEqual([])
})

test('every list of objects is a page, or has a bound that it is counted by', () => {
  const schema = buildSchema(readFileSync('schema/schema.graphql', 'utf8'))
  const lists = Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type) && !type.name.startsWith('__'))
    .flatMap((type) => (isObjectType(type) ? Object.values(type.getFields()) : []))
    .filter(({ type }) => isListType(getNullableType(type)) && isObjectType(getNamedType(type)))
  const counted = new Set(lists.map(({ name }) => name).filter((name) => !['nodes', 'edges'].includes(name)))
  // What is wrong with an input counts as one, however much it is.
  expect([...counted].sort()).toEqual([...Object.keys(LISTS), 'issues'].sort())
})

test('a page of which both ends are asked for is refused', async () => {
  const { errors } = await app.api
    .as((await app.tenant()).key)
    .request('{ events(last: 1, first: 100) { nodes { id } } }')
  expect(errors?.[0]?.message).toBe('last: give first or last, not both')
})
