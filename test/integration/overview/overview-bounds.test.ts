import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { COUNT_MINUTES, countMinutes } from '../../../src/domain/deliveries/count-minutes.ts'
import { BACKLOG_AT_MOST } from '../../../src/domain/overview/overview.ts'
import { type App, startApp } from '../../support/app.ts'
import { explainReads } from '../../support/explain.ts'

// Bounds and cost of an overview among many stored rows.
let app: App
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.stop())

async function setUp() {
  const organizationId = await app.host.createOrganization('Watched')
  const tenant = app.host.in(organizationId)
  await tenant.createType('a.b')
  const { webhookEndpoint } = await tenant.createEndpoint('http://127.0.0.1:9/')
  return { ...tenant, organizationId, endpointId: webhookEndpoint.id }
}

describe('bounds of the overview', () => {
  test('dead letters are counted up to the bound, which the answer states', async () => {
    const tenant = await setUp()
    const event = await tenant.publish('a.b')
    await app.database.pool.query(
      `INSERT INTO deliveries (id, organization_id, event_id, endpoint_id, status, trigger, created_at, updated_at)
       SELECT 'dlv_1' || lpad(n::text, 25, '0'), $1, $2, $3, 'DEAD', 'SCHEDULED', $4, $4 FROM generate_series(0, ${BACKLOG_AT_MOST}) n`,
      [tenant.organizationId, event, tenant.endpointId, app.clock.now()],
    )
    const { backlog } = await tenant.ask('{ overview { backlog { dead { count isExact } } } }')
    expect(backlog.dead).toEqual({ count: BACKLOG_AT_MOST, isExact: false })
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
    for (let n = 0; n < 3; n++) await tenant.publish('a.b', n)
    await countMinutes(pool, app.clock.now())
    const scans = await explainReads(boundedPool, () =>
      tenant.ask('{ overview { lastHour { created } backlog { due { count } dead { count } } failingEndpoints } }'),
    )
    expect(scans.reduce((sum, { rows }) => sum + rows, 0)).toBeLessThan(100)
    expect(scans.filter(({ node }) => node === 'Seq Scan')).toEqual([])
    const counted = await explainReads(pool, () => pool.query({ text: COUNT_MINUTES, values: [app.clock.now()] }))
    const read = counted.filter(({ table }) => table === 'delivery_stats')
    expect(read.map(({ index }) => index)).toEqual(['delivery_stats_day_idx'])
    expect(read[0]?.rows).toBeLessThan(10)
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
