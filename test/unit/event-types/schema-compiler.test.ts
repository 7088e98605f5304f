import { expect, test } from 'vitest'
import { createSchemaCompiler } from '../../../src/domain/event-types/schema-compiler.ts'
import { RateLimitedError } from '../../../src/lib/errors.ts'
import { createTestClock } from '../../support/clock.ts'

// W2: schemas are tenants' own, and compiling them takes time from everybody.
const schemaOf = (n: number) => ({ type: 'object', properties: { [`p${n}`]: { type: 'string' } } })

test('an organization that registers on and on has to wait for the next minute, and no other has', () => {
  const clock = createTestClock()
  const schemas = createSchemaCompiler({ clock, budgetMs: 1e-9 })
  schemas.register('a', schemaOf(1))
  expect(() => schemas.register('a', schemaOf(2))).toThrow(RateLimitedError)
  expect(() => schemas.register('a', schemaOf(2))).toThrow(/Try again in \d+ s, or make them smaller\./)
  schemas.register('b', schemaOf(2))
  clock.advance(60)
  schemas.register('a', schemaOf(3))
})

test('what was registered is never refused to who publishes', async () => {
  const schemas = createSchemaCompiler({ clock: createTestClock(), budgetMs: 1e-9 })
  const checks = await Promise.all([1, 2, 3].map((n) => schemas.check('a', schemaOf(n))))
  expect(checks.map((check, n) => check({ [`p${n + 1}`]: 1 }).length)).toEqual([1, 1, 1])
})

test('what was compiled already costs nothing, whoever has the same, in whatever order its keys are', async () => {
  const schemas = createSchemaCompiler({ clock: createTestClock(), budgetMs: 1e-9 })
  schemas.register('a', { type: 'object', required: ['a', 'b'], properties: { a: {}, b: {} } })
  const again = { properties: { b: {}, a: {} }, required: ['a', 'b'], type: 'object' }
  schemas.register('a', again)
  expect(await schemas.check('b', again)).toBe(await schemas.check('a', again))
})

test('a schema that is wrong costs too, and is not remembered', () => {
  const schemas = createSchemaCompiler({ clock: createTestClock(), budgetMs: 1e-9 })
  expect(() => schemas.register('a', { type: 'wat' })).toThrow('schema is invalid')
  expect(() => schemas.register('a', { type: 'wat' })).toThrow(RateLimitedError)
})

test.each([
  'http://json-schema.org/draft-07/schema#/properties/title',
  'http://json-schema.org/./draft-07/schema',
  'https://json-schema.org/draft/2019-09/schema',
  7,
])('$schema names one of the two drafts: %s is refused', ($schema) => {
  const schemas = createSchemaCompiler({ clock: createTestClock() })
  expect(() => schemas.register('a', { $schema, type: 'object' })).toThrow('$schema must be one of')
})

test('one whose code would be nested too deeply to run is refused where it is registered', () => {
  const schemas = createSchemaCompiler({ clock: createTestClock() })
  const kind = { oneOf: Array.from({ length: 1_500 }, () => ({ type: 'string' })) }
  expect(() => schemas.register('a', { properties: { kind } })).toThrow('the schema has too many parts on one level')
})
