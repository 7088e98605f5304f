import { expect, test } from 'vitest'
import { RateLimitedError } from '../../src/errors.ts'
import { createSchemaCompiler } from '../../src/events/schema-compiler.ts'
import { createTestClock } from '../support/clock.ts'

// W2: schemas are tenants' own, and compiling them takes time from everybody.
const schemaOf = (n: number) => ({ type: 'object', properties: { [`p${n}`]: { type: 'string' } } })

test('an organization that compiles on and on has to wait for the next minute, and no other has', () => {
  const clock = createTestClock()
  const compile = createSchemaCompiler({ clock, budgetMs: 1e-9 })
  compile('a', schemaOf(1))
  expect(() => compile('a', schemaOf(2))).toThrow(RateLimitedError)
  expect(() => compile('a', schemaOf(2))).toThrow(/Try again in \d+ s, or make them smaller\./)
  compile('b', schemaOf(2))
  clock.advance(60)
  compile('a', schemaOf(3))
})

test('what was compiled already costs nothing, whoever has the same', () => {
  const compile = createSchemaCompiler({ clock: createTestClock(), budgetMs: 1e-9 })
  const check = compile('a', schemaOf(1))
  expect(compile('a', schemaOf(1))).toBe(check)
  expect(compile('b', schemaOf(1))).toBe(check)
})

test('a schema that is wrong costs too, and is not remembered', () => {
  const compile = createSchemaCompiler({ clock: createTestClock(), budgetMs: 1e-9 })
  expect(() => compile('a', { type: 'wat' })).toThrow('schema is invalid')
  expect(() => compile('a', { type: 'wat' })).toThrow(RateLimitedError)
})
