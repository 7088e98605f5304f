import { describe, expect, test } from 'vitest'
import { createDatabase } from '../../src/database/client.ts'
import { readConnection } from '../../src/database/connection.ts'
import { recordResults } from '../../src/domain/deliveries/record-results.ts'
import { createIds } from '../../src/lib/ids.ts'
import { type ClaimedDelivery, createClaimer } from '../../worker/claim.ts'
import { decideOutcome } from '../../worker/request-outcome.ts'
import { startApp } from '../support/app.ts'

describe('recording results', () => {
  test('the rows read to record a result do not grow with stored attempts, also before PostgreSQL has statistics', async () => {
    const app = await startApp()
    const tenant = await app.tenant()
    await tenant.createType('a.b')
    await tenant.createEndpoint('http://127.0.0.1:9/')
    // One connection, so that its reads can be counted.
    const own = createDatabase({ pooled: readConnection(app.database.url), maxConnections: 1 })
    const claimer = createClaimer(app.database.pooled)
    const makeId = createIds(app.clock)
    const now = app.clock.now()

    const settleOne = async (delivery: ClaimedDelivery) => {
      const exchange = { statusCode: 204, headers: null, body: null, error: null, durationMicroseconds: 1 }
      const outcome = decideOutcome(delivery, exchange, now, () => 0)
      await recordResults(
        own.pool,
        [{ attemptId: makeId('att'), delivery, request: null, exchange, outcome, startedAt: now }],
        {
          now,
          makeId,
        },
      )
    }
    /** Records `times` more results and returns the rows of `attempts` read so far. */
    const readAfter = async (times: number): Promise<number> => {
      for (let n = 0; n < times; n++) {
        await tenant.publish('a.b')
        const options = { now, limit: 10, leaseSeconds: 60, fullOrganizations: [] }
        for (const delivery of (await claimer.claim(options)).deliveries) await settleOne(delivery)
      }
      await own.pool.query('SELECT pg_stat_force_next_flush()')
      const { rows } = await app.database.pool.query(
        "SELECT idx_tup_fetch::int AS count FROM pg_stat_user_tables WHERE relname = 'attempts'",
      )
      return rows[0].count
    }

    // The plan is final after 20 executions.
    const before = await readAfter(20)
    expect((await readAfter(40)) - before).toBeLessThanOrEqual(40)
    expect((await tenant.deliveries()).map(({ status }) => status)).toEqual(Array(60).fill('SUCCEEDED'))
    await claimer.stop()
    await own.stop()
    await app.stop()
  })
})
