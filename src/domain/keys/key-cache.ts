import type pg from 'pg'
import { changedKeys, KEY_CHANGES, type LiveBus } from '../../bus/bus.ts'
import { createCache, FRESH_MS } from '../../bus/cache.ts'
import type { ResolvedKey } from './key-status.ts'
import type { RedisKeyCache } from './redis-key-cache.ts'

/** Maximum cached keys, and as many cached hashes without a key. */
const KEYS_REMEMBERED = 10_000

const SELECT_KEY = `
SELECT k.id, k.organization_id AS "organizationId", k.name, k.environment, k.display_prefix AS "displayPrefix", k.permissions,
  k.tier, coalesce(k.allowed_ips, '{}') AS "allowedIps", k.persisted_only AS "persistedOnly", k.revision,
  k.expires_at AS "expiresAt", k.disabled_at AS "disabledAt", k.revoked_at AS "revokedAt", k.revoked_by AS "revokedBy",
  k.revoked_by_name AS "revokedByName", k.created_by_name AS "createdByName",
  k.created_by AS "createdBy", k.created_at AS "createdAt", k.last_used_at AS "lastUsedAt", k.last_used_ip AS "lastUsedIp",
  k.replaced_by AS "replacedBy", o.plan, s.expires_at AS "secretExpiresAt", encode(s.hash, 'base64') AS hash
FROM api_key_secrets s JOIN api_keys k ON k.id = s.key_id JOIN organizations o ON o.id = k.organization_id`
const FIND_KEY = `${SELECT_KEY} WHERE s.hash = $1`
const SECRETS_OF_KEY = `${SELECT_KEY} WHERE k.id = $1`

type Row = ResolvedKey & { hash: string }

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
  const { bus, pool, redisKeyCache } = deps
  const cache = createCache<ResolvedKey | null>({
    bus,
    channel: KEY_CHANGES,
    readIds: changedKeys,
    async load(hash) {
      const values = [Buffer.from(hash, 'base64')]
      const { rows } = await pool.query<Row>({ name: 'find-key', text: FIND_KEY, values })
      return rows[0] ?? null
    },
    ownerOf: (_hash, key) => key?.id,
    maxEntries: KEYS_REMEMBERED,
    sharedLevel: redisKeyCache,
    ...(deps.now && { now: deps.now }),
  })

  return {
    /** The key, or null. */
    find: cache.get,

    /**
     * Invalidates a key after a commit in this process. Resolves when Redis holds the new state and announces the
     * change to other nodes.
     */
    async changed(keyId: string): Promise<void> {
      cache.forget(keyId)
      try {
        const { rows } = await pool.query<Row>({ name: 'secrets-of-key', text: SECRETS_OF_KEY, values: [keyId] })
        await Promise.all(rows.map((row) => redisKeyCache.put(row.hash, row, FRESH_MS)))
      } catch {
        // The change is committed. Nodes that hear of it distrust the entry in Redis.
      } finally {
        // Again: a look-up may have read the old entry in Redis meanwhile.
        cache.forget(keyId)
        bus.publish(KEY_CHANGES, [{ keyId }])
      }
    },

    start: cache.start,
  }
}
