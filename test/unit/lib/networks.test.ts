import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createNetworks, isNetwork, parseAddress } from '../../../src/lib/networks.ts'

describe('networks', () => {
  test.each([
    ['10.0.0.0/8', '10.255.0.1', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['10.0.0.0/8', '::ffff:10.1.2.3', true],
    ['::ffff:10.0.0.0/104', '10.1.2.3', true],
    ['203.0.113.7', '203.0.113.7', true],
    ['203.0.113.7', '203.0.113.8', false],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
    ['2001:db8::/32', '2001:db9::1', false],
    ['0.0.0.0/0', '::1', false],
    ['::1', '0:0:0:0:0:0:0:1', true],
    ['10.0.0.0/8', 'nonsense', false],
  ])('network %s and address %s: contained is %s', (network, address, inside) => {
    expect(createNetworks([network])(address)).toBe(inside)
  })

  test.each(['', '10.0.0.0/33', '10.0.0.0/-1', '10.0.0/8', '10.0.0.0/8/8', '::1/129', '0x7f.1', 'example.com'])(
    '%j is not a valid network',
    (text) => {
      expect(isNetwork(text)).toBe(false)
    },
  )

  test('an IPv4 network contains exactly the addresses that share its first bits (property)', () => {
    const octets = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255))
    const number = (parts: number[]) => parts.reduce((sum, part) => sum * 256 + part, 0)
    fc.assert(
      fc.property(octets, octets, fc.nat(32), (base, address, bits) => {
        const same = Math.floor(number(base) / 2 ** (32 - bits)) === Math.floor(number(address) / 2 ** (32 - bits))
        expect(createNetworks([`${base.join('.')}/${bits}`])(address.join('.'))).toBe(same)
        expect(createNetworks([`${base.join('.')}/${bits}`])(`::ffff:${address.join('.')}`)).toBe(same)
      }),
      { seed: 1 },
    )
  })

  test('an address is parsed in its full form only', () => {
    expect(parseAddress('10.1')).toBeUndefined()
    expect(parseAddress('fe80::1%eth0')?.toString()).toBe('fe80::1')
  })

  test('a text of a million characters is no address', () => {
    expect(parseAddress(`${'%'.repeat(1_000_000)}\n`)).toBeUndefined()
  })
})
