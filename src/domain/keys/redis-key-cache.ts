import type { SharedLevel } from '../../bus/cache.ts'
import type { Redis } from '../../database/redis.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Keyring } from '../../lib/keyring.ts'
import type { ResolvedKey } from './key-status.ts'

const PREFIX = 'signalbox:key:'
/** Lua script that keeps a newer entry: a slow look-up must not restore a state from before a change. */
const PUT = `
local there = redis.call('GET', KEYS[1])
if there and tonumber(string.match(there, '^%d+')) > tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. ARGV[2], 'PX', ARGV[3])
return 1`
const DATES = ['expiresAt', 'disabledAt', 'revokedAt', 'createdAt', 'lastUsedAt', 'secretExpiresAt']

/** Shares looked-up keys between processes through Redis, by hash; null stands for an unknown hash. */
export type RedisKeyCache = SharedLevel<ResolvedKey | null>

interface Stored {
  key: ResolvedKey | null
  /** Milliseconds since 1970. */
  freshUntil: number
}

/**
 * Answers undefined without Redis and while Redis fails.
 *
 * Redis is not trusted: the key ring seals each entry to its hash and expiry. A writer to Redis can neither forge a
 * key, move an entry to another secret, nor restore a revoked key, and two installations on one Redis cannot read each
 * other's entries.
 */
export function createRedisKeyCache(deps: {
  redis?: Redis | undefined
  keyring: Keyring
  clock: Clock
}): RedisKeyCache {
  const { redis, keyring, clock } = deps

  return {
    async get(hash) {
      if (redis?.status !== 'ready') return undefined
      try {
        const [text, ttl] = await Promise.all([redis.get(PREFIX + hash), redis.pttl(PREFIX + hash)])
        if (text === null) return undefined
        const { key, freshUntil } = parse(keyring.decrypt(text.slice(text.indexOf(' ') + 1), PREFIX + hash))
        // The clock of the writer may be ahead.
        const freshMs = Math.min(ttl, freshUntil - clock.now().getTime())
        return freshMs > 0 ? { value: key, freshMs } : undefined
      } catch {
        return undefined
      }
    },
    async put(hash, key, freshMs) {
      if (redis?.status !== 'ready') return
      const stored: Stored = { key, freshUntil: clock.now().getTime() + freshMs }
      const sealed = keyring.encrypt(JSON.stringify(stored), PREFIX + hash)
      await redis.eval(PUT, 1, PREFIX + hash, key?.revision ?? 0, sealed, freshMs).catch(() => {})
    },
  }
}

function parse(text: string): Stored {
  return JSON.parse(text, (name, value) =>
    typeof value === 'string' && DATES.includes(name) ? new Date(value) : value,
  )
}
