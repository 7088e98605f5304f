import { GraphQLInt, GraphQLNonNull, GraphQLObjectType, GraphQLSchema, GraphQLString, parse } from 'graphql'
import { describe, expect, test } from 'vitest'
import type { Permissions } from '../../../src/domain/people/permissions.ts'
import { createSharedExecutions } from '../../../src/server/shared-executions.ts'

const MAY_READ: Permissions = { deliveries: ['read'] }
const DOCUMENT = 'subscription One ($n: Int) { changed(n: $n) } subscription Two ($n: Int) { changed(n: $n) }'

/** Shared executions over a schema with one field, whose resolver is counted. */
function setUp(resolve: (message: { n: number }) => unknown = ({ n }) => n) {
  let calls = 0
  const schema = new GraphQLSchema({
    query: new GraphQLObjectType({ name: 'Query', fields: { n: { type: GraphQLInt } } }),
    subscription: new GraphQLObjectType({
      name: 'Subscription',
      fields: {
        changed: {
          type: new GraphQLNonNull(GraphQLString),
          args: { n: { type: GraphQLInt } },
          resolve(message) {
            calls++
            return resolve(message)
          },
        },
      },
    }),
  })
  const executions = createSharedExecutions((message) => (message as { key?: string }).key)
  const subscriber = (more: {
    organizationId?: string
    permissions?: Permissions
    principal?: string
    document?: string
    operationName?: string
    variableValues?: Record<string, unknown>
  }) => {
    const { organizationId = 'org_1', permissions = MAY_READ, principal = 'key_1', document = DOCUMENT } = more
    const { operationName = 'One', variableValues = { n: 1 } } = more
    const contextValue = { viewer: { organizationId, permissions, principal: { id: principal } } }
    return executions.of({ schema, document: parse(document), operationName, variableValues, contextValue })
  }
  return { executions, subscriber, calls: () => calls }
}

const message = (n: number, key?: string) => ({ n, key })
const turn = () => new Promise(setImmediate)

describe('shared executions', () => {
  test('subscribers that differ in their principal alone share one execution of a message', () => {
    const { subscriber, calls } = setUp()
    const first = subscriber({})
    const second = subscriber({ principal: 'key_2', permissions: structuredClone(MAY_READ) })
    expect(first(message(1, 'a'))).toEqual({ data: { changed: '1' } })
    expect(second(message(1, 'a'))).toBe(first(message(1, 'a')))
    expect(calls()).toBe(1)
  })

  test.each([
    ['organizations', { organizationId: 'org_2' }],
    ['permissions', { permissions: { deliveries: ['read'], events: ['read'] } satisfies Permissions }],
    ['variables', { variableValues: { n: 2 } }],
    ['operations', { operationName: 'Two' }],
    ['documents', { document: DOCUMENT.replace('changed', 'c: changed') }],
  ])('subscribers with different %s share no execution', (_name, other) => {
    const { subscriber, calls } = setUp()
    subscriber({})(message(1, 'a'))
    subscriber(other)(message(1, 'a'))
    expect(calls()).toBe(2)
  })

  test('subscribers at different messages share no execution', () => {
    const { subscriber } = setUp()
    expect(subscriber({})(message(1, 'a'))).toEqual({ data: { changed: '1' } })
    expect(subscriber({})(message(2, 'b'))).toEqual({ data: { changed: '2' } })
  })

  test('a message without a key is executed for each subscriber', () => {
    const { subscriber, calls } = setUp()
    subscriber({})(message(1))
    subscriber({})(message(1))
    expect(calls()).toBe(2)
  })

  test('a pending execution is shared until it ends, and its result until the turn ends', async () => {
    const release = Promise.withResolvers<number>()
    const { executions, subscriber, calls } = setUp(() => release.promise)
    const first = subscriber({})(message(1, 'a'))
    await turn()
    const second = subscriber({})(message(1, 'a'))
    release.resolve(7)
    expect(await first).toEqual({ data: { changed: '7' } })
    expect(await second).toBe(await first)
    expect(calls()).toBe(1)
    await turn()
    await turn()
    expect(executions.kept()).toBe(0)
    await subscriber({})(message(1, 'a'))
    expect(calls()).toBe(2)
  })

  test('a result is dropped at the end of its turn', async () => {
    const { executions, subscriber, calls } = setUp()
    subscriber({})(message(1, 'a'))
    expect(executions.kept()).toBe(1)
    await turn()
    expect(executions.kept()).toBe(0)
    subscriber({})(message(1, 'a'))
    expect(calls()).toBe(2)
  })

  test.each([
    ['sync', () => null],
    ['async', async () => null],
  ])('a result with errors is executed again for each subscriber (%s)', async (_name, resolve) => {
    const { executions, subscriber, calls } = setUp(resolve)
    const results = [subscriber({})(message(1, 'a')), subscriber({ principal: 'key_2' })(message(1, 'a'))]
    for (const result of await Promise.all(results)) expect(result.errors).toHaveLength(1)
    expect(calls()).toBe(2)
    await turn()
    expect(executions.kept()).toBe(0)
  })

  test('at most 1,000 results are kept within one turn', () => {
    const { executions, subscriber } = setUp()
    const execute = subscriber({})
    for (let n = 0; n < 2_500; n++) {
      execute(message(n, String(n)))
      expect(executions.kept()).toBeLessThanOrEqual(1_000)
    }
  })
})
