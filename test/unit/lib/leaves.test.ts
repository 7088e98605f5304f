import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readConfig } from '../../../src/config.ts'
import { createSigningSecret } from '../../../src/domain/endpoints/signing-secrets.ts'
import { createToken } from '../../../src/domain/keys/token.ts'
import { createIds } from '../../../src/lib/ids.ts'
import { createKeyring, isKeyringKey } from '../../../src/lib/keyring.ts'
import { createLog, redactSecrets } from '../../../src/lib/log.ts'
import { createNetworks, isNetwork, parseAddress } from '../../../src/lib/networks.ts'
import { createTestClock } from '../../support/clock.ts'

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

describe('log', () => {
  test('log lines contain no key, secret or password, wherever they stand', () => {
    let lines = ''
    const log = createLog({
      level: 'trace',
      destination: {
        write(line) {
          lines += line
        },
      },
    })
    const token = createToken('sb', 'LIVE')
    const { secret } = createSigningSecret('STANDARD')
    const pair = createSigningSecret('STANDARD_ED25519')
    log.info(
      { authorization: `Bearer ${token}`, nested: { secret, password: 'hunter2' } },
      `key ${token} and ${secret}`,
    )
    log.error({ err: new Error(`cannot connect to postgres://me:hunter2@db/x with ${pair.secret}`) })
    log.info({ url: 'redis://:hunter2@cache:6379', list: [token] })
    for (const hidden of [token.slice(12), secret.slice(6), pair.secret.slice(5), 'hunter2'])
      expect(lines).not.toContain(hidden)
    expect(lines).toContain('postgres://me:[removed]@db/x')
    expect(
      lines
        .trim()
        .split('\n')
        .every((line) => JSON.parse(line).time),
    ).toBe(true)
  })

  test('a text without secrets is logged unchanged', () => {
    const text = 'evt_01kjm0000000000000000000ab to https://example.com:8080/a?b=c@d failed'
    expect(redactSecrets(text)).toBe(text)
  })
})

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
})

describe('ids', () => {
  test('ids sort by creation time, also within a millisecond and when the clock moves back', () => {
    const clock = createTestClock()
    const makeId = createIds(clock)
    const ids = Array.from({ length: 1_000 }, (_, count) => {
      if (count === 400) clock.advance(-60)
      if (count === 700) clock.advance(120)
      return makeId('evt')
    })
    expect(ids).toEqual([...ids].sort())
    expect(new Set(ids).size).toBe(1_000)
    expect(ids[0]).toMatch(/^evt_[0-9a-z]{26}$/)
  })
})

describe('configuration', () => {
  test('defaults equal the documented defaults', () => {
    expect(readConfig({ DATA_DIR: '/data' }, 'all')).toEqual({
      mode: 'all',
      production: false,
      port: 4000,
      host: '127.0.0.1',
      databaseUrl: undefined,
      databaseDirectUrl: undefined,
      redisUrl: undefined,
      bootstrapApiKey: undefined,
      encryptionKeys: undefined,
      endpointAllowedNetworks: ['127.0.0.0/8', '::1/128'],
      trustedProxies: [],
      dataDir: '/data',
      graphiql: true,
      operationsManifest: path.join(import.meta.dirname, '../../../persisted-operations/manifest.json'),
      dailyQuotas: {},
      rateLimits: {},
      fieldLimits: {},
      logLevel: 'info',
      keyPrefix: 'sb',
      workerConcurrency: 2_000,
      leaseSeconds: 15,
      shutdownSeconds: 10,
      retentionDays: 90,
      usageRetentionDays: 30,
      auditRetentionDays: 365,
    })
  })

  test.each(['2.5', '0', '-1', 'soon'])('a lease of %s seconds is rejected', (seconds) => {
    expect(() => readConfig({ WORKER_LEASE_SECONDS: seconds }, 'all')).toThrow('must be a whole number of seconds')
  })

  test('production listens on all addresses and allows webhooks to public addresses only', () => {
    const config = readConfig({ DATA_DIR: '/data', NODE_ENV: 'production', ENCRYPTION_KEYS: key('a', 1) }, 'all')
    expect(config).toMatchObject({ production: true, host: '0.0.0.0', endpointAllowedNetworks: [] })
  })
})
