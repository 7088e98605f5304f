import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createLocalBus, KEY_CHANGES, type LiveBus } from '../../../src/bus/bus.ts'
import { createRedis, waitUntilReady } from '../../../src/database/redis.ts'
import { createKeyCache } from '../../../src/domain/keys/key-cache.ts'
import { createRedisKeyCache } from '../../../src/domain/keys/redis-key-cache.ts'
import { hashToken } from '../../../src/domain/keys/token.ts'
import { systemClock } from '../../../src/lib/clock.ts'
import { createKeyring } from '../../../src/lib/keyring.ts'
import type { App } from '../../support/app.ts'
import { createTestClock } from '../../support/clock.ts'
import { type Nodes, startNodes } from '../../support/nodes.ts'
import type { TestRedis } from '../../support/redis.ts'

// Keys are cached on every node, and a revoked key is evicted on every node.
let redis: TestRedis
let nodes: Nodes
let first: App
let second: App

beforeAll(async () => {
  nodes = await startNodes()
  ;({ redis, first, second } = nodes)
})
afterAll(async () => {
  await nodes.stop()
})

/** Counts key look-ups only, because other components of the process query the database too. */
const lookUps = (asked: { mock: { calls: unknown[][] } }) =>
  asked.mock.calls.filter(([query]) => (query as { name?: string }).name === 'find-key').length

const keyringOf = (byte: number) => createKeyring([`test:${Buffer.alloc(32, byte).toString('base64')}`])
const sealing = { keyring: keyringOf(1), clock: systemClock }

/** A separate cache on the real database, with counted queries and a test clock. */
async function counted(bus: LiveBus = createLocalBus(), redisKeyCache = createRedisKeyCache(sealing)) {
  const time = { ms: 0 }
  const { pool } = first.database
  const asked = vi.spyOn(pool, 'query').mockClear()
  const cache = createKeyCache({ pool, bus, redisKeyCache, now: () => time.ms })
  await cache.start()
  return { cache, bus, time, queries: () => lookUps(asked) }
}

