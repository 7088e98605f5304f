import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fill } from '../../../bench/support/fill.ts'
import { type App, startApp } from '../../support/app.ts'

// Benchmarks fill installations by SQL, which no other test runs.
let app: App
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.stop())

describe('filled installation', () => {
  test('deliveries that benchmarks store by SQL are read like others', async () => {
    const tenant = await app.tenant()
    await tenant.createType('a.b')
    const { webhookEndpoint } = await tenant.createEndpoint('http://127.0.0.1:9/')
    await fill(app.database.pool, 200, ['a.b'], [webhookEndpoint.id])
    const { nodes, total } = await tenant.ask(`{ deliveries(first: 100) { total { count isExact } nodes {
      status explanation event { type data } endpoint { id } attempts { nodes { explanation } } } } }`)
    expect(total).toEqual({ count: 200, isExact: true })
    expect(nodes[0]).toMatchObject({
      ...{ status: 'DEAD', event: { type: 'a.b' }, endpoint: { id: webhookEndpoint.id } },
      attempts: { nodes: [{ explanation: '127.0.0.1 accepted with 204.' }] },
    })
    // The filling ends at the time of the database, which is not that of the test.
    const { rows } = await app.database.pool.query("SELECT now() AS to, now() - interval '31 days' AS from")
    const query = 'query ($filter: DeliveryStatsFilter) { deliveryStats(filter: $filter) { succeeded dead } }'
    const stats = await tenant.ask(query, { filter: rows[0] })
    expect(stats).toEqual({ succeeded: 198, dead: 2 })
  })
})
