import pg from 'pg'
import { describe, expect, test, vi } from 'vitest'
import { startApp } from '../../support/app.ts'
import { startReceiver } from '../../support/receiver.ts'

// A result that frees capacity is written together with the next claim.
describe('result and claim', () => {
  test('the next claim is sent right behind a result that frees capacity of a saturated endpoint, and no delivery is claimed twice', async () => {
    const app = await startApp()
    const receiver = await startReceiver()
    const tenant = await app.tenant()
    await tenant.createType('a.b')
    await tenant.createEndpoint(receiver.url, { maxConcurrency: 1 })
    await tenant.publishMany([1, 2, 3].map((data) => ({ type: 'a.b', data })))
    const said: string[] = []
    const clients = new Set<pg.Client>()
    const query = pg.Client.prototype.query as (...args: unknown[]) => unknown
    const spy = vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (
      this: pg.Client,
      ...args: unknown[]
    ) {
      const asked = args[0] as { name?: string; callback: (...answer: unknown[]) => void }
      if (asked?.name === 'settle' || asked?.name === 'claim') {
        const { name, callback } = asked
        said.push(`${name} asked`)
        clients.add(this)
        asked.callback = (...answer) => {
          said.push(`${name} answered`)
          callback(...answer)
        }
      }
      return query.apply(this, args)
    } as never)
    try {
      await app.deliver()
    } finally {
      spy.mockRestore()
    }
    const settledAndClaimed = ['settle asked', 'claim asked', 'settle answered', 'claim answered']
    expect(said).toEqual([
      ...['claim asked', 'claim answered'],
      ...settledAndClaimed,
      ...settledAndClaimed,
      ...settledAndClaimed,
    ])
    expect(clients.size).toBe(1)
    expect(receiver.requests).toHaveLength(3)
    expect((await tenant.deliveries()).map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED'])
    await Promise.all([app.stop(), receiver.stop()])
  })

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
    await vi.waitUntil(async () => (await holder.query(waiting)).rowCount === 1)
    const published = await other.publish('a.b')
    app.worker.wake()
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
