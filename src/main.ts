// Starts Signalbox: `node src/main.ts` runs everything in one process, `… api` and `… worker` one part each.
import { createDatabase } from '../prisma/client.ts'
import { migrate } from '../prisma/migrate.ts'
import { createWorker } from '../worker/worker.ts'
import { createAudit } from './access/audit.ts'
import { bootstrap } from './access/bootstrap.ts'
import { systemClock as clock } from './clock.ts'
import { type Config, type Mode, readConfig } from './config.ts'
import { createDomain } from './domain.ts'
import { startEmbeddedPostgres } from './embedded/postgres.ts'
import { createIds } from './ids.ts'
import { createKeyring, developmentKey } from './keyring.ts'
import { createAllowances } from './limits/allowances.ts'
import { createLocalBus } from './live/bus.ts'
import { createRedisBus } from './live/redis-bus.ts'
import { createLog } from './log.ts'
import { readManifest } from './operations/manifest.ts'
import { createRedis } from './redis.ts'
import { createRetention } from './retention/retention.ts'
import { sayWhy } from './say-why.ts'
import { startServer } from './server/server.ts'
import { createTargets } from './webhooks/targets.ts'

/** Past the time that a stop waits for deliveries: for what is left, such as a database that does not answer. */
const STOP_MARGIN_MS = 10_000

type Stop = () => unknown

/** @param stops what was started, in order; filled as it goes, so that a failure half-way stops the rest */
async function start(config: Config, stops: Stop[]): Promise<void> {
  const log = createLog({ level: config.logLevel })

  let databaseUrl = config.databaseUrl
  if (databaseUrl === undefined) {
    const onLost = () => shutDown(stops, config, 'The embedded PostgreSQL went away.')
    const postgres = await startEmbeddedPostgres({ dataDir: config.dataDir, onLost })
    stops.push(postgres.stop)
    databaseUrl = postgres.url
  }
  await migrate(databaseUrl)
  const onError = (error: Error) => log.warn({ err: error }, 'A database connection was lost.')
  const database = createDatabase({ url: databaseUrl, maxConnections: 20, onError })
  stops.push(database.stop)

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
  // Before anything else can fail: it cannot be shown a second time.
  if (newKey !== undefined) print(`\nYour API key, shown this once:\n\n  ${newKey}\n`)

  let url: string | undefined
  if (config.mode !== 'worker') {
    const redis = config.redisUrl === undefined ? undefined : createRedis(config.redisUrl)
    stops.push(() => redis?.disconnect())
    const manifest = readManifest(config.operationsManifest)
    const domain = createDomain({ ...shared, redis, manifest, allowances: createAllowances(config) })
    await domain.start()
    const server = await startServer({ ...shared, domain })
    stops.push(domain.usageRecorder.stop, domain.publisher.stop, server.stop)
    url = server.url
  }
  if (config.mode !== 'api') {
    const worker = createWorker({ ...shared, options: { ...config, concurrency: config.workerConcurrency } })
    worker.start()
    const retention = createRetention({ ...shared, pool: database.pool })
    retention.start()
    stops.push(() => worker.stop(), retention.stop)
  }
  if (url !== undefined && !config.production) print(nextSteps(url, config, newKey !== undefined))
  log.info({ mode: config.mode, url }, 'Signalbox runs.')
}

function nextSteps(url: string, config: Config, keyShown: boolean): string {
  const key = keyShown ? 'the key above' : 'your API key (the first start printed it)'
  const port = config.port === 4000 ? '' : `PORT=${new URL(url).port} `
  const data = config.databaseUrl === undefined ? `Data: ${config.dataDir} (kept between starts). ` : ''
  return [
    `Signalbox runs at ${url}`,
    '',
    `  Next: open ${url}/graphql, put ${key} behind "Bearer" in the Headers tab, and run the examples.`,
    `  Or, in a second terminal: ${port}BOOTSTRAP_API_KEY=<key> npm run demo`,
    ...(keyShown ? [] : ['  No key any more? Start with BOOTSTRAP_API_KEY=<24 characters or more>: it becomes one.']),
    '',
    `${data}Ctrl-C stops it.`,
    '',
  ].join('\n')
}

/** Stops what was started, the last first. */
async function stopAll(stops: Stop[]): Promise<void> {
  for (const stop of stops.splice(0).reverse())
    try {
      await stop()
    } catch (error) {
      console.error(sayWhy(error))
    }
}

let stopping = false
async function shutDown(stops: Stop[], config: Config, why?: string): Promise<void> {
  if (stopping) process.exit(1)
  stopping = true
  if (why !== undefined) console.error(why)
  setTimeout(() => process.exit(1), config.shutdownSeconds * 1000 + STOP_MARGIN_MS).unref()
  await stopAll(stops)
  if (why === undefined && !config.production) print('Stopped.')
  process.exit(why === undefined ? 0 : 1)
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

const stops: Stop[] = []
try {
  const mode = (process.argv[2] ?? 'all') as Mode
  const config = readConfig(process.env, mode)
  // The second Ctrl-C does not wait.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => shutDown(stops, config))
  await start(config, stops)
} catch (error) {
  await stopAll(stops)
  console.error(sayWhy(error))
  process.exit(1)
}
