import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compilePredicate } from '../../../src/domain/endpoints/predicate.ts'
import { parseExactly } from '../../../src/lib/exact-numbers.ts'
import { jsonText } from '../../support/json-texts.ts'

const RUNS = { numRuns: 2_000, seed: 29 }

/** A value of JSON as the reference sees it: numbers as fractions of integers, which no rounding reaches. */
type Reference = string | boolean | null | { scaled: bigint } | Reference[] | Map<string, Reference>

/** All numbers of these tests have at most 40 digits after the point. */
const SCALE = 40
const NUMBERS = [
  ...['0', '-0', '1', '1.0', '10e-1', '-1', '0.1', '1e2', '100', '100.000'],
  ...[
    '9007199254740992',
    '9007199254740993',
    '9007199254740993.0',
    '0.1234567890123456789',
    '12345678901234567890e-19',
  ],
]

function scaledOf(text: string): bigint {
  const [, sign, whole = '', fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(text)!
  const shift = SCALE - fraction.length + Number(exponent)
  const value = BigInt(whole + fraction) * 10n ** BigInt(shift)
  return sign === '-' ? -value : value
}

const scalar = fc.oneof(
  fc.constantFrom(...NUMBERS).map((text) => ({ text, value: { scaled: scaledOf(text) } as Reference })),
  fc.constantFrom('', 'a', 'ab', 'abc', 'é', '😀', '\u0000').map((value) => ({
    text: JSON.stringify(value),
    value: value as Reference,
  })),
  fc.constantFrom(true, false, null).map((value) => ({ text: String(value), value: value as Reference })),
)
const NAMES = ['a', 'b', '0', 'length', '__proto__', 'constructor']

/** A value with its text. */
const tree = fc.letrec<{ node: { text: string; value: Reference } }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3 },
    scalar,
    fc.array(tie('node'), { maxLength: 3 }).map((entries) => ({
      text: `[${entries.map(({ text }) => text).join()}]`,
      value: entries.map(({ value }) => value),
    })),
    fc
      .uniqueArray(fc.tuple(fc.constantFrom(...NAMES), tie('node')), { maxLength: 4, selector: ([name]) => name })
      .map((members) => ({
        text: `{${members.map(([name, { text }]) => `${JSON.stringify(name)}:${text}`).join()}}`,
        value: new Map(members.map(([name, { value }]) => [name, value])),
      })),
  ),
})).node
const fields = tree.map(({ text, value }) => ({ text: `{"data":${text}}`, value: new Map([['data', value]]) }))

type Condition =
  | { operator: 'and' | 'or'; parts: Condition[] }
  | { operator: 'not'; part: Condition }
  | { operator: string; path: string[]; values: { text: string; value: Reference }[] }

const path = fc.array(fc.constantFrom(...NAMES), { maxLength: 3 }).map((steps) => ['data', ...steps])
const comparison = fc.record({
  operator: fc.constantFrom('equals', 'in', 'prefix', 'exists', 'less', 'greater'),
  path,
  values: fc.array(scalar, { minLength: 1, maxLength: 3 }),
})
const condition = fc.letrec<{ any: Condition }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    comparison as fc.Arbitrary<Condition>,
    fc.record({
      operator: fc.constantFrom('and' as const, 'or' as const),
      parts: fc.array(tie('any'), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ operator: fc.constant('not' as const), part: tie('any') }),
  ),
})).any

/** The stored form of a condition. */
function write(given: Condition): string {
  if ('part' in given) return `{"not":${write(given.part)}}`
  if ('parts' in given) return `{"${given.operator}":[${given.parts.map(write).join()}]}`
  const texts = given.values.map(({ text }) => text)
  const operand = given.operator === 'in' ? `"values":[${texts.join()}]` : `"value":${texts[0]}`
  return `{"${given.operator}":{"path":${JSON.stringify(given.path)},${operand}}}`
}

/** The meaning of a predicate, written down without regard to speed. */
function holds(given: Condition, value: Reference): boolean {
  if ('part' in given) return !holds(given.part, value)
  if ('parts' in given) {
    const results = given.parts.map((part) => holds(part, value))
    return given.operator === 'and' ? !results.includes(false) : results.includes(true)
  }
  let found: Reference | undefined = value
  for (const step of given.path) {
    if (found instanceof Map) found = found.get(step)
    else if (Array.isArray(found)) found = step === '0' ? found[0] : undefined
    else found = undefined
    if (found === undefined) return false
  }
  const [first] = given.values
  switch (given.operator) {
    case 'exists':
      return true
    case 'equals':
      return isSame(found, first!.value)
    case 'in':
      return given.values.some((entry) => isSame(found as Reference, entry.value))
    case 'prefix':
      return typeof found === 'string' && typeof first!.value === 'string' && found.indexOf(first!.value) === 0
    default:
      return isBefore(
        ...((given.operator === 'less' ? [found, first!.value] : [first!.value, found]) as [Reference, Reference]),
      )
  }
}

