import type { Redis } from '../redis.ts'
import type { KnownKey } from './verdict.ts'

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

/** Without Redis there is none, and when it fails none either. */
export function createKeyStore(redis: Redis | undefined): KeyStore {
  return {
    async get(hash) {
      if (redis?.status !== 'ready') return undefined
      try {
        const [text, freshMs] = await Promise.all([redis.get(PREFIX + hash), redis.pttl(PREFIX + hash)])
        return text === null || freshMs <= 0 ? undefined : { key: parse(text), freshMs }
      } catch {
        return undefined
      }
    },
    async put(hash, key, freshMs) {
      if (redis?.status !== 'ready') return
      const text = JSON.stringify(key)
      await redis.eval(PUT, 1, PREFIX + hash, key?.revision ?? 0, text, freshMs).catch(() => {})
    },
  }
}

function parse(text: string): KnownKey | null {
  const revive = (name: string, value: unknown) =>
    typeof value === 'string' && DATES.includes(name) ? new Date(value) : value
  return JSON.parse(text.slice(text.indexOf(' ') + 1), revive)
}
