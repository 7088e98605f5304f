import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { readConnection, type UrlSetting } from './database/connection.ts'
import { isKeyringKey } from './lib/keyring.ts'
import { isNetwork } from './lib/networks.ts'
import { allowances, isOrigin, isUnguessable, KEY_CHARACTERS, list, seconds, url } from './lib/setting-rules.ts'

const projectFolder = path.join(import.meta.dirname, '..')

const portRule = 'must be a port, 0 to 65535'
const retentionRule = 'must be a number of days from 0 to 36500; 0 keeps the rows forever'
const concurrencyRule = 'must be a whole number, 1 to 10000'
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
const days = z.coerce.number(retentionRule).min(0, retentionRule).max(36_500, retentionRule)

const environment = z.object({
  NODE_ENV: z.string().default('development'),
  PORT: z.coerce.number(portRule).int(portRule).min(0, portRule).max(65535, portRule).default(4000),
  HOST: z.string().min(1).optional(),
  PUBLIC_URL: url('http:', 'https:')
    .refine(isOrigin, 'must be an origin without a path, such as https://signalbox.example.com')
    .transform((text) => new URL(text).origin)
    .optional(),
  DATABASE_URL: url('postgres:', 'postgresql:').optional(),
  DATABASE_DIRECT_URL: url('postgres:', 'postgresql:').optional(),
  REDIS_URL: url('redis:', 'rediss:').optional(),
  BOOTSTRAP_API_KEY: z
    .string()
    .min(24, 'must have at least 24 characters')
    .refine(
      isUnguessable,
      `must be random, with at least ${KEY_CHARACTERS} different characters (openssl rand -hex 24)`,
    )
    .optional(),
  ENCRYPTION_KEYS: list(isKeyringKey, 'id:base64 with 32 bytes each (openssl rand -base64 32)').optional(),
  ENDPOINT_ALLOWED_NETWORKS: list(isNetwork, 'networks such as 10.0.0.0/8').optional(),
  TRUSTED_PROXIES: list(isNetwork, 'networks such as 10.0.0.0/8').optional(),
  DATA_DIR: z.string().min(1).optional(),
  SMTP_URL: url('smtp:', 'smtps:').optional(),
  MAIL_FROM: z.string().min(3).optional(),
  OPERATIONS_MANIFEST: z.string().min(1).optional(),
  LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).default('info'),
  KEY_PREFIX: z
    .string()
    .regex(/^[a-z][a-z0-9]{0,15}$/, 'must have 1 to 16 lower-case letters and digits, a letter first')
    .default('sb'),
  WORKER_CONCURRENCY: z.coerce
    .number(concurrencyRule)
    .int(concurrencyRule)
    .min(1, concurrencyRule)
    .max(10_000, concurrencyRule)
    .default(2_000),
  WORKER_LEASE_SECONDS: seconds(3600).default(15),
  RATE_LIMITS: allowances(
    /^(STANDARD|ELEVATED|ENTERPRISE|PEOPLE|STRANGERS)=(\d{1,6})\/(\d{1,9})$/,
    'TIER=requests a minute/an hour, such as STANDARD=60/3000',
  ),
  DAILY_QUOTAS: allowances(
    /^(STARTER|GROWTH|ENTERPRISE)=(\d{1,9}|none)$/,
    'PLAN=requests a day or none, such as STARTER=1000',
  ),
  FIELD_LIMITS: allowances(/^([a-zA-Z]{1,100})=([1-9]\d{0,5})$/, 'field=calls a minute, such as apiKeyCreate=20'),
  GRAPHIQL: z.enum(['on', 'off'], 'must be on or off').optional(),
  INTROSPECTION: z.enum(['on', 'off'], 'must be on or off').default('on'),
  SHUTDOWN_SECONDS: seconds(600).default(10),
  RETENTION_DAYS: days.default(90),
  USAGE_RETENTION_DAYS: days.default(30),
  AUDIT_RETENTION_DAYS: days.default(365),
})

