import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { type ConnectionOptions, SESSION, type SessionSettings, withSession } from './connection.ts'
import { PrismaClient } from './generated/client.ts'
import { PreparingClient } from './prepared.ts'

export type { PrismaClient } from './generated/client.ts'
/** A Prisma client or a transaction of one: what a domain function that writes takes. */
export type Transaction = Parameters<Parameters<PrismaClient['$transaction']>[0]>[0]

/**
 * The one way to the database, but for claims, which have a connection of their own. `pool` has the connections of what must go on
 * whatever is asked for: storing events, settling, finding keys, following the log. `prisma` serves ordinary reads and writes over
 * connections of its own, `reads`, on which every statement is bounded in time. Of those, what may take long gets only a part
 * (src/domain/limits/read-concurrency.ts).
 */
export interface Database {
  prisma: PrismaClient
  pool: pg.Pool
  reads: pg.Pool
  /** The connections of both pools. */
  pooled: ConnectionOptions
  /** Connections of their own, past every pooler. */
  direct: ConnectionOptions
  /** URL of both pools, as it was set. */
  url: string
  stop(): Promise<void>
}

const CONNECT_MS = 10_000
/** An answer that takes longer never comes: the connection died without a sign. No statement here takes nearly so long. */
const ANSWER_MS = 60_000
/** Reads behind a pooler have no statement_timeout of their own: after so much longer their connection is given up. */
const READ_MARGIN_MS = 1_000
/** Idle connections are probed after so long; the default of Linux is two hours. */
export const PROBE_MS = 10_000
/** Plans and connections are worth keeping through a quiet while. */
const IDLE_MS = 300_000

/** Connections that each pool of a process holds at most. */
export const CONNECTIONS = 10
/** PostgreSQL breaks off what takes longer: what a client asks for may be spread over millions of rows. */
const READ_SECONDS = 10

/**
 * A pool whose sessions start with SESSION. Settings travel with the connection, since a SET behind a pooler in transaction mode
 * would reach the session of another client.
 *
 * @param settings.query_timeout milliseconds that an answer may take, default ANSWER_MS
 * @param session further settings of each session
 */
export function createPool(
  { query_timeout: answerMs = ANSWER_MS, ...settings }: pg.PoolConfig & { acceptsOptions?: boolean },
  onError: (error: Error) => void = () => {},
  session: SessionSettings = {},
): pg.Pool {
  const onConnect = (client: pg.ClientBase) => {
    if (client instanceof PreparingClient) client.answerMs = answerMs
    // The pool listens only while a connection is idle: one that dies between two queries would end the process.
    client.on('error', onError)
  }
  const bounds = {
    keepAlive: true,
    keepAliveInitialDelayMillis: PROBE_MS,
    idleTimeoutMillis: IDLE_MS,
    connectionTimeoutMillis: CONNECT_MS,
  }
  const connection = withSession(settings, { ...SESSION, ...session })
  const pool = new pg.Pool({ ...bounds, Client: PreparingClient, onConnect, ...connection })
  pool.on('error', onError)
  return pool
}

/**
 * @param options.pooled may lead through a pooler in transaction mode
 * @param options.direct past every pooler, for LISTEN and session locks; default `pooled`
 * @param options.maxConnections connections that each of the two pools holds at most, default CONNECTIONS
 * @param options.readSeconds default READ_SECONDS
 * @param options.onError told of connections that die while idle; without a listener they would end the process
 */
export function createDatabase(options: {
  pooled: ConnectionOptions
  direct?: ConnectionOptions
  maxConnections?: number
  readSeconds?: number
  onError?: (error: Error) => void
}): Database {
  const { pooled, direct = pooled, maxConnections: max = CONNECTIONS, readSeconds = READ_SECONDS, onError } = options
  const pool = createPool({ ...pooled, max }, onError)
  const bound = !pooled.acceptsOptions && { query_timeout: readSeconds * 1000 + READ_MARGIN_MS }
  const reads = createPool({ ...pooled, max, ...bound }, onError, { statement_timeout: `${readSeconds}s` })
  const { schema } = pooled
  const prisma = new PrismaClient({ adapter: new PrismaPg(reads, schema === undefined ? {} : { schema }) })
  return {
    prisma,
    pool,
    reads,
    pooled,
    direct,
    url: pooled.url,
    async stop() {
      await prisma.$disconnect()
      await Promise.all([pool.end(), reads.end()])
    },
  }
}
