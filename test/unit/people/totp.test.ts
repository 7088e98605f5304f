import { describe, expect, test } from 'vitest'
import { codeOf, isCode, STEP_SECONDS, stepAt, stepsOf, toBase32, totpUri } from '../../../src/domain/people/totp.ts'

// The vectors of RFC 6238, appendix B: 8 digits, and a seed of the length of each hash.
const SEED = '12345678901234567890'
const VECTORS: [seconds: number, algorithm: string, code: string][] = [
  [59, 'sha1', '94287082'],
  [59, 'sha256', '46119246'],
  [59, 'sha512', '90693936'],
  [1111111109, 'sha1', '07081804'],
  [1111111109, 'sha256', '68084774'],
  [1111111109, 'sha512', '25091201'],
  [1111111111, 'sha1', '14050471'],
  [1234567890, 'sha1', '89005924'],
  [2000000000, 'sha1', '69279037'],
  [20000000000, 'sha1', '65353130'],
  [20000000000, 'sha256', '77737706'],
  [20000000000, 'sha512', '47863826'],
]
const LENGTHS: Record<string, number> = { sha1: 20, sha256: 32, sha512: 64 }

describe('TOTP', () => {
  test.each(VECTORS)('the code at %s s with %s is %s, as RFC 6238 has it', (seconds, algorithm, code) => {
    const seed = Buffer.from(SEED.repeat(4).slice(0, LENGTHS[algorithm]))
    expect(codeOf(seed, stepAt(new Date(seconds * 1000)), { digits: 8, algorithm })).toBe(code)
  })

  test('[12] a code is accepted one step before and after its own, and no further', () => {
    const seed = Buffer.from(SEED)
    const now = new Date(1_111_111_111_000)
    const step = stepAt(now)
    const accepted = [-3, -2, -1, 0, 1, 2, 3].filter(
      (shift) => stepsOf(seed, codeOf(seed, step + shift), now).length > 0,
    )
    expect(accepted).toEqual([-1, 0, 1])
    expect(STEP_SECONDS).toBe(30)
  })

  test.each([
    ['', ''],
    ['f', 'MY'],
    ['fo', 'MZXQ'],
    ['foo', 'MZXW6'],
    ['foob', 'MZXW6YQ'],
    ['fooba', 'MZXW6YTB'],
    ['foobar', 'MZXW6YTBOI'],
  ])('base32 of "%s" is "%s", as RFC 4648 has it', (text, expected) => {
    expect(toBase32(Buffer.from(text))).toBe(expected)
  })

  test('the URI names the installation and the address, and holds the seed', () => {
    expect(totpUri(Buffer.from('foobar'), 'ana+x@example.com')).toBe(
      'otpauth://totp/Signalbox:ana%2Bx%40example.com?secret=MZXW6YTBOI&issuer=Signalbox&algorithm=SHA1&digits=6&period=30',
    )
  })

  test('a text has the form of a code with and without the space that apps show', () => {
    expect(['123456', '123 456', '12345', '1234567', 'ABCDEF', ''].map(isCode)).toEqual([
      ...[true, true],
      ...[false, false, false, false],
    ])
  })
})
