import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { ValidationError } from '../../../src/lib/errors.ts'
import { validate } from '../../../src/lib/validate.ts'

function issuesOf(schema: z.ZodType, input: unknown) {
  try {
    validate(schema, input)
  } catch (error) {
    return (error as ValidationError).issues
  }
  return []
}

describe('validate', () => {
  test.each<[string, z.ZodType, unknown, string]>([
    ['absent', z.string(), undefined, 'is required'],
    ['of another type', z.string(), 1, 'must be a string'],
    ['a fraction', z.int(), 1.5, 'must be a whole number'],
    ['no list', z.array(z.string()), 'a', 'must be a list'],
    ['no object', z.object({}), [], 'must be an object'],
    ['no time', z.date(), 'x', 'must be a time'],
    ['no truth value', z.boolean(), 'x', 'must be true or false'],
    ['too short', z.string().min(1), '', 'must have at least 1 characters'],
    ['too long', z.string().max(2), 'abc', 'must have at most 2 characters'],
    ['an empty list', z.array(z.string()).min(1), [], 'must have at least 1 entries'],
    ['too long a list', z.array(z.string()).max(0), ['a'], 'must have at most 0 entries'],
    ['too small', z.int().min(1), 0, 'must be at least 1'],
    ['too great', z.number().max(60), 61, 'must be at most 60'],
    ['not positive', z.number().positive(), 0, 'must be more than 0'],
    ['too early', z.date().min(new Date(0)), new Date(-1), 'must be at least 1970-01-01T00:00:00.000Z'],
    ['not a choice', z.enum(['A', 'B']), 'C', 'must be one of A, B'],
    ['no multiple', z.number().multipleOf(5), 3, 'must be a multiple of 5'],
    ['no e-mail', z.email(), 'x', 'has the wrong form'],
    ['of unknown fields', z.strictObject({}), { a: 1 }, 'must not have the fields a'],
    ['no alternative', z.union([z.string(), z.int()]), {}, 'has the wrong form'],
    ['of a wrong name', z.record(z.string().max(1, 'is too long'), z.int()), { ab: 1 }, 'is too long'],
    ['against its own rule', z.string().regex(/a/, 'must have an a'), 'b', 'must have an a'],
  ])('an input that is %s gets a sentence of Signalbox', (_name, schema, input, message) => {
    const issues = issuesOf(z.object({ field: schema.optional().nonoptional() }), { field: input })
    expect(issues.map((issue) => issue.message)).toEqual([message])
    expect(issues[0]!.path).toMatch(/^input\.field/)
  })
})
