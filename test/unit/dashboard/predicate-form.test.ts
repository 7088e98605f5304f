import { describe, expect, test } from 'vitest'
import { parseExactly, toComparisons, toPredicate } from '../../../dashboard/src/pages/endpoints/predicate-form.ts'

/** A predicate through the rows of the editor and back. */
const through = (predicate: unknown) => {
  const comparisons = toComparisons(predicate)
  return comparisons && toPredicate(comparisons)
}
const path = ['data', 'amount']

describe('rows of a predicate', () => {
  test.each([
    [{ and: [{ equals: { path, value: 100 } }, { equals: { path, value: '100' } }] }],
    [{ or: [{ equals: { path, value: null } }, { equals: { path, value: '' } }, { equals: { path, value: 'a b' } }] }],
    [{ and: [{ in: { path, values: ['EUR', 'CHF'] } }, { in: { path, values: ['a,b', 1, true, '1'] } }] }],
    [{ and: [{ not: { prefix: { path, value: '12' } } }, { not: { exists: { path } } }] }],
    [{ and: [{ less: { path, value: 1.5 } }, { greater: { path: ['timestamp'], value: '2026' } }] }],
    [{ and: [{ equals: { path: ['data', 'lines', '0', 'sku'], value: 'true' } }] }],
  ])('give back the predicate %j', (predicate) => {
    expect(through(predicate)).toEqual(predicate)
  })

  test('show a single comparison, and no predicate as no row', () => {
    expect(through({ exists: { path } })).toEqual({ and: [{ exists: { path } }] })
    expect(through(null)).toBeNull()
  })

  test.each([
    [{ or: [{ and: [{ exists: { path } }] }] }],
    [{ not: { not: { exists: { path } } } }],
    [{ exists: { path: ['data', 'a.b'] } }],
    [{ exists: { path: ['data', ''] } }],
  ])('cannot show %j', (predicate) => {
    expect(toComparisons(predicate)).toBeUndefined()
  })
})

describe('JSON of a predicate', () => {
  test('keeps numbers that a browser can send again, and refuses the others', () => {
    expect(parseExactly('[1, 0.1, 1e300, -123456789012345]')).toEqual([1, 0.1, 1e300, -123456789012345])
    expect(() => parseExactly('{"value": 9007199254740993}')).toThrow(RangeError)
    expect(() => parseExactly('0.12345678901234567')).toThrow(RangeError)
    expect(parseExactly('"9007199254740993"')).toBe('9007199254740993')
  })
})
