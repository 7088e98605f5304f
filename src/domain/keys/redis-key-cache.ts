import type { Redis } from '../../database/redis.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Keyring } from '../../lib/keyring.ts'
import type { KnownKey } from './key-status.ts'

const PREFIX = 'signalbox:key:'
/** Keeps what is there when that is newer: a look-up that was slow must not bring back what has changed since. */
const PUT = `
local there = redis.call('GET', KEYS[1])
if there and tonumber(string.match(there, '^%d+')) > tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. ARGV[2], 'PX', ARGV[3])
return 1`
const DATES = ['expiresAt', 'disabledAt', 'revokedAt', 'createdAt', 'lastUsedAt', 'secretExpiresAt']

/** Keys between the processes and the database (O3): what one process has looked up, the others need not. */
export interface KeyStore {
  /** The key, or null when there is none by that hash, and for how long that is still fresh; undefined: ask the database. */
  get(hash: string): Promise<{ key: KnownKey | null; freshMs: number } | undefined>
  put(hash: string, key: KnownKey | null, freshMs: number): Promise<void>
}

interface Stored {
  key: KnownKey | null
  /** Milliseconds since 1970. */
  freshUntil: number
}

/**
 * Without Redis there is none, and when it fails none either.
 *
 * Redis is not what decides who may come in: each entry is sealed by the key ring, to the hash that it is of and the time
 * until which it counts. Who can write there makes no key, moves none to another secret, and brings none back that was
 * revoked; and of two installations that share a Redis, none takes the other's.
 */
export function createKeyStore(deps: { redis?: Redis | undefined; keyring: Keyring; clock: Clock }): KeyStore {
  const { redis, keyring, clock } = deps

  return {
    async get(hash) {
      if (redis?.status !== 'ready') return undefined
      try {
        const [text, ttl] = await Promise.all([redis.get(PREFIX + hash), redis.pttl(PREFIX + hash)])
        if (text === null) return undefined
        const { key, freshUntil } = parse(keyring.decrypt(text.slice(text.indexOf(' ') + 1), PREFIX + hash))
        // The writer's clock may be ahead of this one.
        const freshMs = Math.min(ttl, freshUntil - clock.now().getTime())
        return freshMs > 0 ? { key, freshMs } : undefined
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
