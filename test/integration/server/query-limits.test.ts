import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DOCUMENT_CHARACTERS } from '../../../src/server/query-limits.ts'
import { type App, startApp } from '../../support/app.ts'
import { watchSocket } from '../../support/watch.ts'

// The size of an operation is limited before validation and before the API key is checked.
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
  ['too many aliases at the root', `{ ${'a: viewer { __typename } '.repeat(21)} }`, '20 fields at its root'],
  [
    'too many aliases below the root',
    `{ viewer { ${'organization { id } '.repeat(600)} } }`,
    '1000 fields and spreads',
  ],
  [
    'fragments that double the fields',
    `{ ...F0 } ${doubling('Query', 60)} fragment F60 on Query { __typename }`,
    'millions of',
  ],
  [
    'fragments that double without a field',
    `{ ...F0 } ${doubling('Query', 60)} fragment F60 on Query { ...F60 }`,
    'millions of',
  ],
  [
    'fragments that double the fields of a subscription',
    `subscription { deliveryUpdates { ...F0 } } ${doubling('DeliveryUpdate', 60)} fragment F60 on DeliveryUpdate { cursor }`,
    'millions of',
  ],
  ['too many levels', nested(21), '20 levels'],
  ['nested pages', pages, '50000 objects'],
  [
    'nested pages with a variable size',
    pages.replaceAll('(first: 100)', '(first: $n)').replace('{', 'query ($n: Int) {'),
    '50000 objects',
  ],
  ['nested pages with first and last', pages.replaceAll('first: 100', 'last: 1, first: 100'), '50000 objects'],
  ['too many tokens', `{ ${'a '.repeat(6_000)} }`, 'token'],
  ['too many characters', `{ viewer { __typename } } # ${'x'.repeat(DOCUMENT_CHARACTERS)}`, '100000 characters'],
] as const

describe('query limit', () => {
  test.each(TOO_LARGE)('a document with %s is rejected over HTTP without an API key', async (_name, query, message) => {
    const { errors, data } = await app.api.as(undefined).request(query)
    expect(data ?? null).toBeNull()
    expect(errors?.[0]?.message).toContain(message)
  })

  test.each(TOO_LARGE)('a document with %s is rejected over WebSocket', async (_name, query, message) => {
    const { key } = await app.tenant()
    const reason = await watchSocket(app.url, key, query).untilEnded()
    expect(JSON.stringify(reason)).toContain(message)
  })

  test('fragments that spread each other are rejected in finite time', async () => {
    const query = '{ ...A } fragment A on Query { ...B ...B } fragment B on Query { ...A ...A }'
    const { errors } = await app.api.as(undefined).request(query)
    expect(errors?.[0]?.message).toContain('Cannot spread fragment "A" within itself')
  })

  test('an ordinary dashboard query is accepted', async () => {
    const tenant = await app.tenant()
    expect(await tenant.deliveries()).toEqual([])
  })

  test('a page that selects both first and last is rejected', async () => {
    const { errors } = await app.api
      .as((await app.tenant()).key)
      .request('{ events(last: 1, first: 100) { nodes { id } } }')
    expect(errors?.[0]?.message).toBe('last: excludes `first`: give one of the two')
  })
})
