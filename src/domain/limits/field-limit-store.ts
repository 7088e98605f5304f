import { LRUCache } from 'lru-cache'
import type { Redis } from '../../database/redis.ts'

const PREFIX = 'signalbox:field:'
/** Organizations and fields whose calls this process remembers when there is no Redis. */
const REMEMBERED = 10_000

/** When fields were called, by whom: in Redis for all processes, in this one when there is none or it is away. */
export interface FieldCalls {
  get(who: string): Promise<readonly number[]>
  set(who: string, times: readonly number[], windowMs: number): Promise<void>
  /** Does one thing after the other for each `who`: reading and writing are two steps. */
  inTurn<T>(who: string, run: () => Promise<T>): Promise<T>
}

export function createFieldCalls(redis: Redis | undefined): FieldCalls {
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

/** What is no list of times is not ours, and counts as none: the next call writes over it. */
function parse(text: string): number[] {
  try {
    const times = JSON.parse(text)
    return Array.isArray(times) ? times.filter(Number.isFinite) : []
  } catch {
    return []
  }
}