const isNumber = (value: Reference): value is { scaled: bigint } =>
  typeof value === 'object' && value !== null && 'scaled' in value
const isSame = (one: Reference, other: Reference) =>
  isNumber(one) && isNumber(other)
    ? one.scaled === other.scaled
    : typeof one !== 'object' || one === null
      ? one === other
      : false
const isBefore = (one: Reference, other: Reference) => {
  if (isNumber(one) && isNumber(other)) return one.scaled < other.scaled
  return typeof one === 'string' && typeof other === 'string' && one < other
}

const decide = (predicate: string, event: string) => compilePredicate(predicate)(parseExactly(event))

describe('predicate', () => {
  test('a predicate holds exactly when its meaning says so (property)', () => {
    let held = 0
    fc.assert(
      fc.property(condition, fields, (given, event) => {
        const decision = decide(write(given), event.text)
        if (decision.holds) held++
        expect(decision.holds).toBe(holds(given, event.value))
      }),
      RUNS,
    )
    expect(held).toBeGreaterThan(RUNS.numRuns / 10)
  })

  test('equals, less and greater of two values agree with integers of one scale (property)', () => {
    fc.assert(
      fc.property(scalar, scalar, (one, other) => {
        const event = `{"data":${one.text}}`
        const compare = (operator: string) =>
          decide(`{"${operator}":{"path":["data"],"value":${other.text}}}`, event).holds
        expect([compare('equals'), compare('less'), compare('greater')]).toEqual([
          isSame(one.value, other.value),
          isBefore(one.value, other.value),
          isBefore(other.value, one.value),
        ])
      }),
      RUNS,
    )
  })

  test('double negation, De Morgan, and the order of parts change no result (property)', () => {
    fc.assert(
      fc.property(condition, condition, jsonText(), (one, other, text) => {
        const event = `{"data":${text}}`
        const [p, q] = [write(one), write(other)]
        const result = (predicate: string) => decide(predicate, event).holds
        expect(result(`{"not":{"not":${p}}}`)).toBe(result(p))
        expect(result(`{"not":{"and":[${p},${q}]}}`)).toBe(result(`{"or":[{"not":${p}},{"not":${q}}]}`))
        expect(result(`{"not":{"or":[${p},${q}]}}`)).toBe(result(`{"and":[{"not":${p}},{"not":${q}}]}`))
        expect(result(`{"and":[${p},${q}]}`)).toBe(result(`{"and":[${q},${p}]}`))
        expect(result(`{"or":[${p},${q}]}`)).toBe(result(`{"or":[${q},${p}]}`))
        expect(result(`{"and":[${p}]}`)).toBe(result(p))
      }),
      RUNS,
    )
  })

  test('the comparison that decided gives the result by itself: its opposite would change it (property)', () => {
    fc.assert(
      fc.property(condition, fields, (given, event) => {
        const { holds: result, condition: place, path: read } = decide(write(given), event.text)
        let decisive = given
        let negations = 0
        const steps = place.split('.')
        for (let at = 0; at < steps.length - 1; at++) {
          if ('part' in decisive) {
            decisive = decisive.part
            negations++
          } else if ('parts' in decisive) decisive = decisive.parts[Number(steps[++at])]!
        }
        expect(steps.at(-1)).toBe(decisive.operator)
        expect('path' in decisive && decisive.path).toEqual([...read])
        expect(holds(decisive, event.value)).toBe(negations % 2 === 0 ? result : !result)
      }),
      RUNS,
    )
  })

  test.each([
    ['an absent name', ['data', 'x'], '{"data":{}}'],
    ['a name of a string', ['data', 'length'], '{"data":"abc"}'],
    ['the length of a list', ['data', 'length'], '{"data":[1]}'],
    ['an index past the end', ['data', '1'], '{"data":[1]}'],
    ['an index with a leading zero', ['data', '00'], '{"data":[1]}'],
    ['a negative index', ['data', '-1'], '{"data":[1]}'],
    ['an inherited name', ['data', 'toString'], '{"data":{}}'],
    ['a name of an inexact number', ['data', 'digits'], '{"data":9007199254740993}'],
  ])('nothing holds for %s, and its negation does', (_name, path, event) => {
    const exists = `{"exists":{"path":${JSON.stringify(path)}}}`
    expect(decide(exists, event).holds).toBe(false)
    expect(decide(`{"not":${exists}}`, event).holds).toBe(true)
  })

  test('a null value exists and equals null', () => {
    expect(decide('{"exists":{"path":["previous"]}}', '{"previous":null}').holds).toBe(true)
    expect(decide('{"equals":{"path":["previous"],"value":null}}', '{"previous":null}').holds).toBe(true)
  })
})
