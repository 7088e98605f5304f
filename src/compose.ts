// Composes Signalbox and starts its parts: all of them, the API alone, or the worker alone.

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
import { createCountHours } from './domain/deliveries/count-hours.ts'
import { createCountMinutes } from './domain/deliveries/count-minutes.ts'
import { createMailOwners } from './domain/endpoints/endpoint-mails.ts'
import { createTargetPolicy } from './domain/endpoints/target-policy.ts'
import { createLimitConfig } from './domain/limits/limit-config.ts'
import { bootstrap } from './domain/organizations/bootstrap.ts'
import { writeFirstKey } from './domain/organizations/first-key-file.ts'
import { createPurgeOrganizations } from './domain/organizations/purge-organizations.ts'
import { createMail } from './domain/people/mail.ts'
import { readManifest } from './domain/persisted-operations/manifest.ts'
import { createRetention } from './domain/retention/retention.ts'
import { systemClock as clock } from './lib/clock.ts'
import { shareDescriptors } from './lib/descriptors.ts'
import { createIds } from './lib/ids.ts'
import { createKeyring, developmentKey } from './lib/keyring.ts'
import { captureOutput, createLog } from './lib/log.ts'
import { startDashboardBuild } from './server/dashboard-build.ts'
import { startServer } from './server/http-server.ts'
import { createServices, type Services } from './services.ts'

export type Stop = () => unknown

/** The running parts. A worker alone has neither `url` nor `services`. */
export interface Started {
  url?: string
  services?: Services
}

/**
 * @param options.stops receives a stop function per started part, in order, so that a failure half-way stops the rest
 * @param options.onKey called with the first key of an installation before anything else can fail, because the key is
 *   shown once. In production the key goes to a file instead, because the output is a log
 * @param options.onLost called when the embedded PostgreSQL goes away
 */
export async function compose(
  config: Config,
  options: { stops: Stop[]; onKey: (secret: string) => void; onLost: () => void },
): Promise<Started> {
  const { stops } = options
  const log = createLog({ level: config.logLevel })
  captureOutput(log)
  // Before anything starts, so that a fault of the manifest is reported first. A worker alone serves no operations.
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
  const onError = (error: Error) => log.warn({ err: error }, 'Database connection lost')
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
      'REDIS_URL is not set; other processes see deliveries and revoked keys a second late and receive no other live messages',
    )

  const { prisma, pool } = database
  const makeId = createIds(clock)
  const audit = createAudit({ clock, makeId, bus })
  const newKey = await bootstrap({
    ...{ prisma, clock, makeId, audit },
    keyPrefix: config.keyPrefix,
    bootstrapApiKey: config.bootstrapApiKey,
  })
  if (newKey !== undefined && config.production) {
    const file = await writeFirstKey(config.dataDir, newKey)
    log.info({ file }, 'First API key written to a file; store it elsewhere and delete the file')
  } else if (newKey !== undefined) options.onKey(newKey)

  const keyring = createKeyring(config.encryptionKeys ?? [await developmentKey(config.dataDir)])
  const descriptors = shareDescriptors()
  const targets = createTargetPolicy({ allowedNetworks: config.endpointAllowedNetworks })
  const mail = createMail({ smtpUrl: config.smtpUrl, from: config.mailFrom, log })
  stops.push(mail.stop)
  const mailOwners = createMailOwners({ prisma, clock, mail, publicUrl: config.publicUrl, log })
  const started: Started = {}
  if (config.mode !== 'worker') {
    const redis = config.redisUrl === undefined ? undefined : createRedis(config.redisUrl)
    stops.push(() => redis?.disconnect())
    const { rateLimits, dailyQuotas, fieldLimits, keyPrefix, bootstrapApiKey } = config
    const services = createServices({
      ...{ database, clock, makeId, keyring, bus, redis, manifest, log },
      ...{ mail, mailOwners, targets, keyPrefix, bootstrapApiKey },
      publicUrl: config.publicUrl,
      allowances: createLimitConfig({ rateLimits, dailyQuotas, fieldLimits }),
    })
    await services.start()
    const build = startDashboardBuild({ log })
    stops.push(build.stop)
    const { host, port, production, trustedProxies, graphiql, introspection } = config
    const connections = descriptors.clients
    const server = await startServer({
      ...{
        services,
        database,
        clock,
        log,
        host,
        port,
        production,
        trustedProxies,
        graphiql,
        introspection,
        connections,
      },
      dashboardBuild: build.state,
    })
    stops.push(services.usageRecorder.stop, services.publisher.stop, services.stopStreams, server.stop)
    // Never the link itself: in production the output is a log.
    if (production && (await services.setUp.isOpen()))
      log.info(
        'This installation has no owner yet; npm run admin -- setup-link prints the link that makes the first one',
      )
    started.url = server.url
    started.services = services
  }
  if (config.mode !== 'api') {
    const { leaseSeconds, shutdownSeconds } = config
    const concurrency = Math.min(config.workerConcurrency, descriptors.receivers)
    if (concurrency < config.workerConcurrency)
      log.warn(
        { concurrency, workerConcurrency: config.workerConcurrency },
        'The limit of open files is too low for WORKER_CONCURRENCY; raise it, or lower WORKER_CONCURRENCY',
      )
    const worker = createWorker({
      ...{ database, clock, makeId, keyring, bus, targets, log, mailOwners },
      options: { concurrency, leaseSeconds, shutdownSeconds, mode: config.mode === 'all' ? 'ALL' : 'WORKER' },
    })
    worker.start()
    const { retentionDays, usageRetentionDays, auditRetentionDays } = config
    const retention = createRetention({ pool, clock, log, retentionDays, usageRetentionDays, auditRetentionDays })
    retention.start()
    const purge = createPurgeOrganizations({ database, clock, audit, log })
    purge.start()
    const minutes = createCountMinutes({ pool, clock, log })
    minutes.start()
    const hours = createCountHours({ pool, clock, log })
    hours.start()
    stops.push(() => worker.stop(), retention.stop, purge.stop, minutes.stop, hours.stop)
  }
  log.info({ mode: config.mode, url: started.url }, 'Signalbox started')
  return started
}
