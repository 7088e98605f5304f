import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createToken, displayPrefix, hashBytes, hashToken, isToken } from '../../../src/domain/keys/token.ts'

describe('API key token', () => {
  test('a token has the prefix, the environment and 48 base62 characters', () => {
    expect(createToken('sb', 'LIVE')).toMatch(/^sb_live_[0-9A-Za-z]{48}$/)
    expect(createToken('acme', 'TEST')).toMatch(/^acme_test_[0-9A-Za-z]{48}$/)
  })

  test('the checksum is CRC32 in base62, left-padded with zeros', () => {
    // python3 -c "import zlib; print(zlib.crc32(b'sb_live_' + b'0' * 42))"
    expect(createToken('sb', 'LIVE', () => 0)).toBe(`sb_live_${'0'.repeat(42)}2V05KC`)
  })

  test('a created token is well-formed, and a token with one changed character is not (property)', () => {
    const character = fc.constantFrom(...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-. é')
    fc.assert(
      fc.property(fc.constantFrom('LIVE', 'TEST'), fc.nat({ max: 55 }), character, (environment, at, other) => {
        const token = createToken('sb', environment)
        expect(isToken('sb', token)).toBe(true)
        const changed = token.slice(0, at) + other + token.slice(at + 1)
        expect(isToken('sb', changed)).toBe(changed === token)
      }),
      { numRuns: 500, seed: 1 },
    )
  })

  const junk = [
    '',
    'sb',
    'sb_live_',
    'sb_live_abc',
    `sb_prod_${'0'.repeat(48)}`,
    `xx_live_${'0'.repeat(48)}`,
    'a'.repeat(1e5),
  ]
  test.each(junk.map((text) => [text.slice(0, 12), text.length, text] as const))(
    '"%s…" of %i characters is not a token',
    (_start, _length, text) => {
      expect(isToken('sb', text)).toBe(false)
    },
  )

  test('a token is displayed by its first 12 characters and stored as its SHA-256 hash', () => {
    const token = createToken('sb', 'LIVE')
    expect(displayPrefix(token)).toBe(token.slice(0, 12))
    const hash = Buffer.from('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', 'hex')
    expect(hashToken('abc')).toBe(hash.toString('base64'))
    expect(hashBytes('abc')).toEqual(new Uint8Array(hash))
  })
})