/** The parts that this process runs; `all` is API and worker in one. */
export type Mode = 'all' | 'api' | 'worker'

/** All settings, read once at start. */
export interface Config {
  mode: Mode
  production: boolean
  port: number
  host: string
  /** URL under which browsers reach the installation. Undefined takes the loopback address and the port. */
  publicUrl: string | undefined
  /** Mail server with user and password. Undefined sends no mail. */
  smtpUrl: string | undefined
  /** Sender of mail; set together with `smtpUrl`. */
  mailFrom: string | undefined
  /** Undefined starts the embedded PostgreSQL. */
  databaseUrl: string | undefined
  /** Past every pooler, for LISTEN, session locks and migrations. Undefined takes `databaseUrl`. */
  databaseDirectUrl: string | undefined
  /** Undefined keeps live messages in this process. */
  redisUrl: string | undefined
  bootstrapApiKey: string | undefined
  /** Undefined takes a development key in `dataDir`. */
  encryptionKeys: string[] | undefined
  /** Networks besides the public ones in which endpoints may lie, with plain HTTP allowed. */
  endpointAllowedNetworks: string[]
  /** Networks of proxies whose X-Forwarded-For counts. */
  trustedProxies: string[]
  dataDir: string
  /** True serves GraphiQL to browsers. Default: in development. */
  graphiql: boolean
  /** False refuses `__schema` and `__type` in documents. */
  introspection: boolean
  /** File with persisted operations of the operator's front ends. Undefined serves those of Signalbox alone. */
  operationsManifest: string | undefined
  logLevel: string
  /** First word of every API key. */
  keyPrefix: string
  /** Maximum deliveries in flight in one worker. */
  workerConcurrency: number
  /** Seconds without renewal after which another worker takes over deliveries. */
  leaseSeconds: number
  /** Seconds for which a stop waits for requests in flight. */
  shutdownSeconds: number
  /**
   * Requests per minute and hour by tier, as set by the operator; src/domain/limits/limit-config.ts has the defaults.
   */
  rateLimits: Record<string, { minute: number; hour: number }>
  /** Requests per day by plan, as set by the operator; null for no quota. */
  dailyQuotas: Record<string, number | null>
  /** Calls per minute and organization by field, as set by the operator. */
  fieldLimits: Record<string, number>
  /** Retention of events with their deliveries and attempts, in days; 0 keeps them forever. */
  retentionDays: number
  /** Retention of counted usage records, in days; 0 keeps them forever. */
  usageRetentionDays: number
  /** Retention of audit entries, in days; 0 keeps them forever. */
  auditRetentionDays: number
}

/** All faults of the settings at once. */
export class ConfigError extends Error {}

/** Variables with credentials. */
const SECRETS = ['BOOTSTRAP_API_KEY', 'DATABASE_DIRECT_URL', 'DATABASE_URL', 'ENCRYPTION_KEYS', 'REDIS_URL', 'SMTP_URL']

/**
 * Reads the settings, and removes those with credentials from the environment, so that no child process inherits them.
 * Empty variables count as absent.
 */
