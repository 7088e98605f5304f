import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRemoveFields } from '../../../src/domain/events/redact.ts'
import { eachEntry, eachMember, findRepeatedName, levelsOf, skipSpace, skipValue } from '../../../src/lib/json-scan.ts'
import { findInexactNumber, isExactNumber, readJson } from '../../../src/lib/json-text.ts'
import { jsonText } from '../../support/json-texts.ts'

const RUNS = { numRuns: 3_000, seed: 27 }

describe('JSON scanner', () => {
  test('the scanner finds each value of any JSON text where JSON.parse finds it (property)', () => {
    fc.assert(
      fc.property(jsonText(), (text) => {
        const end = compare(text, skipSpace(text, 0), JSON.parse(text))
        expect(skipSpace(text, end)).toBe(text.length)
        expect(findRepeatedName(text)).toBeUndefined()
      }),
      RUNS,
    )
  })

  /** Walks the text beside its parsed value. */
  function compare(text: string, at: number, value: unknown): number {
    const end = skipValue(text, at)
    expect(JSON.parse(text.slice(at, end))).toEqual(value)
    if (Array.isArray(value)) return eachEntry(text, at, (index, start) => compare(text, start, value[index]))
    if (typeof value !== 'object' || value === null) return end
    return eachMember(text, at, (name, start) => compare(text, start, (value as Record<string, unknown>)[name]))
  }

  test('a repeated name is found with its path, whatever its spelling and depth', () => {
    expect(findRepeatedName('{"a":1,"b":{"a":2},"c":[{"a":1},{"a":1}]}')).toBeUndefined()
    expect(findRepeatedName('{"b":[0,{"a":1,"\\u0061":2}]}')).toBe('b.1.a')
    expect(() => readJson('{"a":1,"a":1}')).toThrow('The name a occurs twice in one object. Send each name once.')
    expect(findRepeatedName(`${'[{"x":'.repeat(100_000)}{"a":1,"a":2}`)).toHaveLength(201)
  })

  test('nesting of 500,000 levels is scanned without recursion', () => {
    const deep = '['.repeat(500_000) + ']'.repeat(500_000)
    expect([levelsOf(deep), skipValue(deep, 0), findRepeatedName(deep)]).toEqual([500_000, 1_000_000, undefined])
  })

  test.each(['', '{"a":}', '[1,]', '01', "{'a':1}", 'NaN', '"\n"'])('%j is rejected as malformed', (text) => {
    expect(() => readJson(text)).toThrow('The body is not valid JSON.')
  })
})

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

  test('a number of a million digits is read in linear time', () => {
    const zeros = '0'.repeat(1_000_000)
    expect(isExactNumber(`1.${zeros}1`)).toBe(false)
    expect(isExactNumber(`1.${zeros}`)).toBe(true)
    expect(isExactNumber(`0.${zeros}1e1000001`)).toBe(true)
    expect(isExactNumber(`1e-${'9'.repeat(1_000_000)}`)).toBe(false)
  })

  test('the first inexact number of a text is found outside strings only', () => {
    expect(findInexactNumber('{"12345678901234567890":["1e400\\"",1.5,{"a":1e400}]}')).toBe('1e400')
    expect(findInexactNumber('["12345678901234567890"]')).toBeUndefined()
  })
})

describe('sensitive fields', () => {
  test('only the named fields are cut out of any JSON text, with one comma each (property)', () => {
    const remove = createRemoveFields(['secret'])
    fc.assert(
      fc.property(jsonText(), jsonText(), fc.constantFrom('', ' ', '\n\t'), (value, kept, space) => {
        const secret = `${space}"secret"${space}:${value}`
        const other = `${space}"kept"${space}:${kept}`
        expect(remove(value)).toBe(value)
        expect(remove(`{${secret}}`)).toBe(`{}`)
        expect(remove(`{${secret},${other}}`)).toBe(`{${other}}`)
        expect(remove(`{${other},${secret}}`)).toBe(`{${other}}`)
        expect(remove(`[{${secret},"SECRET":1,${other},"\\u0073ecret":${value},"z":0}]`)).toBe(`[{${other},"z":0}]`)
      }),
      { numRuns: 1_000, seed: 27 },
    )
  })

  test.each(['accessToken', 'access_token', 'ACCESS-TOKEN', 'AccessToken'])('accessToken also removes %s', (name) => {
    expect(createRemoveFields(['accessToken'])(`{"${name}":1,"accessTokens":2}`)).toBe('{"accessTokens":2}')
  })
})
