import { LRUCache } from 'lru-cache'
import type { Redis } from '../../database/redis.ts'

const PREFIX = 'signalbox:field:'
/** Maximum pairs of organization and field that this process counts without Redis. */
const REMEMBERED = 10_000

/**
 * Call times by organization and field: in Redis for all processes, in this process without Redis or while Redis is
 * away.
 */
export interface FieldLimitStore {
  get(who: string): Promise<readonly number[]>
  set(who: string, times: readonly number[], windowMs: number): Promise<void>
  /** Runs one call after the other for each key, because a read and a write are two steps. */
  inTurn<T>(who: string, run: () => Promise<T>): Promise<T>
}

export function createFieldLimitStore(redis: Redis | undefined): FieldLimitStore {
  const own = new LRUCache<string, readonly number[]>({ max: REMEMBERED })
  const turns = new Map<string, Promise<unknown>>()
  const inRedis = async <T>(ask: (redis: Redis) => Promise<T>): Promise<T | undefined> =>
    redis?.status === 'ready' ? ask(redis).catch(() => undefined) : undefined

  return {
    async get(who) {
      const text = await inRedis((redis) => redis.get(PREFIX + who))
      if (text === undefined) return own.get(who) ?? []
      return text === null ? [] : parse(text)
    },
    async set(who, times, windowMs) {
      own.set(who, times)
      await inRedis((redis) => redis.set(PREFIX + who, JSON.stringify(times), 'PX', windowMs))
    },
    async inTurn(who, run) {
      const before = turns.get(who) ?? Promise.resolve()
      const turn = before.then(run, run)
      turns.set(who, turn)
      try {
        return await turn
      } finally {
        if (turns.get(who) === turn) turns.delete(who)
      }
    },
  }
}

/** Any other content counts as no calls; the next call overwrites it. */
function parse(text: string): number[] {
  try {
    const times = JSON.parse(text)
    return Array.isArray(times) ? times.filter(Number.isFinite) : []
  } catch {
    return []
  }
}