export function readConfig(env: NodeJS.ProcessEnv, mode: Mode): Config {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  for (const name of SECRETS) delete env[name]
  const parsed = environment.safeParse(present)
  const mistakes = parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`)
  const production = present.NODE_ENV === 'production'
  if (mode !== 'all' && present.DATABASE_URL === undefined)
    mistakes.push('DATABASE_URL is missing: set it to the PostgreSQL that all processes share')
  if (present.DATABASE_DIRECT_URL !== undefined && present.DATABASE_URL === undefined)
    mistakes.push('DATABASE_DIRECT_URL needs DATABASE_URL: it leads to the same database past a pooler')
  if ((present.SMTP_URL === undefined) !== (present.MAIL_FROM === undefined))
    mistakes.push('SMTP_URL and MAIL_FROM need each other: the mail server, and the sender of each mail')
  if (parsed.success) mistakes.push(...findUrlMistakes(parsed.data))
  if (production && present.ENCRYPTION_KEYS === undefined)
    mistakes.push('ENCRYPTION_KEYS is missing: production needs its own; set it to k1:$(openssl rand -base64 32)')
  if (parsed.data === undefined || mistakes.length > 0)
    throw new ConfigError(`Signalbox cannot start with these settings:\n${mistakes.map((m) => `  - ${m}`).join('\n')}`)
  const settings = parsed.data
  return {
    mode,
    production,
    port: settings.PORT,
    host: settings.HOST ?? (production ? '0.0.0.0' : '127.0.0.1'),
    publicUrl: settings.PUBLIC_URL,
    smtpUrl: settings.SMTP_URL,
    mailFrom: settings.MAIL_FROM,
    databaseUrl: settings.DATABASE_URL,
    databaseDirectUrl: settings.DATABASE_DIRECT_URL,
    redisUrl: settings.REDIS_URL,
    bootstrapApiKey: settings.BOOTSTRAP_API_KEY,
    encryptionKeys: settings.ENCRYPTION_KEYS,
    endpointAllowedNetworks: settings.ENDPOINT_ALLOWED_NETWORKS ?? (production ? [] : ['127.0.0.0/8', '::1/128']),
    trustedProxies: settings.TRUSTED_PROXIES ?? [],
    dataDir: path.resolve(settings.DATA_DIR ?? defaultDataDir()),
    graphiql: settings.GRAPHIQL === undefined ? !production : settings.GRAPHIQL === 'on',
    introspection: settings.INTROSPECTION === 'on',
    operationsManifest: settings.OPERATIONS_MANIFEST,
    logLevel: settings.LOG_LEVEL,
    keyPrefix: settings.KEY_PREFIX,
    workerConcurrency: settings.WORKER_CONCURRENCY,
    leaseSeconds: settings.WORKER_LEASE_SECONDS,
    rateLimits: Object.fromEntries(
      (settings.RATE_LIMITS ?? []).map(([tier, minute, hour]) => [
        tier,
        { minute: Number(minute), hour: Number(hour) },
      ]),
    ),
    dailyQuotas: Object.fromEntries(
      (settings.DAILY_QUOTAS ?? []).map(([plan, day]) => [plan, day === 'none' ? null : Number(day)]),
    ),
    fieldLimits: Object.fromEntries((settings.FIELD_LIMITS ?? []).map(([field, max]) => [field, Number(max)])),
    shutdownSeconds: settings.SHUTDOWN_SECONDS,
    retentionDays: settings.RETENTION_DAYS,
    usageRetentionDays: settings.USAGE_RETENTION_DAYS,
    auditRetentionDays: settings.AUDIT_RETENTION_DAYS,
  }
}

/** Faults in the parameters of the database URLs, unreadable certificates included. */
function findUrlMistakes(settings: Partial<Record<UrlSetting, string | undefined>>): string[] {
  return (['DATABASE_URL', 'DATABASE_DIRECT_URL'] as const).flatMap((setting) => {
    try {
      if (settings[setting] !== undefined) readConnection(settings[setting], setting)
      return []
    } catch (error) {
      return `${setting}: ${(error as Error).message}`
    }
  })
}

/**
 * `.data` in the project. As root in a folder that other users cannot enter, such as /root, a folder under /var/lib,
 * because the embedded PostgreSQL runs as another user.
 */
function defaultDataDir(): string {
  const local = path.join(projectFolder, '.data')
  if (process.getuid?.() !== 0 || othersCanEnter(projectFolder)) return local
  const id = createHash('sha256').update(projectFolder).digest('hex').slice(0, 8)
  return `/var/lib/signalbox-${id}`
}

function othersCanEnter(folder: string): boolean {
  const open = (statSync(folder).mode & 0o001) !== 0
  return folder === path.dirname(folder) ? open : open && othersCanEnter(path.dirname(folder))
}
