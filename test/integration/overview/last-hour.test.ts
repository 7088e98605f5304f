import { afterAll, describe, expect, test } from 'vitest'
import { COUNT_EVERY_MS, createCountMinutes, removeMinutes } from '../../../src/domain/deliveries/count-minutes.ts'
import { silentLog } from '../../support/app.ts'
import { explainReads } from '../../support/explain.ts'
import { startOverview } from '../../support/overview.ts'

const overview = await startOverview()
const { app, count, rowsOf, setUp, answering } = overview
afterAll(overview.stop)

describe('overview of the last hour', () => {
  test('each minute has the deliveries created and the attempts made in it, and the sums are those of the minutes', async () => {
    const tenant = await setUp()
    await (await setUp()).publishSome(9)
    await tenant.publishSome(4)
    await answering(204, app.deliver)
    await count()
    app.clock.advance(60)
    await tenant.publishSome(2)
    await answering(500, app.deliver)
    await count()
    await tenant.publishSome(1)
    await count()
    const { minutes, p95Duration, ...sums } = await tenant.lastHour()
    expect(sums).toEqual({ created: 7, succeeded: 4, failed: 2, successShare: 4 / 6 })
    expect(p95Duration).toBeGreaterThan(0)
    expect(minutes).toHaveLength(60)
    const now = app.clock.now().getTime()
    const atMinute = (ago: number) => new Date(Math.floor(now / 60_000) * 60_000 - ago * 60_000).toISOString()
    expect(minutes.map(({ at }: { at: string }) => new Date(at).toISOString())).toEqual(
      Array.from({ length: 60 }, (_, n) => atMinute(59 - n)),
    )
    expect(minutes.at(-1)).toMatchObject({ created: 3, succeeded: 0, failed: 2 })
    expect(minutes.at(-2)).toMatchObject({ created: 4, succeeded: 4, failed: 0 })
    expect(minutes.at(-3)).toMatchObject({ created: 0, succeeded: 0, failed: 0 })
  })

  test('a minute leaves the overview after an hour, and its rows go after two hours', async () => {
    const tenant = await setUp()
    await tenant.publishSome(1)
    await count()
    app.clock.advance(59 * 60)
    expect(await tenant.lastHour()).toMatchObject({ created: 1, successShare: null, p95Duration: null })
    app.clock.advance(60)
    expect(await tenant.lastHour()).toMatchObject({ created: 0 })
    expect(await removeMinutes(app.database.pool, app.clock.now())).toBe(false)
    expect(await rowsOf('delivery_minutes', tenant.organizationId)).toHaveLength(1)
    app.clock.advance(3_660)
    await removeMinutes(app.database.pool, app.clock.now())
    expect(await rowsOf('delivery_minutes', tenant.organizationId)).toHaveLength(0)
  })

  test('processes that count at once count each delivery once', async () => {
    const tenant = await setUp()
    for (let round = 0; round < 5; round++) {
      await tenant.publishSome(10)
      await Promise.all(Array.from({ length: 4 }, count))
    }
    await count()
    expect(await tenant.lastHour()).toMatchObject({ created: 50 })
  })

  test('deliveries on both sides of midnight are counted, and totals of earlier days are removed', async () => {
    const tenant = await setUp()
    const toMidnight = 86_400_000 - (app.clock.now().getTime() % 86_400_000)
    app.clock.advance(toMidnight / 1000 - 5)
    await tenant.publishSome(3)
    app.clock.advance(10)
    await tenant.publishSome(2)
    await count()
    expect(await tenant.lastHour()).toMatchObject({ created: 5 })
    expect(await rowsOf('delivery_totals', tenant.organizationId)).toHaveLength(2)
    app.clock.advance(2 * 86_400)
    await tenant.publishSome(1)
    await count()
    expect(await rowsOf('delivery_totals', tenant.organizationId)).toHaveLength(1)
    expect(await tenant.lastHour()).toMatchObject({ created: 1 })
  })

  test('a count that fails is logged and repeated', async () => {
    const tenant = await setUp()
    await tenant.publishSome(1)
    const { pool } = app.database
    let failures = 0
    const connect = async () => {
      if (failures++ === 0) throw new Error('The database is away')
      return pool.connect()
    }
    const failing = Object.assign(Object.create(pool), { connect })
    const first = createCountMinutes({ pool: failing, clock: app.clock, log: silentLog })
    first.start()
    await first.stop()
    expect(await tenant.lastHour()).toMatchObject({ created: 0 })
    const second = createCountMinutes({ pool: failing, clock: app.clock, log: silentLog })
    second.start()
    await second.stop()
    expect(await tenant.lastHour()).toMatchObject({ created: 1 })
    expect(COUNT_EVERY_MS).toBeLessThan(60_000)
  })
})

describe('cost of the overview', () => {
  test('stored deliveries, days and organizations do not add to the rows that are read', async () => {
    const tenant = await setUp()
    const other = await setUp()
    const { pool, boundedPool } = app.database
    await pool.query(STORED, [tenant.organizationId, other.organizationId, app.clock.now(), tenant.endpointId])
    await pool.query(DAYS, [tenant.organizationId, other.organizationId, app.clock.now()])
    await pool.query('ANALYZE')
    await tenant.publishSome(3)
    await count()
    const scans = await explainReads(boundedPool, () =>
      tenant.ask('{ overview { lastHour { created } backlog { due { count } dead { count } } failingEndpoints } }'),
    )
    expect(scans.reduce((sum, { rows }) => sum + rows, 0)).toBeLessThan(100)
    expect(scans.filter(({ node }) => node === 'Seq Scan')).toEqual([])
    const counted = await explainReads(pool, async () => {
      const at = app.clock.now()
      await pool.query({
        text: "SELECT count(*) FROM delivery_stats WHERE day >= ($1::timestamptz AT TIME ZONE 'UTC')::date - 1",
        values: [at],
      })
    })
    expect(counted.map(({ index }) => index)).toEqual(['delivery_stats_day_idx'])
  })
})

/** Finished deliveries of two organizations. */
const STORED = `WITH event AS (
  INSERT INTO events (id, organization_id, type, body, created_at)
  SELECT 'evt_0' || lpad(n::text, 25, '0'), $1, 'a.b', '', $3 FROM generate_series(1, 20000) n RETURNING id
) INSERT INTO deliveries (id, organization_id, event_id, endpoint_id, status, trigger, attempt_count, created_at, updated_at)
  SELECT 'dlv_' || substr(id, 5), CASE WHEN substr(id, 30)::int % 2 = 0 THEN $1 ELSE $2 END, id, $4, 'SUCCEEDED', 'SCHEDULED', 1, $3, $3
  FROM event`
/** Minutes of the other organization, and statistics of many days of both. */
const DAYS = `WITH minutes AS (
  INSERT INTO delivery_minutes SELECT $2, date_trunc('minute', $3::timestamptz) - n % 60 * interval '1 minute', n / 60, 1, 1, 0
  FROM generate_series(0, 5999) n
) INSERT INTO delivery_stats (endpoint_id, day, bucket, organization_id, created)
  SELECT 'whep_' || n % 2, $3::date - 2 - n / 20, n % 20, CASE WHEN n % 2 = 0 THEN $1 ELSE $2 END, 1 FROM generate_series(0, 5999) n`
