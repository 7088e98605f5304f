import { LRUCache } from 'lru-cache'
import type pg from 'pg'
import type { ApiKey } from '../../prisma/generated/client.ts'
import { changedKeys, KEY_CHANGES, type LiveBus } from '../live/bus.ts'

/** Keys that a process remembers, and as many hashes that belong to none: a flood of those pushes out no key. */
const REMEMBERED = 10_000
/** What is remembered is read again after this long, whatever was heard: Redis may hang without anybody noticing. */
const FRESH_MS = 10_000
/** With Redis away a revocation on another node is not heard; it takes effect after this long at most. */
const FRESH_DEGRADED_MS = 1_000

const FIND_KEY = `
SELECT id, organization_id AS "organizationId", name, environment, display_prefix AS "displayPrefix", hash, permissions, tier,
  coalesce(allowed_ips, '{}') AS "allowedIps", expires_at AS "expiresAt", disabled_at AS "disabledAt",
  revoked_at AS "revokedAt", revoked_by AS "revokedBy", created_by AS "createdBy", created_at AS "createdAt",
  last_used_at AS "lastUsedAt"
FROM api_keys WHERE hash = $1`

/**
 * Finds keys by their hash, for every request (O3). What was found is remembered until the bus says that the key changed, so
 * a revocation takes effect here at once and on every other node as fast as Redis carries it (K3).
 */
export type KeyCache = ReturnType<typeof createKeyCache>

/** @param deps.now milliseconds of a clock that only goes forward */
export function createKeyCache(deps: { pool: pg.Pool; bus: LiveBus; now?: () => number }) {
  const { bus, now = () => performance.now() } = deps
  const known = new LRUCache<string, { key: ApiKey; readAt: number }>({ max: REMEMBERED })
  const unknown = new LRUCache<string, { key: null; readAt: number }>({ max: REMEMBERED })
  const underWay = new Map<string, { promise: Promise<ApiKey | null>; era: number; readAt: number }>()
  /** Grows whenever something is forgotten: a look-up that began before may have read what is no longer so. */
  let era = 0
  /** Whether changes are heard; nothing is remembered before. */
  let listening = false

  function forget(keyId: string): void {
    era++
    for (const [hash, { key }] of known) if (key.id === keyId) known.delete(hash)
  }

  function forgetAll(): void {
    era++
    known.clear()
    unknown.clear()
  }

  async function lookUp(hash: string): Promise<ApiKey | null> {
    const began = { era, readAt: now() }
    const values = [Buffer.from(hash, 'base64')]
    const { rows } = await deps.pool.query<ApiKey>({ name: 'find-key', text: FIND_KEY, values })
    const key = rows[0] ?? null
    if (listening && began.era === era) {
      if (key === null) unknown.set(hash, { key, readAt: began.readAt })
      else known.set(hash, { key, readAt: began.readAt })
    }
    return key
  }

  return {
    /** The key, or null. Requests that ask for the same one at once share a look-up. */
    find(hash: Uint8Array): Promise<ApiKey | null> {
      const id = Buffer.from(hash).toString('base64')
      const remembered = known.get(id) ?? unknown.get(id)
      const freshFor = bus.status() === 'ok' ? FRESH_MS : FRESH_DEGRADED_MS
      if (remembered !== undefined && now() - remembered.readAt < freshFor) return Promise.resolve(remembered.key)
      const shared = underWay.get(id)
      if (shared?.era === era && now() - shared.readAt < freshFor) return shared.promise
      const promise = lookUp(id).finally(() => {
        if (underWay.get(id)?.promise === promise) underWay.delete(id)
      })
      underWay.set(id, { promise, era, readAt: now() })
      return promise
    },

    /** A key changed in this process; called after the commit. Other nodes hear of it over the bus. */
    forget,

    async start() {
      await bus.subscribe(KEY_CHANGES, ({ messages, gap }) => {
        if (gap) forgetAll()
        for (const keyId of changedKeys(messages)) forget(keyId)
      })
      listening = true
    },
  }
}
