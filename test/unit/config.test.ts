import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { readConfig } from '../../src/config.ts'

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
      introspection: true,
      operationsManifest: undefined,
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
    const config = readConfig(
      { DATA_DIR: '/data', NODE_ENV: 'production', ENCRYPTION_KEYS: `a:${Buffer.alloc(32).toString('base64')}` },
      'all',
    )
    expect(config).toMatchObject({ production: true, host: '0.0.0.0', endpointAllowedNetworks: [] })
  })

  test('variables with credentials leave the environment, so that no child process inherits them', () => {
    const env = {
      ...{ DATABASE_URL: 'postgres://me:hunter2@127.0.0.1/x', REDIS_URL: 'redis://:hunter2@127.0.0.1', PORT: '1' },
      ...{ BOOTSTRAP_API_KEY: 'a-key-of-any-form-that-is-long-enough', ENCRYPTION_KEYS: 'not a key' },
    }
    expect(() => readConfig(env, 'all')).toThrow('ENCRYPTION_KEYS')
    expect(env).toEqual({ PORT: '1' })
  })

  test.each(['a'.repeat(24), 'ab'.repeat(16), 'signalbox'.repeat(4), '123412341234123412341234'])(
    'a BOOTSTRAP_API_KEY that can be guessed is rejected: %s',
    (key) => {
      expect(() => readConfig({ BOOTSTRAP_API_KEY: key }, 'all')).toThrow('BOOTSTRAP_API_KEY must be random')
    },
  )

  test('a random BOOTSTRAP_API_KEY is accepted', () => {
    for (let count = 0; count < 1_000; count++)
      readConfig({ BOOTSTRAP_API_KEY: randomBytes(24).toString('hex') }, 'all')
  })
})
