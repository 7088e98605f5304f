import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createUndeliverable } from '../../../src/domain/deliveries/undeliverable.ts'
import { type App, silentLog, startApp } from '../../support/app.ts'

let app: App
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.stop())

describe('undeliverable delivery', () => {
  test('a delivery whose row was locked is moved when a later claim lists it during a move', async () => {
    const { pool } = app.database
    const tenants = [await app.tenant(), await app.tenant()]
    for (const { createType, createEndpoint, publish } of tenants) {
      await createType('a.b')
      await createEndpoint('http://127.0.0.1:9/')
      await publish('a.b')
    }
    const [locked, waiting] = (await Promise.all(tenants.map((tenant) => tenant.deliveries()))).map(([first]) => first!)
    const [row, head] = [await pool.connect(), await pool.connect()]
    await row.query('BEGIN')
    await row.query('SELECT FROM deliveries WHERE id = $1 FOR UPDATE', [locked!.id])
    await head.query('BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0')
    await head.query('SELECT FROM delivery_log_heads WHERE organization_id = $1 FOR UPDATE', [
      tenants[1]!.organizationId,
    ])

    const undeliverable = createUndeliverable({ ...app, pool, log: silentLog, onMoved: () => {} })
    undeliverable.move([
      [locked!.id, 1, 'HELD'],
      [waiting!.id, 1, 'HELD'],
    ])
    const blocked = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    await expect.poll(async () => (await pool.query(blocked)).rowCount).toBe(1)
    await row.query('COMMIT')
    row.release()
    undeliverable.move([[locked!.id, 1, 'HELD']])
    await head.query('COMMIT')
    head.release()
    await undeliverable.idle()
    for (const tenant of tenants) expect(await tenant.deliveries()).toMatchObject([{ status: 'HELD' }])
  })
})
