import { describe, expect, test } from 'vitest'
import { createSchemaCompiler } from '../../../src/domain/event-types/schema-compiler.ts'
import { RateLimitedError } from '../../../src/lib/errors.ts'
import { JsonText } from '../../../src/lib/json-text.ts'
import { createTestClock } from '../../support/clock.ts'

// Organizations supply their own schemas, and compiling one takes time from every organization.
const schemaOf = (n: number) => ({ type: 'object', properties: { [`p${n}`]: { type: 'string' } } })

describe('schema compiler', () => {
  test('an organization that uses up its compile time waits until the stated time, and no other organization does', () => {
    const clock = createTestClock()
    const schemas = createSchemaCompiler({ clock, budgetMs: 1e-9 })
    schemas.register('a', schemaOf(1))
    expect(() => schemas.register('a', schemaOf(2))).toThrow(RateLimitedError)
    expect(() => schemas.register('a', schemaOf(2))).toThrow(/Try again in \d+ s, or make them smaller\./)
    schemas.register('b', schemaOf(2))
    const waitSeconds = () => {
      try {
        schemas.register('a', schemaOf(3))
        return 0
      } catch (error) {
        return (error as RateLimitedError).retryAfter
      }
    }
    clock.advance(waitSeconds() - 1)
    expect(waitSeconds()).toBe(1)
    clock.advance(1)
    expect(waitSeconds()).toBe(0)
  })

  test('a registered schema is checked even when its organization has used up its compile time', async () => {
    const schemas = createSchemaCompiler({ clock: createTestClock(), budgetMs: 1e-9 })
    const checks = await Promise.all([1, 2, 3].map((n) => schemas.check('a', schemaOf(n))))
    expect(checks.map((check, n) => check(new JsonText(`{"p${n + 1}":1}`)).length)).toEqual([1, 1, 1])
  })

  test('a compiled schema is reused across organizations and key orders without compile time', async () => {
    const schemas = createSchemaCompiler({ clock: createTestClock(), budgetMs: 1e-9 })
    schemas.register('a', { type: 'object', required: ['a', 'b'], properties: { a: {}, b: {} } })
    const again = { properties: { b: {}, a: {} }, required: ['a', 'b'], type: 'object' }
    schemas.register('a', again)
    expect(await schemas.check('b', again)).toBe(await schemas.check('a', again))
  })

  test('an invalid schema uses compile time and is not cached', () => {
    const schemas = createSchemaCompiler({ clock: createTestClock(), budgetMs: 1e-9 })
    expect(() => schemas.register('a', { type: 'wat' })).toThrow('schema is invalid')
    expect(() => schemas.register('a', { type: 'wat' })).toThrow(RateLimitedError)
  })

  test.each([
    'http://json-schema.org/draft-07/schema#/properties/title',
    'http://json-schema.org/./draft-07/schema',
    'https://json-schema.org/draft/2019-09/schema',
    7,
  ])('$schema %s is rejected because it names neither supported draft', ($schema) => {
    const schemas = createSchemaCompiler({ clock: createTestClock() })
    expect(() => schemas.register('a', { $schema, type: 'object' })).toThrow('$schema must be one of')
  })

  // Compiling takes quadratic time in the parts of one object or list.
  test.each([
    ['alternatives', (parts: object[]) => ({ oneOf: parts })],
    ['properties', (parts: object[]) => ({ properties: { ...parts } })],
    ['definitions', (parts: object[]) => ({ $defs: { ...parts } })],
  ])('a schema with 250 %s is accepted, and one with 251 is rejected', (_name, make) => {
    const schemas = createSchemaCompiler({ clock: createTestClock() })
    const parts = (count: number) => Array.from({ length: count }, (_, n) => ({ const: n }))
    schemas.register('a', { properties: { kind: make(parts(250)) } })
    expect(() => schemas.register('a', { properties: { kind: make(parts(251)) } })).toThrow('has more than 250 parts')
  })

  test('a property that requires 251 others is rejected', () => {
    const schemas = createSchemaCompiler({ clock: createTestClock() })
    const names = (count: number) => Array.from({ length: count }, (_, n) => `n${n}`)
    schemas.register('a', { dependentRequired: { a: names(250) } })
    expect(() => schemas.register('a', { dependentRequired: { a: names(251) } })).toThrow('more than 250 names')
  })

  test('a list of 1,000 values is one part', () => {
    const schemas = createSchemaCompiler({ clock: createTestClock() })
    schemas.register('a', { enum: Array.from({ length: 1_000 }, (_, n) => `v${n}`) })
  })
})
