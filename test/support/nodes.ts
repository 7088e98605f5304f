import { createRedisBus } from '../../src/bus/redis-bus.ts'
import { type AppOptions, silentLog, startApp } from './app.ts'
import { cloneDatabase } from './database.ts'
import { startRedis } from './redis.ts'

/** Two API nodes on one database, with a Redis between them. */
export async function startNodes(options: AppOptions = {}) {
  const redis = await startRedis()
  const database = await cloneDatabase()
  const node = () =>
    startApp({
      ...{ ...options, databaseUrl: database.url, redisUrl: redis.url },
      bus: createRedisBus({ url: redis.url, log: silentLog }),
    })
  const first = await node()
  const second = await node()
  return {
    redis,
    first,
    second,
    async stop() {
      await first.stop()
      await second.stop()
      await redis.stop()
      await database.drop()
    },
  }
}

export type Nodes = Awaited<ReturnType<typeof startNodes>>
