import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createKeyring, isKeyringKey } from '../../../src/lib/keyring.ts'

const key = (id: string, byte: number) => `${id}:${Buffer.alloc(32, byte).toString('base64')}`

describe('key ring', () => {
  const ring = createKeyring([key('new', 1), key('old', 2)])

  test('a decrypted text equals the encrypted text (property)', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (text, context) => {
        expect(ring.decrypt(ring.encrypt(text, context), context)).toBe(text)
      }),
      { seed: 1 },
    )
  })

  test('the newest key encrypts, older keys decrypt, and a missing key is named in the error', () => {
    const old = createKeyring([key('old', 2)]).encrypt('secret', 'row')
    expect(ring.encrypt('x', 'row')).toMatch(/^new:/)
    expect(ring.decrypt(old, 'row')).toBe('secret')
    expect(() => createKeyring([key('new', 1)]).decrypt(old, 'row')).toThrow('ENCRYPTION_KEYS has no key "old"')
  })

  test('a ciphertext that was changed or moved to another row does not decrypt', () => {
    const sealed = ring.encrypt('secret', 'row 1')
    expect(() => ring.decrypt(sealed, 'row 2')).toThrow()
    const [id, text = ''] = sealed.split(':')
    const bytes = Buffer.from(text, 'base64')
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes)
      changed[at]! ^= 1
      expect(() => ring.decrypt(`${id}:${changed.toString('base64')}`, 'row 1')).toThrow()
    }
  })

  test.each(['', 'id', 'id:', 'id:short', `:${'A'.repeat(43)}=`, `a b:${Buffer.alloc(32).toString('base64')}`])(
    '%j is not a valid encryption key',
    (text) => {
      expect(isKeyringKey(text)).toBe(false)
    },
  )
})
