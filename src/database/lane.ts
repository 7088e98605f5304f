import pg from 'pg'
import type { Answer, Prepared } from './exchange.ts'
import { pipelineBehind } from './prepared.ts'

/** Runs statements as one transaction, after those that it was given before. @throws as `pipeline` */
export type Lane = <Row extends pg.QueryResultRow>(...statements: readonly Prepared[]) => Promise<Answer<Row>>

/**
 * A connection on which transactions follow one another without a round trip in between: each is sent at once, and begins when the one
 * before it is committed or refused. So PostgreSQL goes on while we are busy with what it has answered.
 *
 * It has a connection of the pool while something is under way. When the connection fails, all of that does, and what comes then
 * has another.
 */
export function createLane(pool: pg.Pool): Lane {
  let open: { client: Promise<pg.PoolClient>; underWay: number } | undefined

  function leave(lane: typeof open, isBroken: boolean): void {
    // Once.
    if (lane === undefined || open !== lane) return
    open = undefined
    lane.client.then(
      (client) => client.release(isBroken),
      // There is none, as was said to whom it was for.
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

/** PostgreSQL said no, and goes on with what comes next. */
const isRefusal = (error: unknown) => error instanceof pg.DatabaseError && error.severity === 'ERROR'
