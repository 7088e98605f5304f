import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { startApp } from '../../support/app.ts'
import { startReceiver } from '../../support/receiver.ts'

// A result that frees capacity may wait for the lock of a delivery log.
describe('recorded result', () => {
  test('other organizations are claimed for while a result of a saturated endpoint waits for the lock of its delivery log', async () => {
    const app = await startApp()
    const receiver = await startReceiver()
    const [tenant, other] = [await app.tenant(), await app.tenant()] as const
    for (const { createType, createEndpoint } of [tenant, other]) {
      await createType('a.b')
      await createEndpoint(receiver.url, { maxConcurrency: 1 })
    }
    const events = await tenant.publishMany([1, 2].map((data) => ({ type: 'a.b', data })))
    const holder = new pg.Client(app.database.url)
    await holder.connect()
    await holder.query('BEGIN')
    await holder.query('SELECT FROM delivery_log_heads WHERE organization_id = $1 FOR UPDATE', [tenant.organizationId])

    const delivered = app.deliver()
    const received = () => receiver.requests.map(({ eventId }) => eventId)
    await receiver.arrived(1)
    const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
    await expect.poll(async () => (await app.database.pool.query(waiting)).rowCount, { timeout: 10_000 }).toBe(1)
    const published = await other.publish('a.b')
    app.worker.nudge()
    await receiver.arrived(2)
    expect(received()[1]).toBe(published)
    await holder.query('COMMIT')
    await holder.end()
    await delivered
    expect(new Set(received())).toEqual(new Set([...events, published]))
    for (const { status } of [...(await tenant.deliveries()), ...(await other.deliveries())])
      expect(status).toBe('SUCCEEDED')
    await Promise.all([app.stop(), receiver.stop()])
  })
})
