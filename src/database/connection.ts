import type pg from 'pg'
import { readTls } from './tls-options.ts'

/** Settings with the URL of a PostgreSQL. */
export type UrlSetting = 'DATABASE_URL' | 'DATABASE_DIRECT_URL'

/** Settings of a session, by their names in PostgreSQL. */
export type SessionSettings = Record<string, string>

/**
 * Settings at the start of every session; docs/operations.md lists them as ALTER ROLE for poolers.
 *
 * Every statement has an index. A plan lives as long as its connection, so a plan made for a small table would scan the
 * table after it has grown, and a bitmap scan would read every match where a LIMIT wants the first.
 *
 * A process that stalls or loses its network inside a transaction loses its connection and its locks, whether PostgreSQL
 * waits for a statement, for the rest of one, or for the client to read an answer.
 */
export const SESSION: SessionSettings = {
  enable_seqscan: 'off',
  enable_bitmapscan: 'off',
  jit: 'off',
  idle_in_transaction_session_timeout: '5s',
  tcp_user_timeout: '10s',
  tcp_keepalives_idle: '10',
  tcp_keepalives_interval: '5',
  tcp_keepalives_count: '3',
}

/** Options that every connection to a server has: pg's Client and Pool take them as they are. */
export interface ConnectionOptions extends pg.ClientConfig {
  /** URL as it was set. */
  url: string
  /** Names the setting in error messages. */
  setting: UrlSetting
  /** Schema of the tables; undefined: the first of the search_path, which `openConnection` asks for. */
  schema?: string
  /** False behind a pooler that takes no startup options: sessions then have the settings of the role. */
  acceptsOptions: boolean
  /** True when a server that offers no TLS is reached without. */
  isTlsOptional: boolean
}

/** Parameters of a URL that pg must not read by itself. */
const OWN_PARAMETERS = ['schema', 'ssl', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'uselibpqcompat', 'options']
/** PostgreSQL cuts longer names. */
const NAME_BYTES = 63

/**
 * Turns a connection string into options of pg: `sslmode` as libpq means it, and `schema` as Prisma does.
 *
 * @param env for the variables of libpq that stand in for absent parameters, such as PGSSLMODE
 * @throws with one sentence about the parameter that is wrong
 */
export function readConnection(
  url: string,
  setting: UrlSetting = 'DATABASE_URL',
  env: NodeJS.ProcessEnv = process.env,
): ConnectionOptions {
  const { connectionString, parameters } = takeParameters(url)
  const parameter = (name: string) => parameters.get(name) || env[`PG${name.toUpperCase()}`] || undefined
  const isSocket = parameters.get('host')?.startsWith('/') ?? false
  const tls = isSocket ? { ssl: false as const, isOptional: false } : readTls(parameter)
  const schema = parameters.get('schema') || undefined
  // Prisma writes the name between quotation marks as it is.
  if (schema !== undefined && (Buffer.byteLength(schema) > NAME_BYTES || /["\0]/.test(schema)))
    throw new Error(`schema must be the name of a schema: at most ${NAME_BYTES} bytes, without quotation marks.`)
  const session = schema === undefined ? '' : formatSettings({ search_path: quoteName(schema) })
  return {
    url,
    connectionString,
    ssl: tls.ssl,
    setting,
    acceptsOptions: true,
    isTlsOptional: tls.isOptional,
    ...(schema !== undefined && { schema }),
    options: [session, parameter('options')].filter(Boolean).join(' '),
  }
}

/** Adds settings that each session of these connections starts with; a pooler that takes none leaves them to the role. */
export function withSession<Options extends pg.ClientConfig & { acceptsOptions?: boolean }>(
  connection: Options,
  settings: SessionSettings,
): Options {
  if (connection.acceptsOptions === false) return connection
  return { ...connection, options: [formatSettings(settings), connection.options].filter(Boolean).join(' ') }
}

export const quoteName = (name: string) => `"${name.replaceAll('"', '""')}"`

/** As `postgres -c name=value`, in which a backslash keeps a space or a backslash. */
function formatSettings(settings: SessionSettings): string {
  const escapeValue = (value: string) => value.replaceAll(/[\\\s]/g, '\\$&')
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${escapeValue(value)}`)
    .join(' ')
}

function takeParameters(url: string): { connectionString: string; parameters: URLSearchParams } {
  const parsed = new URL(url)
  const parameters = new URLSearchParams(parsed.searchParams)
  if (!OWN_PARAMETERS.some((name) => parameters.has(name))) return { connectionString: url, parameters }
  for (const name of OWN_PARAMETERS) parsed.searchParams.delete(name)
  return { connectionString: parsed.href, parameters }
}
