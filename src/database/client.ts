import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { withAfterCommit } from './after-commit.ts'
import { type ConnectionOptions, SESSION, type SessionSettings, withSession } from './connection.ts'
import { PrismaClient } from './generated/client.ts'

export type { PrismaClient } from './generated/client.ts'
/** A Prisma client or a transaction of one, for domain functions that write. */
export type Transaction = Parameters<Parameters<PrismaClient['$transaction']>[0]>[0]

/**
 * Connections to PostgreSQL. `pool` serves everything that must go on under any load: storing events, recording
 * results, finding keys, following the delivery log; claims have a connection of their own. `prisma` serves all other
 * reads and writes over `boundedPool`, where every statement is bounded in time
 * (src/domain/limits/read-concurrency.ts bounds the number of reads).
 */
export interface Database {
  prisma: PrismaClient
  pool: pg.Pool
  boundedPool: pg.Pool
  /** Options of the connections in both pools. */
  pooled: ConnectionOptions
  /** Options of connections past every pooler. */
  direct: ConnectionOptions
  /** The URL of both pools, as it was set. */
  url: string
  stop(): Promise<void>
}

const CONNECT_MS = 10_000
/** Time after which an answer counts as lost: the connection died without a sign. No statement takes nearly so long. */
const ANSWER_MS = 60_000
/** Behind a pooler, reads have no statement_timeout; their connection is given up after this additional time. */
const READ_MARGIN_MS = 1_000
/** Time after which idle connections are probed; the default of Linux is two hours. */
export const PROBE_MS = 10_000
/** Idle connections keep the plans of functions for this time. */
const IDLE_MS = 300_000

/** Maximum connections of each pool in one process. */
export const CONNECTIONS = 10
/** Maximum time of a read: a client's filter may match millions of rows. */
const READ_SECONDS = 10

/**
 * A pool whose sessions start with SESSION. Settings travel with the connection, because a SET behind a pooler in
 * transaction mode would reach the session of another client.
 *
 * @param settings.query_timeout milliseconds that an answer may take, default ANSWER_MS
 * @param session further settings of each session
 */
export function createPool(
  settings: pg.PoolConfig & { acceptsOptions?: boolean },
  onError: (error: Error) => void = () => {},
  session: SessionSettings = {},
): pg.Pool {
  const onConnect = (client: pg.ClientBase) => {
    // The pool listens only while a connection is idle; without a listener, one that dies between two queries would end
    // the process.
    client.on('error', onError)
  }
  const bounds = {
    keepAlive: true,
    keepAliveInitialDelayMillis: PROBE_MS,
    idleTimeoutMillis: IDLE_MS,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: ANSWER_MS,
  }
  const connection = withSession(settings, { ...SESSION, ...session })
  const pool = new pg.Pool({ ...bounds, onConnect, ...connection })
  pool.on('error', onError)
  return pool
}

/**
 * @param options.pooled may lead through a pooler in transaction mode
 * @param options.direct past every pooler, for LISTEN and session locks; default `pooled`
 * @param options.maxConnections maximum connections of each pool, default CONNECTIONS
 * @param options.readSeconds default READ_SECONDS
 * @param options.onError called for connections that die while idle
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
  const boundedPool = createPool({ ...pooled, max, ...bound }, onError, { statement_timeout: `${readSeconds}s` })
  const { schema } = pooled
  const adapter = new PrismaPg(boundedPool, schema === undefined ? {} : { schema })
  const prisma = withAfterCommit(new PrismaClient({ adapter }))
  return {
    prisma,
    pool,
    boundedPool,
    pooled,
    direct,
    url: pooled.url,
    async stop() {
      await prisma.$disconnect()
      await Promise.all([pool.end(), boundedPool.end()])
    },
  }
}
