import { LRUCache } from 'lru-cache'
import type pg from 'pg'
import { changedKeys, KEY_CHANGES, type LiveBus } from '../../bus/bus.ts'
import type { ResolvedKey } from './key-status.ts'
import type { RedisKeyCache } from './redis-key-cache.ts'

/**
 * Maximum cached keys, and as many cached hashes without a key. The two are separate, so that a flood of unknown keys
 * evicts no known one.
 */
const REMEMBERED = 10_000
/** Maximum age of a cached key, even when no change was heard: Redis may hang without a sign. */
const FRESH_MS = 10_000
/** Maximum age while the bus is degraded and revocations on other nodes are not heard. */
const FRESH_DEGRADED_MS = 1_000

const SELECT_KEY = `
SELECT k.id, k.organization_id AS "organizationId", k.name, k.environment, k.display_prefix AS "displayPrefix", k.permissions,
  k.tier, coalesce(k.allowed_ips, '{}') AS "allowedIps", k.persisted_only AS "persistedOnly", k.revision,
  k.expires_at AS "expiresAt", k.disabled_at AS "disabledAt", k.revoked_at AS "revokedAt", k.revoked_by AS "revokedBy",
  k.created_by AS "createdBy", k.created_at AS "createdAt", k.last_used_at AS "lastUsedAt", k.last_used_ip AS "lastUsedIp",
  k.replaced_by AS "replacedBy", o.plan, s.expires_at AS "secretExpiresAt", encode(s.hash, 'base64') AS hash
FROM api_key_secrets s JOIN api_keys k ON k.id = s.key_id JOIN organizations o ON o.id = k.organization_id`
const FIND_KEY = `${SELECT_KEY} WHERE s.hash = $1`
const SECRETS_OF_KEY = `${SELECT_KEY} WHERE k.id = $1`

type Row = ResolvedKey & { hash: string }

interface Remembered {
  key: ResolvedKey | null
  readAt: number
}

/**
 * Finds keys by the hash of a secret: in this process, then in Redis, then in the database. A key stays cached until
 * the bus announces a change, so that a revocation takes effect here at once and on every other node as fast as Redis
 * carries the message.
 */
export type KeyCache = ReturnType<typeof createKeyCache>

/** @param deps.now milliseconds of a monotonic clock */
export function createKeyCache(deps: {
  pool: pg.Pool
  bus: LiveBus
  redisKeyCache: RedisKeyCache
  now?: () => number
}) {
  const { bus, redisKeyCache, now = () => performance.now() } = deps
  const known = new LRUCache<string, Remembered & { key: ResolvedKey }>({ max: REMEMBERED })
  const unknown = new LRUCache<string, Remembered>({ max: REMEMBERED })
  const underWay = new Map<string, { promise: Promise<ResolvedKey | null>; era: number; readAt: number }>()
  /**
   * Grows with every invalidation. A look-up that began in an earlier generation may have read stale data and is not
   * cached.
   */
  let era = 0
  /** True once changes are heard. Nothing is cached before. */
  let listening = false
  /**
   * Times until which an entry in Redis may predate a change, by hash; `allDoubtful` covers every hash after an outage
   * of Redis.
   */
  const doubtful = new LRUCache<string, number>({ max: REMEMBERED })
  let allDoubtful = 0

  function forget(keyId: string): void {
    era++
    for (const [hash, { key }] of known) {
      if (key.id !== keyId) continue
      known.delete(hash)
      doubtful.set(hash, now() + FRESH_MS)
    }
  }

  function forgetAll(): void {
    era++
    known.clear()
    unknown.clear()
    allDoubtful = now() + FRESH_MS
  }

  function remember(hash: string, { key, readAt }: Remembered): void {
    if (key === null) unknown.set(hash, { key, readAt })
    else known.set(hash, { key, readAt })
  }

  async function lookUp(hash: string): Promise<ResolvedKey | null> {
    const began = era
    const isDoubtful = now() < Math.max(allDoubtful, doubtful.get(hash) ?? 0)
    const stored = isDoubtful ? undefined : await redisKeyCache.get(hash)
    if (stored !== undefined) {
      if (listening && began === era)
        remember(hash, { key: stored.key, readAt: now() - FRESH_MS + Math.min(stored.freshMs, FRESH_MS) })
      if (began === era) return stored.key
    }
    return read(hash)
  }

  async function read(hash: string): Promise<ResolvedKey | null> {
    const began = { era, readAt: now() }
    const values = [Buffer.from(hash, 'base64')]
    const { rows } = await deps.pool.query<Row>({ name: 'find-key', text: FIND_KEY, values })
    const key = rows[0] ?? null
    if (listening && began.era === era) {
      remember(hash, { key, readAt: began.readAt })
      const freshMs = Math.floor(FRESH_MS - (now() - began.readAt))
      if (freshMs > 0) void redisKeyCache.put(hash, key, freshMs)
    }
    return key
  }

  return {
    /** The key, or null. Concurrent look-ups of the same hash share one query. */
    find(hash: string): Promise<ResolvedKey | null> {
      const remembered = known.get(hash) ?? unknown.get(hash)
      const freshFor = bus.status() === 'ok' ? FRESH_MS : FRESH_DEGRADED_MS
      if (remembered !== undefined && now() - remembered.readAt < freshFor) return Promise.resolve(remembered.key)
      const shared = underWay.get(hash)
      if (shared?.era === era && now() - shared.readAt < freshFor) return shared.promise
      const promise = lookUp(hash).finally(() => {
        if (underWay.get(hash)?.promise === promise) underWay.delete(hash)
      })
      underWay.set(hash, { promise, era, readAt: now() })
      return promise
    },

    /**
     * Invalidates a key after a commit in this process. Resolves when Redis holds the new state and announces the
     * change to other nodes.
     */
    async changed(keyId: string): Promise<void> {
      forget(keyId)
      try {
        const { rows } = await deps.pool.query<Row>({ name: 'secrets-of-key', text: SECRETS_OF_KEY, values: [keyId] })
        await Promise.all(rows.map((row) => redisKeyCache.put(row.hash, row, FRESH_MS)))
      } catch {
        // The change is committed. Nodes that hear of it distrust the entry in Redis.
      } finally {
        // Again: a look-up may have read the old entry in Redis meanwhile.
        forget(keyId)
        bus.publish(KEY_CHANGES, [{ keyId }])
      }
    },

    async start() {
      await bus.subscribe(KEY_CHANGES, ({ messages, gap }) => {
        if (gap) forgetAll()
        for (const keyId of changedKeys(messages)) forget(keyId)
      })
      listening = true
    },
  }
}
