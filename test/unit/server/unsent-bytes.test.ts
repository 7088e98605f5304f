import { describe, expect, test } from 'vitest'
import { createUnsentBytes } from '../../../src/server/unsent-bytes.ts'

const LIMITS = { principal: 100, process: 250, strangers: 30 }

describe('unsent bytes', () => {
  test('a principal has a bound over all of its answers', () => {
    const unsent = createUnsentBytes(LIMITS)
    const [first, second, other] = [unsent.open(), unsent.open(), unsent.open()]
    for (const account of [first, second]) account.assign('key_a')
    other.assign('key_b')
    expect(first.add(60)).toBe(true)
    expect(second.fits(50)).toBe(false)
    expect(second.add(40)).toBe(true)
    expect(second.add(1)).toBe(false)
    expect(other.add(100)).toBe(true)
  })

  test('the process has a bound over all principals, which frees with the sent bytes', () => {
    const unsent = createUnsentBytes(LIMITS)
    const accounts = ['key_a', 'key_b', 'key_c'].map((id) => {
      const account = unsent.open()
      account.assign(id)
      return account
    })
    for (const account of accounts.slice(0, 2)) expect(account.add(100)).toBe(true)
    expect(accounts[2]!.fits(51)).toBe(false)
    accounts[0]!.remove(50)
    expect(accounts[2]!.fits(100)).toBe(true)
    accounts[1]!.close()
    expect(unsent.total()).toBe(50)
  })

  test('all strangers have one bound, and bytes move to the principal that a connection turns out to be', () => {
    const unsent = createUnsentBytes(LIMITS)
    const [first, second] = [unsent.open(), unsent.open()]
    expect(first.add(30)).toBe(true)
    expect(second.fits(1)).toBe(false)
    first.assign('key_a')
    expect(second.fits(30)).toBe(true)
    expect(first.fits(71)).toBe(false)
    expect(unsent.total()).toBe(30)
  })

  test('a closed answer counts nothing more', () => {
    const unsent = createUnsentBytes(LIMITS)
    const account = unsent.open()
    account.add(20)
    account.close()
    account.remove(20)
    expect(account.add(1_000)).toBe(true)
    account.close()
    expect(unsent.total()).toBe(0)
  })
})
