import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type App, startApp } from '../support/app.ts'

// Long input that a server would repeat in its errors, or hand to the database.
const LONG = 'x'.repeat(1_000_000)
let app: App
let tenant: Awaited<ReturnType<App['tenant']>>
beforeAll(async () => {
  app = await startApp()
  tenant = await app.tenant()
})
afterAll(() => app.stop())

describe('long input', () => {
  test.each<[string, string, Record<string, unknown>]>([
    [
      'a value of an enumeration',
      'query ($v: DeliveryStatus!) { deliveries(filter: { statuses: [$v] }) { nodes { id } } }',
      { v: LONG },
    ],
    ['a number', 'query ($v: Int) { events(first: $v) { nodes { id } } }', { v: LONG }],
    [
      'a field of an input',
      'query ($v: DeliveryFilter) { deliveries(filter: $v) { nodes { id } } }',
      { v: { [LONG]: 1 } },
    ],
    ['a time', 'query ($v: DateTime) { deliveries(filter: { from: $v }) { nodes { id } } }', { v: LONG }],
    ['an unknown field', `{ ${LONG.slice(0, 90_000)} }`, {}],
    ['an unknown operation name', 'query A { __typename } query B { __typename }', {}],
  ])('the error about %s repeats a part of the input only', async (_, query, variables) => {
    const { errors } = await tenant.request(query, variables)
    expect(errors?.length).toBeGreaterThan(0)
    expect(JSON.stringify(errors).length).toBeLessThan(5_000)
  })

  test.each<[string, string]>([
    ['events', 'query ($v: [String!]) { events(filter: { types: $v }) { nodes { id } } }'],
    ['deliveries', 'query ($v: [String!]) { deliveries(filter: { types: $v }) { nodes { id } } }'],
  ])('a list of 200,000 entries for %s is refused before the database reads it', async (_, query) => {
    const types = Array.from({ length: 200_000 }, (_, n) => `a.${n}`)
    const { errors } = await tenant.request(query, { v: types })
    expect(errors?.[0]).toMatchObject({
      message: expect.stringContaining('at most 1000 entries'),
      extensions: { code: 'VALIDATION_FAILED' },
    })
  })

  test.each<[string, string, unknown]>([
    [
      'names of an input',
      'mutation ($v: EventPublishInput!) { eventPublish(input: $v) { __typename } }',
      Object.fromEntries(Array.from({ length: 200_000 }, (_, n) => [`name${n}`, n])),
    ],
    [
      'entries of a list',
      'query ($v: [DeliveryStatus!]) { deliveries(filter: { statuses: $v }) { nodes { id } } }',
      Array.from({ length: 200_000 }, () => 'WAT'),
    ],
  ])('200,000 wrong %s are refused at the first 20', async (_, query, v) => {
    const { errors } = await tenant.request(query, { v })
    expect(errors?.[0]?.extensions?.issues).toHaveLength(20)
  })

  test('wrong entries of a list for a subscription are refused at the first 20', async () => {
    const query = 'subscription ($v: [DeliveryStatus!]) { deliveryUpdates(filter: { statuses: $v }) { __typename } }'
    const { errors } = await tenant.request(query, { v: Array.from({ length: 3_000 }, () => 'WAT') })
    expect(errors?.[0]?.extensions?.issues).toHaveLength(20)
  })

  test('a number of 90,000 digits in the document of a stranger is refused', async () => {
    const number = `1.${'0'.repeat(90_000)}1`
    const query = `mutation { eventPublish(input: { type: "a.b", data: ${number} }) { __typename } }`
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    })
    expect(await response.text()).toContain('is not exact in a GraphQL document')
  })

  test('an answer 406 names its media types once, when the request names 15,000', async () => {
    const accept = ','.repeat(15_000)
    const response = await fetch(`${app.url}/graphql?query={__typename}`, { headers: { accept } })
    expect(response.status).toBe(406)
    expect(response.headers.get('accept')?.length).toBeLessThan(100)
  })
})
