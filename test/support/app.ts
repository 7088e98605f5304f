import { inject } from 'vitest'
import { createLocalBus, type LiveBus } from '../../src/bus/bus.ts'
import { createDatabase } from '../../src/database/client.ts'
import { readConnection } from '../../src/database/connection.ts'
import { createRedis } from '../../src/database/redis.ts'
import { createAudit } from '../../src/domain/audit/audit.ts'
import type { Resolve } from '../../src/domain/endpoints/dns-resolver.ts'
import { createMailOwners } from '../../src/domain/endpoints/endpoint-mails.ts'
import { createTargetPolicy } from '../../src/domain/endpoints/target-policy.ts'
import type { LimitConfig } from '../../src/domain/limits/limit-config.ts'
import { bootstrap } from '../../src/domain/organizations/bootstrap.ts'
import { createMail, type Mail } from '../../src/domain/people/mail.ts'
import type { Permissions } from '../../src/domain/people/permissions.ts'
import { readManifest } from '../../src/domain/persisted-operations/manifest.ts'
import type { Clock } from '../../src/lib/clock.ts'
import { createIds } from '../../src/lib/ids.ts'
import { createKeyring } from '../../src/lib/keyring.ts'
import { createLog, type Log } from '../../src/lib/log.ts'
import { startServer } from '../../src/server/http-server.ts'
import type { UnsentLimits } from '../../src/server/unsent-bytes.ts'
import { createServices } from '../../src/services.ts'
import { createWorker, type Worker } from '../../worker/worker.ts'
import { createApi } from './api.ts'
import { createTestClock, type TestClock } from './clock.ts'
import { cloneDatabase } from './database.ts'
import { noteSaid, noteSecret, openLedger } from './secret-leak-check.ts'

export interface AppOptions {
  /** Default: a test clock that stands still. */
  clock?: Clock
  /** Default: in-process. */
  bus?: LiveBus
  /** Default: a new clone of the template database. */
  databaseUrl?: string
  allowedNetworks?: string[]
  trustedProxies?: string[]
  resolve?: Resolve
  ca?: string
  initTimeoutMs?: number
  writeTimeoutMs?: number
  unsentLimits?: UnsentLimits
  /** Default: true. */
  graphiql?: boolean
  /** Default: true. */
  introspection?: boolean
  leaseSeconds?: number
  readSeconds?: number
  flushEveryMs?: number
  logSendingAfterMs?: number
  /** Default: none, so that limits and cached keys stay in the process. */
  redisUrl?: string
  /** Default: no mail. */
  mail?: Mail
  /** Default: a log that the suite searches for secrets. */
  log?: Log
  /** Default: limits that no test reaches. */
  allowances?: LimitConfig
}

const manifest = readManifest()
const PLENTY = { minute: 1e6, hour: 1e6 }
export const UNLIMITED: LimitConfig = {
  tiers: { STANDARD: PLENTY, ELEVATED: PLENTY, ENTERPRISE: PLENTY, PEOPLE: PLENTY, STRANGERS: PLENTY },
  plans: { STARTER: 1e6, GROWTH: null, ENTERPRISE: null },
  fields: {},
  signIns: PLENTY,
}

export const ENCRYPTION_KEY = `test:${Buffer.alloc(32, 7).toString('base64')}`
/** Writes to the file that the suite searches for secrets. */
export const silentLog = createLog({ level: 'debug', destination: { write: noteSaid } })
openLedger(inject('ledger'))

/** Starts Signalbox in this process, with a real server on a free port and a worker that tests drive. */
export async function startApp(options: AppOptions = {}) {
  const own = options.databaseUrl === undefined ? await cloneDatabase() : undefined
  const clock = options.clock ?? createTestClock()
  const database = createDatabase({
    pooled: readConnection(options.databaseUrl ?? own!.url),
    ...(options.readSeconds && { readSeconds: options.readSeconds }),
  })
  const bus = options.bus ?? createLocalBus()
  const makeId = createIds(clock)
  const keyring = createKeyring([ENCRYPTION_KEY])
  const allowedNetworks = options.allowedNetworks ?? ['127.0.0.0/8']
  const targets = createTargetPolicy({ allowedNetworks, ...(options.resolve && { resolve: options.resolve }) })
  const shared = {
    ...{ database, prisma: database.prisma, clock, bus, makeId, keyring, targets, log: options.log ?? silentLog },
    ...{ keyPrefix: 'sb', bootstrapApiKey: undefined },
  }
  const hostKey = await bootstrap({ ...shared, audit: createAudit(shared) })
  noteSecret(hostKey ?? '')
  const redis = options.redisUrl === undefined ? undefined : createRedis(options.redisUrl)
  const mail = options.mail ?? createMail({ log: shared.log })
  const mailOwners = createMailOwners({ ...shared, mail, publicUrl: undefined })
  const services = createServices({
    ...shared,
    redis,
    mail,
    mailOwners,
    manifest,
    allowances: options.allowances ?? UNLIMITED,
  })
  await services.start()
  const { initTimeoutMs, writeTimeoutMs, unsentLimits } = options
  const server = await startServer({
    connections: 10_000,
    ...{
      ...shared,
      services,
      host: '127.0.0.1',
      port: 0,
      graphiql: options.graphiql ?? true,
      introspection: options.introspection ?? true,
      trustedProxies: options.trustedProxies ?? [],
    },
    ...(initTimeoutMs !== undefined && { initTimeoutMs }),
    ...(writeTimeoutMs !== undefined && { writeTimeoutMs }),
    ...(unsentLimits !== undefined && { unsentLimits }),
  })
  const worker: Worker = createWorker({
    ...{ ...shared, mailOwners, random: () => 0, ...(options.ca && { ca: options.ca }) },
    ...(options.flushEveryMs !== undefined && { flushEveryMs: options.flushEveryMs }),
    ...(options.logSendingAfterMs !== undefined && { logSendingAfterMs: options.logSendingAfterMs }),
    options: { concurrency: 200, leaseSeconds: options.leaseSeconds ?? 60, shutdownSeconds: 1 },
  })
  const api = createApi(server.url)
  const host = api.as(hostKey ?? '')
  let organizations = 0

  return {
    ...{
      api,
      bus,
      clock: clock as TestClock,
      database,
      services,
      host,
      hostKey: hostKey ?? '',
      server,
      url: server.url,
    },
    worker,
    /** Sends all due deliveries and resolves when their results are recorded. Deliveries are sent only here until `worker.start()`. */
    async deliver() {
      worker.nudge()
      await worker.idle()
    },
    /** A client with a new API key, in a new organization by default. */
    async tenant(permissions: Permissions = TENANT, organizationId?: string) {
      organizations++
      const id = organizationId ?? (await host.createOrganization(`Tenant ${organizations}`))
      const { secret, apiKey } = await host.in(id).createKey(permissions)
      return Object.assign(api.as(secret), { organizationId: id, keyId: apiKey.id })
    },
    async stop() {
      await server.stop()
      await services.publisher.stop()
      await services.stopStreams()
      await services.usageRecorder.stop()
      await worker.stop()
      await bus.stop()
      redis?.disconnect()
      await database.stop()
      await own?.drop()
    },
  }
}

export type App = Awaited<ReturnType<typeof startApp>>

/** Permissions of an organization owner: everything except the operator's fields. */
export const TENANT: Permissions = {
  keys: ['read', 'write', 'delete'],
  webhooks: ['read', 'write', 'delete'],
  events: ['read', 'write'],
  deliveries: ['read', 'write'],
  audit: ['read'],
  usage: ['read'],
}
