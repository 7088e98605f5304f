import fc from 'fast-check'
import {
  type ExecutionArgs,
  execute,
  GraphQLError,
  GraphQLInt,
  GraphQLList,
  GraphQLObjectType,
  type GraphQLOutputType,
  GraphQLSchema,
  GraphQLUnionType,
  parse,
  validate,
} from 'graphql'
import { describe, expect, test } from 'vitest'
import type { Context } from '../../../schema/builder.ts'
import { schema } from '../../../schema/schema.ts'
import type { Permissions } from '../../../src/domain/people/permissions.ts'
import type { DeliveryUpdate } from '../../../src/live/delivery-feed.ts'
import { planMessages } from '../../../src/server/message-plan.ts'

// A planned message equals the message that graphql-js executes.
const LEAVES =
  'id status trigger attemptCount version nextAttemptAt explanation createdAt updatedAt eventId endpointId __typename'
const ALL: Permissions = { deliveries: ['read'], events: ['read'], webhooks: ['read'] }

function update(more: Partial<DeliveryUpdate['change']> = {}): DeliveryUpdate {
  const at = new Date('2026-03-01T12:00:00.123Z')
  const change: DeliveryUpdate['change'] = {
    ...{ id: 'dlv_1', organizationId: 'org_1', status: 'RETRYING', trigger: 'MANUAL', attemptCount: 3, version: 7 },
    ...{ nextAttemptAt: at, statusReason: 'It "says" so.', createdAt: at, updatedAt: at, eventId: 'evt_1' },
    ...{
      endpointId: 'whep_1',
      event: { id: 'evt_1', type: 'a.b' },
      endpoint: { id: 'whep_1', url: 'https://a.test/' },
    },
    ...more,
  }
  return { change, cursor: 'c1', gap: false }
}

function asking(query: string, permissions = ALL, variableValues: Record<string, unknown> = {}): ExecutionArgs {
  const document = parse(query)
  expect(validate(schema, document)).toEqual([])
  const services = { audit: { denied() {} } }
  const contextValue = { viewer: { permissions }, answered: { bytes: 0 }, services } as unknown as Context
  return { schema, document, contextValue, variableValues }
}

const NO_EVENT = 'This key lacks the permission for Delivery.event. Use a key with that permission.'
const plainly = (args: ExecutionArgs, message: unknown) => execute({ ...args, rootValue: message })

const leaf = fc.constantFrom(...LEAVES.split(' '))
const aliased = fc.oneof(
  leaf.map((name) => `an_${name}: ${name}`),
  fc.constantFrom('__proto__: id', 'constructor: version'),
)
const carried = fc.constantFrom(
  'event { id }',
  'event { id type __typename }',
  'endpoint { url }',
  'endpoint { kept: id url }',
)
const condition = fc.constantFrom('', '', '', '@include(if: $yes)', '@skip(if: $yes)', '@include(if: true)')
const field = fc
  .tuple(fc.oneof({ weight: 3, arbitrary: leaf }, aliased, carried), condition)
  .map(([name, when]) => (name.includes('{') ? name.replace('{', `${when} {`) : `${name} ${when}`))
const set = fc.array(field, { minLength: 1, maxLength: 6 }).map((fields) => fields.join(' '))
const within = fc
  .tuple(set, condition, fc.constantFrom('', 'on Delivery'))
  .map(([inner, when, on]) => `... ${on} ${when} { ${inner} }`)
/** Selections of a delivery with aliases, repetitions, fragments, and conditions by variables. */
const selection = fc.array(fc.oneof(set, within), { minLength: 1, maxLength: 4 }).map((parts) => parts.join(' '))
const time = fc.option(fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(2e12) }))

