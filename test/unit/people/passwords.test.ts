import { dictionary } from '@zxcvbn-ts/language-common'
import { describe, expect, test } from 'vitest'
import { isBreached } from '../../../src/domain/people/breached-passwords.ts'
import { HASHES_AT_ONCE, HASHES_WAITING, hashPassword, verifyPassword } from '../../../src/domain/people/passwords.ts'
import { checkPassword, newPassword } from '../../../src/domain/people/person-input.ts'
import { RateLimitedError, type ValidationError } from '../../../src/lib/errors.ts'

const words = ['Acme Rockets', 'ana.lopez@example.com', 'Ana Lopez']
const issuesOf = (password: string, twoFactor = false) => {
  try {
    checkPassword(password, { words, twoFactor })
  } catch (error) {
    return (error as ValidationError).issues
  }
  return []
}

describe('rules of passwords', () => {
  test('[1] 14 characters are refused and 15 accepted without a second factor, and 8 beside one', () => {
    const fifteen = 'xk4 vq9 zt2 bw7'
    expect(fifteen).toHaveLength(15)
    expect(issuesOf(fifteen)).toEqual([])
    const [issue] = issuesOf(fifteen.slice(1))
    expect(issue).toMatchObject({ path: 'input.password', message: expect.stringContaining('at least 15 characters') })
    expect(issuesOf('xk4 vq9z', true)).toEqual([])
    expect(issuesOf('xk4 vq9', true)[0]?.message).toContain('at least 8 characters')
  })

  test('[1] a password says whether it is long enough only beside a second factor', () => {
    expect(checkPassword('xk4 vq9 zt2 bw', { words, twoFactor: true })).toBe(true)
    expect(checkPassword('xk4 vq9 zt2 bw7', { words, twoFactor: true })).toBe(false)
  })

  test('[2] characters count as people count them, and any of them may stand in a password', () => {
    expect(issuesOf('🔑'.repeat(14))).toHaveLength(1)
    for (const password of [
      '🔑 🚪🪟🏠🔒🧱🚲🧭🪜🧰🔦🪛🧲🔭🧪',
      'x y z w  '.repeat(8),
      'пароль из пяти слов',
      'abcd'.repeat(250),
    ])
      expect(issuesOf(password), password).toEqual([])
    expect(newPassword.safeParse('x'.repeat(1_001)).success).toBe(false)
  })

  test('[3] a password of few different characters is refused', () => {
    for (const password of ['a'.repeat(15), 'ab'.repeat(20), ' '.repeat(20), '🔑🚪🏠'.repeat(6)])
      expect(issuesOf(password)[0]?.message, password).toContain('at least 4 different characters')
  })

  test('[3] the most common passwords are refused in any case of their letters', () => {
    const common = dictionary['passwords-common'].filter((word) => word.length >= 8)
    const accepted = common.slice(0, 3_000).filter((word) => issuesOf(word, true).length === 0)
    expect(accepted).toEqual([])
    expect(isBreached('PassWord')).toBe(true)
    expect(issuesOf('qwerty123456789')[0]?.message).toContain('common and breached')
    expect(newPassword.safeParse('qwerty123456789').success).toBe(false)
  })

  test('[3] words that are not listed are not taken for breached ones', () => {
    const wrong = Array.from({ length: 20_000 }, (_, n) => `not listed ${n}`).filter(isBreached)
    expect(wrong).toEqual([])
  })

  test.each(['acmerockets2026', 'ACME rockets !!!', 'ana.lopez@example.com', 'Lopez-Ana-Lopez-1', 'acmeAcmeACME123'])(
    '[3] "%s" is refused, because it consists of words of the person',
    (password) => {
      expect(issuesOf(password)[0]?.message).toContain('must not consist of your name')
    },
  )

  test('[3] a password that merely contains the name of the organization is accepted', () => {
    expect(issuesOf('acme pays for lunch')).toEqual([])
  })
})

describe('hash of a password', () => {
  test('[2] passwords of 73 bytes that differ in the last one are different', async () => {
    const stored = await hashPassword(`${'x'.repeat(72)}a`)
    expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(await verifyPassword(`${'x'.repeat(72)}b`, stored)).toBe(false)
    expect(await verifyPassword(`${'x'.repeat(72)}a`, stored)).toBe(true)
  })

  test('[2] two forms of one character in Unicode are one password', async () => {
    const stored = await hashPassword('caf\u00e9 au lait le matin')
    expect(await verifyPassword('cafe\u0301 au lait le matin', stored)).toBe(true)
  })

  test('no password has the hash of an unknown person', async () => {
    expect(await verifyPassword('anything', undefined)).toBe(false)
  })

  test('hashes past the bound of waiting ones are refused with a time to try again, and the others finish', async () => {
    const most = HASHES_AT_ONCE + HASHES_WAITING
    const results = await Promise.allSettled(Array.from({ length: most + 5 }, () => verifyPassword('x', undefined)))
    const refused = results.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[]
    expect(refused).toHaveLength(5)
    for (const { reason } of refused) expect(reason).toBeInstanceOf(RateLimitedError)
    expect(await verifyPassword('x', undefined)).toBe(false)
  }, 60_000)
})
