import { once } from 'node:events'
import { Redis } from 'ioredis'

const RECONNECT_AT_MOST_MS = 2_000
/** Whoever asks Redis has another way without it, and takes that rather than wait longer. More than this process is ever busy. */
const ANSWER_MS = 1_000

/**
 * A connection for commands. One that fails, or is not answered in time, rejects at once: nothing queues up for a Redis that
 * is away. Commands of the same turn of the event loop go out together.
 */
export function createRedis(url: string): Redis {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    enableAutoPipelining: true,
    // It needs the permission for INFO. A Redis that still loads refuses each command, as one that is away.
    enableReadyCheck: false,
    maxRetriesPerRequest: 0,
    commandTimeout: ANSWER_MS,
    retryStrategy: (times) => Math.min(50 * 2 ** times, RECONNECT_AT_MOST_MS),
  })
  // Without a listener ioredis prints each failure; who asks hears of it.
  redis.on('error', () => {})
  return redis
}

/** Resolves when Redis answers, or has had its time: a start does not fail by a Redis that is away. */
export async function untilReady(redis: Redis, patienceMs = 1_000): Promise<void> {
  if (redis.status === 'ready') return
  const signal = AbortSignal.timeout(patienceMs)
  await once(redis, 'ready', { signal }).catch(() => {})
}

export type { Redis } from 'ioredis'
