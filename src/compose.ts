// Wires Signalbox and starts its parts: all of them, or the API or the worker alone.

import { createWorker } from '../worker/worker.ts'
import { createLocalBus } from './bus/bus.ts'
import { createRedisBus } from './bus/redis-bus.ts'
import type { Config } from './config.ts'
import { checkRedis } from './database/check-redis.ts'
import { createDatabase } from './database/client.ts'
import { startEmbeddedPostgres } from './database/embedded/postgres.ts'
import { migrate } from './database/migrate.ts'
import { openConnections } from './database/open-connections.ts'
import { createRedis } from './database/redis.ts'
import { createAudit } from './domain/audit/audit.ts'
import { createTargets } from './domain/endpoints/target-policy.ts'
import { createAllowances } from './domain/limits/limit-config.ts'
import { bootstrap } from './domain/organizations/bootstrap.ts'
import { readManifest } from './domain/persisted-operations/manifest.ts'
import { createRetention } from './domain/retention/retention.ts'
import { systemClock as clock } from './lib/clock.ts'
import { createIds } from './lib/ids.ts'
import { createKeyring, developmentKey } from './lib/keyring.ts'
import { captureOutput, createLog } from './lib/log.ts'
import { startServer } from './server/http-server.ts'
import { createDomain, type Domain } from './services.ts'

export type Stop = () => unknown

/** What runs. Of a worker alone, neither `url` nor `domain`. */
export interface Started {
  url?: string
  domain?: Domain
}

/**
 * @param options.stops what was started, in order; filled as it goes, so that a failure half-way stops the rest
 * @param options.onKey with the first key of an installation, before anything else can fail: it cannot be shown a second time
 * @param options.onLost when the embedded PostgreSQL goes away
 */
export async function start(
  config: Config,
  options: { stops: Stop[]; onKey: (secret: string) => void; onLost: () => void },
): Promise<Started> {
  const { stops } = options
  const log = createLog({ level: config.logLevel })
  captureOutput(log)
  // A worker alone serves none; a mistake in it is told before anything is started.
  const manifest = config.mode === 'worker' ? new Map() : readManifest(config.operationsManifest)

  let databaseUrl = config.databaseUrl
  if (databaseUrl === undefined) {
    const postgres = await startEmbeddedPostgres({ dataDir: config.dataDir, onLost: options.onLost })
    stops.push(postgres.stop)
    databaseUrl = postgres.url
  }
  const { pooled, direct } = await openConnections({
    url: databaseUrl,
    ...(config.databaseDirectUrl !== undefined && { directUrl: config.databaseDirectUrl }),
    log,
  })
  await migrate(direct)
  const onError = (error: Error) => log.warn({ err: error }, 'A database connection was lost.')
  const database = createDatabase({ pooled, direct, onError })
  stops.push(database.stop)

  if (config.redisUrl !== undefined) await checkRedis(config.redisUrl)
  const bus =
    config.redisUrl === undefined
      ? createLocalBus({ alone: config.mode === 'all' })
      : createRedisBus({ url: config.redisUrl, log })
  stops.push(bus.stop)
  if (config.redisUrl === undefined && config.mode !== 'all')
    log.warn(
      'REDIS_URL is not set: deliveries show live and revoked keys end in other processes a second late, other live messages not at all.',
    )

  const keyring = createKeyring(config.encryptionKeys ?? [await developmentKey(config.dataDir)])
  const targets = createTargets({ allowedNetworks: config.endpointAllowedNetworks })
  const makeId = createIds(clock)
  const shared = { ...config, database, prisma: database.prisma, clock, makeId, keyring, bus, targets, log }
  const newKey = await bootstrap({ ...shared, audit: createAudit(shared) })
  if (newKey !== undefined) options.onKey(newKey)

  const started: Started = {}
  if (config.mode !== 'worker') {
    const redis = config.redisUrl === undefined ? undefined : createRedis(config.redisUrl)
    stops.push(() => redis?.disconnect())
    const domain = createDomain({ ...shared, redis, manifest, allowances: createAllowances(config) })
    await domain.start()
    const server = await startServer({ ...shared, domain })
    stops.push(domain.usageRecorder.stop, domain.publisher.stop, server.stop)
    Object.assign(started, { url: server.url, domain })
  }
  if (config.mode !== 'api') {
    const worker = createWorker({ ...shared, options: { ...config, concurrency: config.workerConcurrency } })
    worker.start()
    const retention = createRetention({ ...shared, pool: database.pool })
    retention.start()
    stops.push(() => worker.stop(), retention.stop)
  }
  log.info({ mode: config.mode, url: started.url }, 'Signalbox runs.')
  return started
}
