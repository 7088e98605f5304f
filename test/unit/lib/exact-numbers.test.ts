import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  compareNumbers,
  Decimal,
  findInexactNumber,
  isExactNumber,
  parseExactly,
  readDecimal,
} from '../../../src/lib/exact-numbers.ts'
import { jsonText } from '../../support/json-texts.ts'

const RUNS = { numRuns: 3_000, seed: 29 }

/** A number in one of its notations, with its value times 10^60. */
const number = fc
  .record({
    units: fc.oneof(fc.bigInt({ min: -20n, max: 20n }), fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n })),
    shift: fc.oneof(fc.integer({ min: -2, max: 2 }), fc.integer({ min: -30, max: 30 })),
    zeros: fc.integer({ min: 0, max: 3 }),
    asFraction: fc.boolean(),
  })
  .map(({ units, shift, zeros, asFraction }) => {
    const scaled = units * 10n ** BigInt(60 + shift)
    const padded = units === 0n ? '0' : `${units}${'0'.repeat(zeros)}`
    if (!asFraction) return { text: `${padded}e${shift - zeros}`, scaled }
    const [sign, digits] = units < 0n ? ['-', padded.slice(1)] : ['', padded]
    return { text: `${sign}0.${digits}E+${shift - zeros + digits.length}`.replace('+-', '-'), scaled }
  })

const read = (text: string) => parseExactly(text) as number | Decimal

describe('exact number', () => {
  test.each([
    '0',
    '-0',
    '1.0',
    '1.50',
    '1e2',
    '100',
    '0.1',
    '9007199254740992',
    '5e-324',
    '123456789012345680000',
    '0e999',
  ])('%s is exact', (text) => expect(isExactNumber(text)).toBe(true))
  test.each(['12345678901234567890', '1e400', '0.1234567890123456789', '9007199254740993', '1e-400'])(
    '%s is not exact',
    (text) => expect(isExactNumber(text)).toBe(false),
  )

  test('the first inexact number of a text is found outside strings only', () => {
    expect(findInexactNumber('{"12345678901234567890":["1e400\\"",1.5,{"a":1e400}]}')).toBe('1e400')
    expect(findInexactNumber('["12345678901234567890"]')).toBeUndefined()
  })

  test('two numbers in any notation compare like integers of the same scale (property)', () => {
    fc.assert(
      fc.property(number, number, (one, other) => {
        const expected = one.scaled === other.scaled ? 0 : one.scaled < other.scaled ? -1 : 1
        expect(Math.sign(compareNumbers(read(one.text), read(other.text)))).toBe(expected)
      }),
      RUNS,
    )
  })

  test('a number equals itself in every notation, and no other number', () => {
    for (const [one, other] of [
      ['1.0', '1'],
      ['-0', '0.00e7'],
      ['1e2', '100'],
      ['0.1', '1000e-4'],
      ['1e400', '10e399'],
    ] as const)
      expect(compareNumbers(read(one), read(other))).toBe(0)
    expect(compareNumbers(read('9007199254740993'), read('9007199254740992'))).toBe(1)
    expect(compareNumbers(read('1e-400'), read('0'))).toBe(1)
    expect(compareNumbers(read('-1e99999999999999999999'), read('-1e400'))).toBe(-1)
  })

  test('a number with a million zeros is read in time proportional to its length', () => {
    const { digits, exponent } = readDecimal(`1${'0'.repeat(1_000_000)}1`)
    expect([digits.length, exponent]).toEqual([1_000_002, 1_000_002n])
  })
})

describe('exact parser', () => {
  test('a text is parsed like by JSON.parse, except for numbers that JavaScript would change (property)', () => {
    const withoutDecimals = (value: unknown): unknown => {
      if (value instanceof Decimal) return Number(`${value.sign < 0 ? '-' : ''}0.${value.digits}e${value.exponent}`)
      if (Array.isArray(value)) return value.map(withoutDecimals)
      if (typeof value !== 'object' || value === null) return value
      return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, withoutDecimals(entry)]))
    }
    fc.assert(
      fc.property(jsonText(), (text) => {
        expect(withoutDecimals(parseExactly(text))).toEqual(withoutDecimals(JSON.parse(text)))
      }),
      RUNS,
    )
  })

  test('only numbers that JavaScript would change become decimals', () => {
    const parsed = parseExactly('{"a":[1.50,9007199254740993,1E400],"id":"12345678901234567890","b":1e2}')
    expect(parsed).toEqual({
      a: [1.5, readDecimal('9007199254740993'), readDecimal('1e400')],
      id: '12345678901234567890',
      b: 100,
    })
  })
})
