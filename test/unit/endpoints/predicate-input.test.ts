import { describe, expect, test } from 'vitest'
import {
  PATH_STEPS,
  PREDICATE_BYTES,
  PREDICATE_CONDITIONS,
  PREDICATE_DEPTH,
  PREDICATE_VALUES,
  type PredicateInput,
  predicateInput,
} from '../../../src/domain/endpoints/predicate-input.ts'
import { ValidationError } from '../../../src/lib/errors.ts'
import { JsonText } from '../../../src/lib/json-text.ts'
import { validate } from '../../../src/lib/validate.ts'

const json = (text: string) => new JsonText(text)
const path = ['data', 'amount']
const exists: PredicateInput = { exists: { path } }
const nested = (levels: number): PredicateInput => (levels === 1 ? exists : { not: nested(levels - 1) })
const many = (conditions: number): PredicateInput => ({ and: Array.from({ length: conditions - 1 }, () => exists) })
const listOf = (values: number): PredicateInput => ({
  in: { path, values: Array.from({ length: values }, (_, n) => json(String(n))) },
})
/** A predicate of exactly so many bytes. */
const ofBytes = (bytes: number): PredicateInput => {
  const empty = '{"prefix":{"path":["data","amount"],"value":""}}'.length
  return { prefix: { path, value: 'x'.repeat(bytes - empty) } }
}

function issuesOf(input: unknown): [string, string][] {
  try {
    validate(predicateInput, input, 'input.predicate')
    return []
  } catch (error) {
    return (error as ValidationError).issues.map(({ path, message }) => [path, message])
  }
}

describe('predicate input', () => {
  test('a predicate is stored in the shape of the input, with its values as they were sent', () => {
    const input: PredicateInput = {
      and: [
        { equals: { path, value: json('9007199254740993.0') } },
        { in: { path: ['type'], values: [json('"a"'), json('1.50'), null] } },
        { or: [{ less: { path, value: json('1e2') } }, { not: { prefix: { path: ['id'], value: 'evt_"' } } }] },
      ],
    }
    expect(validate(predicateInput, input)).toBe(
      '{"and":[{"equals":{"path":["data","amount"],"value":9007199254740993.0}},{"in":{"path":["type"],"values":["a",1.50,null]}},{"or":[{"less":{"path":["data","amount"],"value":1e2}},{"not":{"prefix":{"path":["id"],"value":"evt_\\""}}}]}]}',
    )
  })

  test.each([
    ['conditions', many(PREDICATE_CONDITIONS), many(PREDICATE_CONDITIONS + 1), 'and.49', 'is past 50 conditions'],
    [
      'nesting',
      nested(PREDICATE_DEPTH),
      nested(PREDICATE_DEPTH + 1),
      'not.not.not.not.not.not.not.not',
      'is nested deeper than 8 conditions',
    ],
    ['bytes', ofBytes(PREDICATE_BYTES), ofBytes(PREDICATE_BYTES + 1), '', 'must have at most 4096 bytes as JSON'],
    ['values', listOf(PREDICATE_VALUES), listOf(PREDICATE_VALUES + 1), 'in.values', 'must have 1 to 100 entries'],
    [
      'steps',
      { exists: { path: ['data', ...Array(PATH_STEPS - 1).fill('a')] } },
      { exists: { path: ['data', ...Array(PATH_STEPS).fill('a')] } },
      'exists.path',
      'must have at most 20 entries',
    ],
  ] as const)(
    'the number of %s is bounded, with the path of the excess',
    (_name, fitting, excessive, place, message) => {
      expect(issuesOf(fitting)).toEqual([])
      expect(issuesOf(excessive)).toEqual([[place === '' ? 'input.predicate' : `input.predicate.${place}`, message]])
    },
  )

  test('a flood of conditions is refused once, and no condition past the bound is visited', () => {
    const flood = { or: Array.from({ length: 1_000 }, () => many(1_000)) }
    expect(issuesOf(flood)).toEqual([['input.predicate.or.0.and.48', 'is past 50 conditions']])
  })

  test.each([
    ['no operator', {}, '', 'must have exactly one operator'],
    ['two operators', { exists: { path }, not: exists }, '', 'must have exactly one operator'],
    ['an empty list', { not: { or: [] } }, '.not.or', 'must have at least 1 condition'],
    ['an empty path', { exists: { path: [] } }, '.exists.path.0', /must be one of id, type, .*, channels/],
    ['an unknown field', { and: [{ exists: { path: ['payload'] } }] }, '.and.0.exists.path.0', /must be one of id/],
    ['an absent value', { equals: { path } }, '.equals.value', 'is required'],
    [
      'an object',
      { equals: { path, value: json('{}') } },
      '.equals.value',
      'must be a string, a number, a boolean or null',
    ],
    [
      'a list in a list',
      { in: { path, values: [json('[]')] } },
      '.in.values.0',
      'must be a string, a number, a boolean or null',
    ],
    ['the order of a boolean', { less: { path, value: json('true') } }, '.less.value', 'must be a number or a string'],
    ['the order of null', { greater: { path, value: null } }, '.greater.value', 'must be a number or a string'],
  ])('%s is refused with its path', (_name, input, place, message) => {
    const [[found, reason] = [], ...more] = issuesOf(input)
    expect([found, more]).toEqual([`input.predicate${place}`, []])
    expect(reason).toEqual(typeof message === 'string' ? message : expect.stringMatching(message))
  })

  test('a refused predicate is a ValidationError', () => {
    expect(() => validate(predicateInput, {})).toThrow(ValidationError)
  })
})
