import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
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
  url: string
  stop(): Promise<void>
}

/**
 * Every statement here has its index. A plan is kept for as long as a connection lives, and one that was made while a table
 * was small would go on reading all of it. Nor is what is asked for in the order of an index gathered and sorted: for a small table that
 * looks cheap, and it reads all that matches where a LIMIT wants the first.
 */
const PLANNING = 'SET enable_seqscan = off; SET enable_bitmapscan = off; SET jit = off'
/**
 * A process that is paused or cut off in the middle of a transaction must not keep its locks: then it loses the connection,
 * whether PostgreSQL waits for its next statement or for it to take the answer of the last.
 */
const TRANSACTIONS = "SET idle_in_transaction_session_timeout = '5s'; SET tcp_user_timeout = '10s'"
const CONNECT_MS = 10_000
/** An answer that takes longer never comes: the connection died without a sign. No statement here takes nearly so long. */
const ANSWER_MS = 60_000
/** Idle connections are probed after so long; the default of Linux is two hours. */
export const PROBE_MS = 10_000
/** Plans and connections are worth keeping through a quiet while. */
const IDLE_MS = 300_000

/** Connections that each pool of a process holds at most. */
export const CONNECTIONS = 10
/** PostgreSQL breaks off what takes longer: what a client asks for may be spread over millions of rows. */
const READ_SECONDS = 10

/**
 * A pool whose connections are set up as we want them.
 *
 * @param settings.query_timeout milliseconds that an answer may take, default ANSWER_MS
 * @param session what is set on each besides
 */
export function createPool(
  { query_timeout: answerMs = ANSWER_MS, ...settings }: pg.PoolConfig,
  onError: (error: Error) => void = () => {},
  session = '',
): pg.Pool {
  // A statement, since PgBouncer refuses options of a connection.
  const onConnect = async (client: pg.ClientBase) => {
    if (client instanceof PreparingClient) client.answerMs = answerMs
    // The pool listens only while a connection is idle: one that dies between two queries would end the process.
    client.on('error', onError)
    await client.query(`${PLANNING}; ${TRANSACTIONS}; ${session}`)
  }
  const bounds = {
    keepAlive: true,
    keepAliveInitialDelayMillis: PROBE_MS,
    idleTimeoutMillis: IDLE_MS,
    connectionTimeoutMillis: CONNECT_MS,
  }
  const pool = new pg.Pool({ ...bounds, Client: PreparingClient, onConnect, ...settings })
  pool.on('error', onError)
  return pool
}

/**
 * @param options.maxConnections connections that each of the two pools holds at most, default CONNECTIONS
 * @param options.readSeconds default READ_SECONDS
 * @param options.onError told of connections that die while idle; without a listener they would end the process
 */
export function createDatabase(options: {
  url: string
  maxConnections?: number
  readSeconds?: number
  onError?: (error: Error) => void
}): Database {
  const { maxConnections: max = CONNECTIONS, readSeconds = READ_SECONDS, onError } = options
  const settings = { connectionString: options.url, max }
  const pool = createPool(settings, onError)
  const reads = createPool(settings, onError, `SET statement_timeout = '${readSeconds}s'`)
  const prisma = new PrismaClient({ adapter: new PrismaPg(reads) })
  return {
    prisma,
    pool,
    reads,
    url: options.url,
    async stop() {
      await prisma.$disconnect()
      await Promise.all([pool.end(), reads.end()])
    },
  }
}
