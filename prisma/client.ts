import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { PrismaClient } from './generated/client.ts'

export type { PrismaClient } from './generated/client.ts'
/** A Prisma client or a transaction of one: what a domain function that writes takes. */
export type Transaction = Parameters<Parameters<PrismaClient['$transaction']>[0]>[0]

/**
 * The one way to the database. `prisma` serves ordinary reads and writes, `pool` the few hot statements that are
 * written by hand; both draw on the same connections.
 */
export interface Database {
  prisma: PrismaClient
  pool: pg.Pool
  url: string
  stop(): Promise<void>
}

/**
 * Every statement here has its index. A plan is kept for as long as a connection lives, and one that was made while a table
 * was small would go on reading all of it.
 */
export const PLANNING = '-c enable_seqscan=off -c jit=off'

/**
 * @param options.maxConnections connections held at most, default 10
 * @param options.onError told of connections that die while idle; without a listener they would end the process
 */
export function createDatabase(options: {
  url: string
  maxConnections?: number
  onError?: (error: Error) => void
}): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.maxConnections ?? 10,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    options: PLANNING,
  })
  pool.on('error', options.onError ?? (() => {}))
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) })
  return {
    prisma,
    pool,
    url: options.url,
    async stop() {
      await prisma.$disconnect()
      await pool.end()
    },
  }
}
