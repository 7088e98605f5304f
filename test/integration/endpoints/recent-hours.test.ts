import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LOCKS } from '../../../src/database/locks.ts'
import { COUNT_HOURS, countHours, createCountHours } from '../../../src/domain/deliveries/count-hours.ts'
import { type App, silentLog, startApp } from '../../support/app.ts'
import { explainReads } from '../../support/explain.ts'
import { startReceiver } from '../../support/receiver.ts'

let app: App
const receiver = await startReceiver()
beforeAll(async () => {
  app = await startApp()
})
afterAll(async () => {
  await app.stop()
  await receiver.stop()
})

const HOUR_MS = 3_600_000
const count = () => countHours(app.database.pool, app.clock.now())

/** Moves the clock to a minute of the next hour (UTC) with this number. */
function moveTo(hour: number, minute = 0): void {
  const now = app.clock.now().getTime()
  const day = Math.floor(now / (24 * HOUR_MS)) * 24 * HOUR_MS
  const target = day + hour * HOUR_MS + minute * 60_000
  app.clock.advance(((target > now ? target : target + 24 * HOUR_MS) - now) / 1000)
}

async function setUp() {
  const tenant = await app.tenant()
  await tenant.createType('a.b')
  const { webhookEndpoint } = await tenant.createEndpoint(receiver.url, { disableAfterFailures: null })
  return {
    ...tenant,
    id: webhookEndpoint.id,
    async attempts(events: number, status = 204) {
      receiver.respond((_request, response) => response.writeHead(status).end())
      await tenant.publishMany(Array.from({ length: events }, (_, n) => ({ type: 'a.b', data: { n } })))
      await app.deliver()
    },
    async hours() {
      const { nodes } = await tenant.ask('{ webhookEndpoints { nodes { recentHours { from succeeded failed } } } }')
      return nodes[0].recentHours as { from: string; succeeded: number[]; failed: number[] }
    },
  }
}

describe('hours of an endpoint', () => {
  test('have the attempts of each hour, however often they are counted', async () => {
    const tenant = await setUp()
    moveTo(10, 5)
    await tenant.attempts(3)
    await count()
    await tenant.attempts(2, 500)
    await count()
    await count()
    moveTo(11, 5)
    await tenant.attempts(4)
    await count()
    const { from, succeeded, failed } = await tenant.hours()
    expect(Date.parse(from) + 23 * HOUR_MS).toBe(app.clock.now().getTime() - 5 * 60_000)
    // The retries of the failed ones succeeded in the second hour.
    expect(succeeded.slice(-2)).toEqual([3, 6])
    expect(failed.slice(-2)).toEqual([2, 0])
    expect(succeeded).toHaveLength(24)
  })

  test('keep the attempts before midnight in the last hour of their day', async () => {
    const tenant = await setUp()
    moveTo(23, 59)
    await tenant.attempts(5)
    moveTo(0, 1)
    await tenant.attempts(1)
    await count()
    const { succeeded } = await tenant.hours()
    expect(succeeded.slice(-2)).toEqual([5, 1])
  })

  test('leave with their day, and are zero for an endpoint without attempts', async () => {
    const tenant = await setUp()
    moveTo(12)
    await tenant.attempts(2)
    await count()
    app.clock.advance(48 * 3_600)
    await count()
    const { rows } = await app.database.pool.query('SELECT FROM endpoint_hours WHERE endpoint_id = $1', [tenant.id])
    expect(rows).toHaveLength(0)
    const { succeeded, failed } = await tenant.hours()
    expect([...succeeded, ...failed].every((attempts) => attempts === 0)).toBe(true)
  })

  test('are counted by one process at a time', async () => {
    const tenant = await setUp()
    await tenant.attempts(1)
    const other = await app.database.pool.connect()
    await other.query('BEGIN')
    await other.query('SELECT pg_advisory_xact_lock($1)', [LOCKS.endpointHours])
    await count()
    expect((await tenant.hours()).succeeded.at(-1)).toBe(0)
    await other.query('COMMIT')
    other.release()
    await count()
    expect((await tenant.hours()).succeeded.at(-1)).toBe(1)
  })

  test('are refused to a key without the right to read deliveries', async () => {
    const { organizationId } = await setUp()
    const reader = await app.tenant({ webhooks: ['read'] }, organizationId)
    const { data, errors } = await reader.request('{ webhookEndpoints { nodes { id recentHours { from } } } }')
    expect(data.webhookEndpoints.nodes[0].recentHours).toBeNull()
    expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN')
  })

  test('share one statement for the endpoints of a page', async () => {
    const tenant = await setUp()
    for (let n = 0; n < 4; n++) await tenant.createEndpoint(receiver.url)
    const { boundedPool } = app.database
    const texts: string[] = []
    const query = boundedPool.query.bind(boundedPool)
    boundedPool.query = ((statement: { text: string }, ...rest: []) => {
      texts.push(statement.text ?? String(statement))
      return query(statement as never, ...rest)
    }) as never
    try {
      await tenant.hours()
    } finally {
      boundedPool.query = query as never
    }
    expect(texts.filter((text) => text.includes('endpoint_hours'))).toHaveLength(1)
  })

  test('are read and counted through indexes, whatever other endpoints and days there are', async () => {
    const tenant = await setUp()
    await tenant.attempts(2)
    await count()
    const { pool, boundedPool } = app.database
    await pool.query(
      `INSERT INTO delivery_stats (endpoint_id, day, bucket, organization_id, attempts)
       SELECT 'whep_' || n % 10, $2::date - 2 - n / 100, n % 10, $1, 1 FROM generate_series(0, 5999) n ON CONFLICT DO NOTHING`,
      [tenant.organizationId, app.clock.now()],
    )
    await pool.query(
      `INSERT INTO endpoint_hours SELECT 'whep_' || n / 24, date_trunc('hour', $2::timestamptz) - n % 24 * interval '1 hour', $1, 1, 0
       FROM generate_series(0, 5999) n`,
      [tenant.organizationId, app.clock.now()],
    )
    await pool.query('ANALYZE')
    const reads = await explainReads(boundedPool, () => tenant.hours())
    expect(
      reads.filter(({ table }) => table === 'endpoint_hours').reduce((sum, { rows }) => sum + rows, 0),
    ).toBeLessThan(25)
    const counted = await explainReads(pool, () => pool.query({ text: COUNT_HOURS, values: [app.clock.now()] }))
    expect(counted.filter(({ node }) => node === 'Seq Scan')).toEqual([])
    expect(counted.filter(({ table }) => table === 'delivery_stats').map(({ index }) => index)).toEqual([
      'delivery_stats_day_idx',
    ])
  })

  test('are counted again after a failed count', async () => {
    const failures: string[] = []
    const pool = { connect: () => Promise.reject(new Error('away')) }
    const log = { ...silentLog, warn: (_fields: object, message: string) => failures.push(message) }
    const counter = createCountHours({ pool: pool as never, clock: app.clock, log: log as never })
    counter.start()
    await counter.stop()
    expect(failures).toEqual(['Count of endpoint hours failed; retrying'])
  })
})
