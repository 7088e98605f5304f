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
})
