import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type App, startApp } from '../../support/app.ts'
import { startReceiver } from '../../support/receiver.ts'
import { watchSocket } from '../../support/watch.ts'

// Statistics are counted in the statements that change deliveries, and are exact at every moment.
let app: App
const receiver = await startReceiver()
beforeAll(async () => {
  app = await startApp()
})
afterAll(async () => {
  await app.stop()
  await receiver.stop()
})

const FIELDS = 'total attempts failed succeeded dead successRate meanRetries pending sending retrying held'

async function setUp() {
  const tenant = await app.tenant()
  await tenant.createType('a.b')
  const retryPolicy = { maxAttempts: 3, backoffSeconds: [10] }
  const { webhookEndpoint } = await tenant.createEndpoint(receiver.url, { retryPolicy, disableAfterFailures: null })
  const stats = (filter: Record<string, unknown> = {}) =>
    tenant.ask(`query ($filter: DeliveryStatsFilter) { deliveryStats(filter: $filter) { ${FIELDS} days { total } } }`, {
      filter,
    })
  return Object.assign(tenant, { endpointId: webhookEndpoint.id as string, stats })
}

describe('delivery statistics', () => {
  test('statistics equal the figures computed from stored deliveries and attempts', async () => {
    const tenant = await setUp()
    let answers = 0
    receiver.respond((_request, response) => response.writeHead(answers++ % 3 === 0 ? 204 : 500).end())
    for (let day = 0; day < 3; day++) {
      for (let n = 0; n < 10; n++) await tenant.publish('a.b', n)
      await app.deliver()
      app.clock.advance(15)
      await app.deliver()
      app.clock.advance(86_400)
    }
    receiver.respond((_request, response) => response.writeHead(204).end())
    const { rows } = await app.database.pool.query(
      `SELECT count(*)::int AS total, sum(attempt_count)::int AS attempts,
      sum((SELECT count(*) FROM attempts a WHERE a.delivery_id = d.id AND error_code IS NOT NULL))::int AS failed,
      count(*) FILTER (WHERE status = 'SUCCEEDED')::int AS succeeded, count(*) FILTER (WHERE status = 'DEAD')::int AS dead,
      avg(attempt_count - 1) FILTER (WHERE status IN ('SUCCEEDED', 'DEAD'))::float8 AS "meanRetries",
      count(*) FILTER (WHERE status = 'PENDING')::int AS pending, count(*) FILTER (WHERE status = 'SENDING')::int AS sending,
      count(*) FILTER (WHERE status = 'RETRYING')::int AS retrying, count(*) FILTER (WHERE status = 'HELD')::int AS held
    FROM deliveries d WHERE endpoint_id = $1`,
      [tenant.endpointId],
    )
    const stored = rows[0]
    expect(stored.total).toBe(30)
    expect(stored.retrying).toBeGreaterThan(0)
    const { days, successRate, ...counted } = await tenant.stats()
    expect(counted).toEqual(stored)
    expect(successRate).toBe(stored.succeeded / (stored.succeeded + stored.dead))
    expect(days.map(({ total }: { total: number }) => total).filter((total: number) => total > 0)).toEqual([10, 10, 10])
  })

  test('statistics are filtered by endpoint and days, and never include another organization', async () => {
    const tenant = await setUp()
    const { webhookEndpoint } = await tenant.createEndpoint(`${receiver.url}/second`)
    await tenant.publish('a.b')
    await app.deliver()
    const now = app.clock.now().getTime()
    expect(await tenant.stats()).toMatchObject({ total: 2, succeeded: 2 })
    expect(await tenant.stats({ endpointId: webhookEndpoint.id })).toMatchObject({ total: 1, succeeded: 1 })
    const old = {
      from: new Date(now - 10 * 86_400_000).toISOString(),
      to: new Date(now - 5 * 86_400_000).toISOString(),
    }
    expect(await tenant.stats(old)).toMatchObject({ total: 0, successRate: null })
    expect(await (await setUp()).stats({ endpointId: webhookEndpoint.id })).toMatchObject({ total: 0 })
  })

  test('a statistics subscription sends the current figures first and an update after each change', async () => {
    const tenant = await setUp()
    const live = watchSocket(app.url, tenant.key, 'subscription { deliveryStatsUpdates { total succeeded pending } }')
    await live.until((messages) => messages.length > 0)
    expect(live.messages[0].deliveryStatsUpdates).toEqual({ total: 0, succeeded: 0, pending: 0 })
    await tenant.publish('a.b')
    await app.deliver()
    await live.until((messages) => messages.at(-1).deliveryStatsUpdates.succeeded === 1)
    expect(live.messages.at(-1).deliveryStatsUpdates).toEqual({ total: 1, succeeded: 1, pending: 0 })
    live.stop()
  })
})