describe('API key cache', () => {
  test('concurrent and repeated look-ups of a key query the database once', async () => {
    const { key, keyId } = await first.tenant()
    const { cache, queries } = await counted()
    const found = await Promise.all(Array.from({ length: 100 }, () => cache.find(hashToken(key))))
    expect(new Set(found.map((one) => one?.id))).toEqual(new Set([keyId]))
    await cache.find(hashToken(key))
    expect(queries()).toBe(1)
  })

  test('a look-up of an unknown key is cached, and a flood of unknown keys evicts no known key', async () => {
    const { key } = await first.tenant()
    const { cache, queries } = await counted()
    await cache.find(hashToken(key))
    for (let n = 0; n < 3; n++) expect(await cache.find(hashToken('no such key'))).toBeNull()
    expect(queries()).toBe(2)
    await Promise.all(Array.from({ length: 10_050 }, (_, n) => cache.find(hashToken(`unknown ${n}`))))
    const after = queries()
    await cache.find(hashToken(key))
    expect(queries()).toBe(after)
  })

  test('a changed key is read again, also when the key changed during its look-up', async () => {
    const { key, keyId } = await first.tenant()
    const { cache, bus, queries } = await counted()
    await cache.find(hashToken(key))
    bus.publish(KEY_CHANGES, [{ keyId }])
    const looking = cache.find(hashToken(key))
    bus.publish(KEY_CHANGES, [{ keyId }])
    // The pending look-up may have read the old row, so its result is neither shared nor cached.
    const again = cache.find(hashToken(key))
    await Promise.all([looking, again])
    expect(queries()).toBe(3)
    await cache.find(hashToken(key))
    expect(queries()).toBe(3)
  })

  test('a cached key is read again after ten seconds, or after one second while the bus is degraded', async () => {
    const { key } = await first.tenant()
    const local = createLocalBus()
    let status: 'ok' | 'degraded' = 'ok'
    const { cache, time, queries } = await counted({ ...local, status: () => status })
    await cache.find(hashToken(key))
    time.ms = 9_999
    await cache.find(hashToken(key))
    expect(queries()).toBe(1)
    time.ms = 10_000
    await cache.find(hashToken(key))
    expect(queries()).toBe(2)
    status = 'degraded'
    time.ms = 10_999
    await cache.find(hashToken(key))
    expect(queries()).toBe(2)
    time.ms = 11_000
    await cache.find(hashToken(key))
    expect(queries()).toBe(3)
  })

  const VIEWER = '{ viewer { organization { id } } }'
  const REVOKE = 'mutation ($id: ID!) { apiKeyRevoke(id: $id) { ... on ApiKeyRevokePayload { apiKey { id } } } }'

  /** Sends requests until the key is rejected. The limit is shorter than the lifetime of a cache entry. */
  async function refusedAt(app: App, key: string): Promise<string> {
    for (const started = performance.now(); ; ) {
      if (performance.now() - started > 5_000) throw new Error('The key is still let in after five seconds.')
      const { errors } = await app.api.as(key).request(VIEWER)
      const [error] = errors ?? []
      if (error !== undefined) return error.message
    }
  }

  test('a key that is revoked on one node is rejected there at once, and on the other nodes soon after', async () => {
    const { key, keyId, organizationId } = await first.tenant()
    for (const app of [first, second]) expect((await app.api.as(key).request(VIEWER)).errors).toBeUndefined()
    await first.host.in(organizationId).ask(REVOKE, { id: keyId })
    const { errors } = await first.api.as(key).request(VIEWER)
    expect(errors?.[0]?.message).toMatch(/was revoked/)
    expect(await refusedAt(second, key)).toMatch(/was revoked/)
  })

  test('malformed messages on the key channel are ignored', async () => {
    const { key, keyId } = await first.tenant()
    const { cache, bus, queries } = await counted()
    await cache.find(hashToken(key))
    bus.publish(KEY_CHANGES, [null, 1, 'x', {}, { keyId: 7 }])
    await cache.find(hashToken(key))
    expect(queries()).toBe(1)
    bus.publish(KEY_CHANGES, [null, { keyId }])
    await cache.find(hashToken(key))
    expect(queries()).toBe(2)
  })

  test('a key looked up by one process is shared through Redis, and a changed key replaces the shared entry', async () => {
    const { key, keyId } = await first.tenant()
    const connection = createRedis(redis.url)
    await waitUntilReady(connection)
    const shared = createRedisKeyCache({ ...sealing, redis: connection })
    const one = await counted(createLocalBus(), shared)
    await one.cache.find(hashToken(key))
    await expect.poll(() => shared.get(hashToken(key))).toMatchObject({ value: { id: keyId, revision: 1 } })
    const other = await counted(createLocalBus(), shared)
    const found = await other.cache.find(hashToken(key))
    expect(found).toMatchObject({ id: keyId, plan: 'GROWTH', secretExpiresAt: null, createdAt: expect.any(Date) })
    expect(await other.cache.find(hashToken('nobody has it'))).toBeNull()
    const third = await counted(createLocalBus(), shared)
    expect(await third.cache.find(hashToken('nobody has it'))).toBeNull()
    expect(third.queries()).toBe(0)
    await first.database.pool.query('UPDATE api_keys SET disabled_at = now(), revision = 2 WHERE id = $1', [keyId])
    await one.cache.changed(keyId)
    // A slow look-up does not overwrite a newer entry.
    await shared.put(hashToken(key), found, 10_000)
    const late = await counted(createLocalBus(), shared)
    expect((await late.cache.find(hashToken(key)))?.disabledAt).toBeInstanceOf(Date)
    expect(late.queries()).toBe(0)
    connection.disconnect()
  })

  test('a forged, moved or replayed entry in Redis is not accepted as a key', async () => {
    const { key, keyId } = await first.tenant()
    const connection = createRedis(redis.url)
    await waitUntilReady(connection)
    const time = createTestClock()
    const store = createRedisKeyCache({ keyring: sealing.keyring, clock: time, redis: connection })
    const entry = (hash: string) => `signalbox:key:${hash}`
    const cache = createKeyCache({ pool: first.database.pool, bus: createLocalBus(), redisKeyCache: store })
    const found = await cache.find(hashToken(key))

    await connection.set(entry('made'), `1 ${JSON.stringify({ key: found, freshUntil: 9e15 })}`, 'PX', 10_000)
    expect(await store.get('made')).toBeUndefined()

    await store.put(hashToken(key), found, 10_000)
    expect(await store.get(hashToken(key))).toMatchObject({ value: { id: keyId }, freshMs: expect.any(Number) })
    const sealed = (await connection.get(entry(hashToken(key))))!
    await connection.set(entry('moved'), sealed, 'PX', 10_000)
    expect(await store.get('moved')).toBeUndefined()

    time.advance(11)
    await connection.set(entry(hashToken(key)), sealed, 'PX', 10_000)
    expect(await store.get(hashToken(key))).toBeUndefined()

    const stranger = createRedisKeyCache({ keyring: keyringOf(2), clock: systemClock, redis: connection })
    await stranger.put('theirs', found, 10_000)
    expect(await stranger.get('theirs')).toBeDefined()
    expect(await store.get('theirs')).toBeUndefined()
    connection.disconnect()
  })

  test('a revoked key is rejected on other nodes when Redis is away', async () => {
    const revoked = await first.tenant()
    for (const app of [first, second]) expect((await app.api.as(revoked.key).request(VIEWER)).errors).toBeUndefined()
    await redis.kill()
    while (second.bus.status() === 'ok') await new Promise(setImmediate)
    await first.host.in(revoked.organizationId).ask(REVOKE, { id: revoked.keyId })
    expect(await refusedAt(second, revoked.key)).toMatch(/was revoked/)
  })
})
