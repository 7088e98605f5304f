import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type App, startApp } from '../../support/app.ts'
import { startReceiver } from '../../support/receiver.ts'
import { subscribed, watchSocket } from '../../support/watch.ts'

// A subscriber that reconnects continues after the last cursor that the subscriber saw.
let app: App
const receiver = await startReceiver()

beforeAll(async () => {
  app = await startApp()
})
// The server notices a closed connection with a short delay.
afterEach(() => subscribed(app, 0))
afterAll(async () => {
  await app.stop()
  await receiver.stop()
})

async function setUp() {
  const tenant = await app.tenant()
  await tenant.createType('a.b')
  await tenant.createEndpoint(receiver.url)
  return tenant
}

describe('resumed subscription', () => {
  test('a subscription that resumes after its last cursor misses no update and repeats none', async () => {
    const tenant = await setUp()
    const query = (after = '') =>
      `subscription { deliveryUpdates${after && `(after: "${after}")`} { cursor gap delivery { id version } } }`
    const first = watchSocket(app.url, tenant.key, query())
    await subscribed(app, 1)
    await tenant.publish('a.b')
    await tenant.publish('a.b')
    await first.until((messages) => messages.length >= 2)
    const [{ deliveryUpdates: seen }, { deliveryUpdates: next }] = first.messages
    first.stop()
    const second = watchSocket(app.url, tenant.key, query(seen.cursor))
    await second.until((messages) => messages.length >= 1)
    await tenant.publish('a.b')
    await second.until((messages) => messages.length >= 2)
    expect(second.messages[0].deliveryUpdates).toEqual(next)
    expect(second.messages.map(({ deliveryUpdates }) => deliveryUpdates.gap)).toEqual([false, false])
    second.stop()
  })

  test('a subscription that begins at the end of the log, read before, gets every change since', async () => {
    const tenant = await setUp()
    await tenant.publish('a.b')
    const cursor = await tenant.ask('{ deliveryUpdatesCursor }')
    const later = await tenant.publish('a.b')
    const query = `subscription { deliveryUpdates(after: "${cursor}") { gap delivery { eventId } } }`
    const watch = watchSocket(app.url, tenant.key, query)
    await watch.until((messages) => messages.length >= 1)
    expect(watch.messages).toEqual([{ deliveryUpdates: { gap: false, delivery: { eventId: later } } }])
    watch.stop()
  })

  test('the end of a log without entries is a cursor too, of one organization only', async () => {
    const [tenant, other] = [await setUp(), await setUp()]
    const cursor = await tenant.ask('{ deliveryUpdatesCursor }')
    await other.publish('a.b')
    expect(await tenant.ask('{ deliveryUpdatesCursor }')).toBe(cursor)
    expect(await other.ask('{ deliveryUpdatesCursor }')).not.toBe(cursor)
  })

  test('a subscription that resumes after a pruned log entry reports a gap', async () => {
    const tenant = await setUp()
    const query = (after = '') => `subscription { deliveryUpdates${after && `(after: "${after}")`} { cursor gap } }`
    await Promise.all(Array.from({ length: 2 }, () => tenant.createEndpoint(receiver.url)))
    const first = watchSocket(app.url, tenant.key, query())
    await subscribed(app, 1)
    // One log row holds 500 of the 900 changes.
    await tenant.publishMany(Array.from({ length: 300 }, () => ({ type: 'a.b', data: 1 })))
    await first.until((messages) => messages.length === 900)
    first.stop()
    await app.database.pool.query('DELETE FROM delivery_changes WHERE organization_id = $1', [tenant.organizationId])
    await tenant.publish('a.b')
    const resumed = async (seen: number) => {
      const watch = watchSocket(app.url, tenant.key, query(first.messages[seen - 1].deliveryUpdates.cursor))
      await watch.until((messages) => messages.length === 3)
      watch.stop()
      return watch.messages.map(({ deliveryUpdates }) => deliveryUpdates.gap)
    }
    expect(await resumed(499)).toEqual([true, false, false])
    expect(await resumed(500)).toEqual([true, false, false])
    expect(await resumed(899)).toEqual([true, false, false])
    expect(await resumed(900)).toEqual([false, false, false])
  })

  test('a subscription that saw updates lost in a database failover resumes without a gap and misses no later update', async () => {
    const tenant = await setUp()
    const query = (after = '') =>
      `subscription { deliveryUpdates${after && `(after: "${after}")`} { cursor gap delivery { id status } } }`
    const first = watchSocket(app.url, tenant.key, query())
    await subscribed(app, 1)
    await tenant.publish('a.b')
    await first.until((messages) => messages.length === 1)
    const { pool } = app.database
    const latestPosition = async () => {
      const { rows } = await pool.query('SELECT * FROM delivery_log_heads WHERE organization_id = $1', [
        tenant.organizationId,
      ])
      return rows[0]
    }
    const kept = await latestPosition()
    await app.deliver()
    await first.until((messages) => messages.length === 3)
    first.stop()

    // Restores the state of a standby that the last statement had not reached.
    const values = [tenant.organizationId, kept.position]
    await pool.query('DELETE FROM delivery_changes WHERE organization_id = $1 AND position > $2', values)
    await pool.query(
      `UPDATE delivery_log_heads SET position = $2, previous = $3, started_at = started_at - interval '1 hour'
      WHERE organization_id = $1`,
      [...values, kept.previous],
    )
    await tenant.publish('a.b')
    const second = watchSocket(app.url, tenant.key, query(first.messages[2].deliveryUpdates.cursor))
    await second.until((messages) => messages.length === 1)
    expect(second.messages[0].deliveryUpdates).toMatchObject({ gap: false, delivery: { status: 'PENDING' } })
    await app.deliver()
    await second.until((messages) => messages.length === 3)
    expect(second.messages.slice(1)).toMatchObject([
      { deliveryUpdates: { gap: false, delivery: { status: 'SENDING' } } },
      { deliveryUpdates: { gap: false, delivery: { status: 'SUCCEEDED' } } },
    ])
    second.stop()
  })
})