describe('message plan', () => {
  test('a planned message equals the result of graphql-js for every selection (property)', () => {
    let planned = 0
    fc.assert(
      fc.property(selection, fc.boolean(), fc.boolean(), time, (fields, yes, mayReadEvents, nextAttemptAt) => {
        const query = `subscription ($yes: Boolean!) { deliveryUpdates {
          cursor delivery { ...All kept: __typename ${fields} } gap more: delivery { id } c: cursor @skip(if: $yes) } }
        fragment All on Delivery { id ... on Node { id } }`
        const args = asking(query, { ...ALL, ...(!mayReadEvents && { events: [] }) }, { yes })
        const run = planMessages(args)
        // One plan serves all messages of a subscription.
        for (const message of [
          update(),
          update({ id: 'dlv_2', nextAttemptAt, statusReason: yes ? 'It is so.' : null }),
        ]) {
          const answer = run(message)
          const plain = plainly(args, message)
          if (answer !== undefined) planned++
          if (answer === undefined)
            expect(plain).toMatchObject({ errors: [expect.objectContaining({ message: NO_EVENT })] })
          else expect(JSON.stringify(answer)).toBe(JSON.stringify(plain))
        }
      }),
      { numRuns: 500 },
    )
    expect(planned).toBeGreaterThan(600)
  })

  /** A subscription of another schema, for types that the schema of Signalbox does not have yet. */
  function askingOther(type: GraphQLOutputType, selection: string, resolve: () => unknown) {
    const field = { type, resolve, extensions: { planned: true } }
    const other = new GraphQLSchema({
      query: new GraphQLObjectType({ name: 'Query', fields: { n: { type: GraphQLInt } } }),
      subscription: new GraphQLObjectType({ name: 'Subscription', fields: { changed: field } }),
    })
    return { schema: other, document: parse(`subscription { changed ${selection} }`) }
  }
  const Thing = new GraphQLObjectType({ name: 'Thing', fields: { n: { type: GraphQLInt } } })

  test('a resolver that returns a promise has no plan, and is called once', () => {
    let asked = 0
    const run = planMessages(
      askingOther(Thing, '{ n }', async () => {
        asked++
        throw new Error('The database is away.')
      }),
    )
    expect(run({})).toBeUndefined()
    expect(run({})).toBeUndefined()
    expect(asked).toBe(1)
  })

  test('a lazy promise is not started', async () => {
    let begun = 0
    // Promises of Prisma are lazy.
    const begin = 'then'
    const lazy = { n: 1, [begin]: () => begun++ }
    expect(planMessages(askingOther(Thing, '{ n }', () => lazy))({})).toBeUndefined()
    await new Promise(setImmediate)
    expect(begun).toBe(0)
  })

  test('lists, unions, and types with isTypeOf have no plan', () => {
    const several = new GraphQLUnionType({ name: 'Several', types: [Thing] })
    const looked = new GraphQLObjectType({
      name: 'Looked',
      fields: Thing.toConfig().fields,
      isTypeOf: async () => true,
    })
    expect(planMessages(askingOther(new GraphQLList(GraphQLInt), '', () => []))({})).toBeUndefined()
    expect(planMessages(askingOther(several, '{ __typename }', () => ({ n: 1 })))({})).toBeUndefined()
    expect(planMessages(askingOther(looked, '{ n }', () => ({ n: 1 })))({})).toBeUndefined()
  })

  test('a plan is of bounded size', () => {
    const asking = (count: number) => Array.from({ length: count }, (_, n) => `n${n}: n`).join(' ')
    const run = (count: number) => planMessages(askingOther(Thing, `{ ${asking(count)} }`, () => ({ n: 1 })))({})
    expect(run(99)).toMatchObject({ data: { changed: { n0: 1, n98: 1 } } })
    expect(run(100)).toBeUndefined()
  })

  test('null is planned; an error and a value outside the type are left to graphql-js', () => {
    const run = (given: unknown) => planMessages(askingOther(Thing, '{ n }', () => given))({})
    expect(run({ n: 1 })).toEqual({ data: { changed: { n: 1 } } })
    expect(run({ n: undefined })).toEqual({ data: { changed: { n: null } } })
    expect(run(null)).toEqual({ data: { changed: null } })
    expect(run({})).toEqual({ data: { changed: { n: null } } })
    for (const wrong of [{ n: 'x' }, { n: new Error('no') }, new Error('no')]) expect(run(wrong)).toBeUndefined()
  })

  test('a field without permission is refused by graphql-js', () => {
    const args = asking('subscription { deliveryUpdates { delivery { id event { type } } } }', { deliveries: ['read'] })
    expect(planMessages(args)(update())).toBeUndefined()
    expect(plainly(args, update())).toMatchObject({ errors: [{ message: NO_EVENT }] })
  })

  test('a value outside the type is left to graphql-js, which reports the error', () => {
    const args = asking('subscription { deliveryUpdates { delivery { id status } } }')
    for (const wrong of [{ status: 'LOST' }, { status: null }, { id: undefined }]) {
      const message = update(wrong as never)
      expect(planMessages(args)(message)).toBeUndefined()
      expect(plainly(args, message)).toMatchObject({ errors: [expect.any(GraphQLError)] })
    }
  })

  test('a subscription of another type has no plan', () => {
    for (const query of ['deliveryStatsUpdates { total }', 'liveStatus { degraded }'])
      expect(planMessages(asking(`subscription { ${query} }`))({}), query).toBeUndefined()
  })
})
