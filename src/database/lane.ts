import pg from 'pg'
import type { Answer, Prepared } from './exchange.ts'
import { pipelineBehind } from './prepared.ts'

/** Runs statements as one transaction, after earlier ones. @throws as `pipeline` */
export type Lane = <Row extends pg.QueryResultRow>(...statements: readonly Prepared[]) => Promise<Answer<Row>>

/**
 * A connection whose transactions follow one another without a round trip: each is sent at once and begins when the one
 * before it ends.
 *
 * It holds a connection of the pool while a transaction is in flight. A failed connection fails all of its
 * transactions, and later ones get another connection.
 */
export function createLane(pool: pg.Pool): Lane {
  let open: { client: Promise<pg.PoolClient>; underWay: number } | undefined

  function leave(lane: typeof open, isBroken: boolean): void {
    // Only once.
    if (lane === undefined || open !== lane) return
    open = undefined
    lane.client.then(
      (client) => client.release(isBroken),
      // No connection was opened; its callers know.
      () => {},
    )
  }

  return async (...statements) => {
    open ??= { client: pool.connect(), underWay: 0 }
    const lane = open
    lane.underWay++
    try {
      return await pipelineBehind(await lane.client, ...statements)
    } catch (error) {
      if (!isRefusal(error)) leave(lane, true)
      throw error
    } finally {
      lane.underWay--
      if (lane.underWay === 0) leave(lane, false)
    }
  }
}

/** True when PostgreSQL refused a statement and the connection stays usable. */
const isRefusal = (error: unknown) => error instanceof pg.DatabaseError && error.severity === 'ERROR'
