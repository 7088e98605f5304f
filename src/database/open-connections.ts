import { randomBytes } from 'node:crypto'
import pg from 'pg'
import type { Log } from '../lib/log.ts'
import { withTimeout } from '../lib/timeout.ts'
import { type ConnectionOptions, readConnection, SESSION, withSession } from './connection.ts'
import { explainFault } from './connection-fault.ts'
import { hasSqlState, SQL_STATE } from './sql-state.ts'
import { settleSchema } from './tables-schema.ts'

const CONNECT_MS = 10_000
/** A notification takes milliseconds; a server that is just starting more. */
const HEARD_MS = 5_000
/** Set in every session, and by nobody else to this value. */
const WITNESS = 'idle_in_transaction_session_timeout'

/** Connections of one program to its database. */
export interface Connections {
  /** Of DATABASE_URL, which may lead through a pooler in transaction mode. */
  pooled: ConnectionOptions
  /** Past every pooler: for LISTEN, session locks and migrations. */
  direct: ConnectionOptions
}

/**
 * Connects once over each URL and settles what differs between servers: TLS, startup options, and the schema of the tables, which is
 * created when it is missing. A start fails unless notifications sent over the pooled path are heard over the direct one: where
 * LISTEN is lost, the session locks that migrations take turns by are lost as well.
 *
 * @param options.directUrl default `url`
 * @throws with one sentence that names the setting and says what to do
 */
export async function openConnections(options: { url: string; directUrl?: string; log: Log }): Promise<Connections> {
  const first = readConnection(options.url)
  const { directUrl } = options
  const directFirst =
    directUrl === undefined ? first : withSchema(readConnection(directUrl, 'DATABASE_DIRECT_URL'), first)
  const opened = await openConnection(directFirst, { createSchema: true })
  // A role behind a pooler may end long statements. A migration takes its time.
  const direct = withSession(opened, { statement_timeout: '0' })
  const pooled = directUrl === undefined ? opened : await openConnection(first, { createSchema: false })
  if (pooled.schema !== direct.schema)
    throw new Error(
      `DATABASE_URL leads to the schema ${pooled.schema}, DATABASE_DIRECT_URL to ${direct.schema}. Give both the same ?schema=<name>.`,
    )
  if (!(await isHeard(pooled, direct))) throw new Error(directUrl === undefined ? NOT_HEARD : NOT_HEARD_DIRECT)
  if (!pooled.acceptsOptions)
    options.log.info(
      { schema: pooled.schema },
      'DATABASE_URL led through a pooler; its sessions have the settings of the role.',
    )
  return { pooled, direct }
}

const NOT_HEARD =
  'DATABASE_URL leads through a pooler that passes no notifications on. Set DATABASE_DIRECT_URL to the same database past the pooler.'
const NOT_HEARD_DIRECT =
  'A notification sent over DATABASE_URL was not heard over DATABASE_DIRECT_URL. Set DATABASE_DIRECT_URL to the same database past every pooler.'

/** The schema of DATABASE_URL counts for both, unless DATABASE_DIRECT_URL names one. */
function withSchema(direct: ConnectionOptions, { schema }: ConnectionOptions): ConnectionOptions {
  if (direct.schema !== undefined || schema === undefined) return direct
  const url = new URL('postgres://none')
  url.searchParams.set('schema', schema)
  const { options } = readConnection(url.href, 'DATABASE_DIRECT_URL', {})
  return { ...direct, schema, options: [options, direct.options].filter(Boolean).join(' ') }
}

async function openConnection(
  connection: ConnectionOptions,
  { createSchema }: { createSchema: boolean },
): Promise<ConnectionOptions> {
  const { client, settled } = await connect(connection)
  try {
    const { rows } = await client.query('SELECT current_setting($1) AS value', [WITNESS])
    // Some poolers drop startup options without a word.
    const acceptsOptions = settled.acceptsOptions && rows[0].value === SESSION[WITNESS]
    const opened = { ...settled, acceptsOptions, ...(!acceptsOptions && { options: '' }) }
    return { ...opened, schema: await settleSchema(client, opened, createSchema) }
  } finally {
    await client.end()
  }
}

/** Connects with TLS where it is optional, and with startup options; without either where the server has none. */
async function connect(first: ConnectionOptions): Promise<{ client: pg.Client; settled: ConnectionOptions }> {
  for (let settled = first; ; ) {
    const client = new pg.Client({ ...withSession(settled, SESSION), connectionTimeoutMillis: CONNECT_MS })
    client.on('error', () => {})
    try {
      await client.connect()
      return { client, settled }
    } catch (error) {
      await client.end().catch(() => {})
      if (settled.isTlsOptional && isWithoutTls(error)) settled = { ...settled, ssl: false, isTlsOptional: false }
      else if (settled.acceptsOptions && refusesOptions(error))
        settled = { ...settled, acceptsOptions: false, options: '' }
      else throw new Error(explainFault(error as Error, settled), { cause: error })
    }
  }
}

const isWithoutTls = (error: unknown) =>
  error instanceof Error && error.message === 'The server does not support SSL connections'

/** PgBouncer answers with protocol_violation, Amazon's RDS Proxy with feature_not_supported. */
const refusesOptions = (error: unknown) =>
  hasSqlState(error, SQL_STATE.protocolViolation, SQL_STATE.featureNotSupported) &&
  /option|startup/.test((error as Error).message)

/** True when the direct connection hears a notification that is sent over the pooled one. */
async function isHeard(pooled: ConnectionOptions, direct: ConnectionOptions): Promise<boolean> {
  const channel = `signalbox_check_${randomBytes(8).toString('hex')}`
  const [listener, sender] = [new pg.Client(direct), new pg.Client(pooled)]
  for (const client of [listener, sender]) client.on('error', () => {})
  try {
    await Promise.all([listener.connect(), sender.connect()])
    const heard = new Promise<true>((resolve) => listener.once('notification', () => resolve(true)))
    await listener.query(`LISTEN ${channel}`)
    await sender.query('SELECT pg_notify($1, $2)', [channel, ''])
    return await withTimeout(heard, HEARD_MS, false)
  } finally {
    for (const client of [listener, sender]) await client.end().catch(() => {})
  }
}
