import { once } from 'node:events'
import { Redis } from 'ioredis'

const RECONNECT_AT_MOST_MS = 2_000
/**
 * Time limit of a Redis command. Every caller has a fallback and takes it rather than wait longer; the limit exceeds
 * any pause of this process.
 */
const ANSWER_MS = 1_000

/**
 * A connection for commands. A failed or late command rejects at once, so that nothing queues up for a Redis that is
 * away. Commands of one turn of the event loop share a write.
 */
export function createRedis(url: string): Redis {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    enableAutoPipelining: true,
    // The ready check needs the permission for INFO. A loading Redis refuses every command, like one that is away.
    enableReadyCheck: false,
    maxRetriesPerRequest: 0,
    commandTimeout: ANSWER_MS,
    retryStrategy: (times) => Math.min(50 * 2 ** times, RECONNECT_AT_MOST_MS),
  })
  // Without a listener ioredis prints each failure; callers see the rejection.
  redis.on('error', () => {})
  return redis
}

/** Resolves when Redis answers or its time is up: a start does not fail because Redis is away. */
export async function waitUntilReady(redis: Redis, patienceMs = 1_000): Promise<void> {
  if (redis.status === 'ready') return
  const signal = AbortSignal.timeout(patienceMs)
  await once(redis, 'ready', { signal }).catch(() => {})
}

export type { Redis } from 'ioredis'
