import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { createLocalBus } from '../../../src/bus/bus.ts'
import { AT_END, writeCursor } from '../../../src/bus/log-cursor.ts'
import { createDeliveryFeed, type DeliveryUpdates } from '../../../src/live/delivery-feed.ts'
import { createReadBuffers, latestPosition } from '../../../src/live/read-delivery-log.ts'
import { type App, startApp } from '../../support/app.ts'

// Rows that were read for a subscriber and are not consumed are released, and read again later.
const EVENTS = 400
const TIMES = 4
const START = writeCursor({ position: 0, part: 0, index: 0 })
let app: App
let tenant: Awaited<ReturnType<App['tenant']>>

beforeAll(async () => {
  app = await startApp()
  tenant = await app.tenant()
  await tenant.createType('a.b')
  await tenant.createEndpoint('https://127.0.0.1:9/')
})
afterAll(() => app.stop())

async function take(updates: DeliveryUpdates, count: number): Promise<string[]> {
  const ids: string[] = []
  for (let n = 0; n < count; n++) {
    const { value } = await updates.next()
    expect(value!.gap).toBe(false)
    ids.push(value!.change.id)
  }
  return ids
}

describe('read buffer', () => {
  test('a subscriber that stops reading keeps no buffered rows and misses no change when reading resumes', async () => {
    const { organizationId } = tenant
    const bus = createLocalBus()
    const feed = createDeliveryFeed({ pool: app.database.pool, bus, keepMs: 1 })
    const start = writeCursor({ ...AT_END, position: await latestPosition(app.database.pool, organizationId) })
    for (let n = 0; n < TIMES; n++)
      await tenant.publishMany(Array.from({ length: EVENTS }, (_, n) => ({ type: 'a.b', data: n })))
    const updates = await feed.subscribe({ organizationId }, {}, { after: start })

    const seen: string[] = []
    for (const count of [1, EVENTS - 1, 1, EVENTS, 2 * EVENTS - 1]) {
      seen.push(...(await take(updates, count)))
      await vi.waitFor(() => expect(feed.rowsKept()).toBe(0))
    }
    const { rows } = await app.database.pool.query('SELECT id FROM deliveries WHERE organization_id = $1', [
      organizationId,
    ])
    expect(seen).toHaveLength(TIMES * EVENTS)
    expect(new Set(seen)).toEqual(new Set(rows.map(({ id }) => id)))
    updates.close()
    expect(feed.rowsKept()).toBe(0)
  })

  test('a subscriber that reads regularly keeps its buffer', () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    onTestFinished(() => void vi.useRealTimers())
    const buffers = createReadBuffers(1_000)
    const [reading, resting] = [buffers.open(), buffers.open()]
    reading.parts = resting.parts = [{ position: 1, previous: 0, part: 0, changes: [] }]
    for (let n = 0; n < 3; n++) {
      reading.used = true
      vi.advanceTimersByTime(1_000)
    }
    expect([reading.parts?.length, resting.parts]).toEqual([1, undefined])
    vi.advanceTimersByTime(1_000)
    expect(reading.parts).toBeUndefined()
    for (const buffer of [reading, resting]) buffers.close(buffer)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('a log position with several parts is read completely', async () => {
    const many = await app.tenant()
    const { organizationId } = many
    await many.createType('a.b')
    for (let n = 0; n < 5; n++) await many.createEndpoint('https://127.0.0.1:9/')
    const feed = createDeliveryFeed({ pool: app.database.pool, bus: createLocalBus(), keepMs: 600_000 })
    const updates = await feed.subscribe({ organizationId }, {}, { after: START })
    await many.publishMany(Array.from({ length: EVENTS }, (_, n) => ({ type: 'a.b', data: n })))
    const { rows } = await app.database.pool.query(
      'SELECT count(*)::int AS parts FROM delivery_changes WHERE organization_id = $1 GROUP BY position',
      [organizationId],
    )
    expect(rows).toEqual([{ parts: 4 }])
    await updates.next()
    expect(new Set(await take(updates, 5 * EVENTS - 1)).size).toBe(5 * EVENTS - 1)
    updates.close()
  })

  test('a forged cursor beyond the end of its row does not cause repeated reads', async () => {
    const { organizationId } = tenant
    const { pool } = app.database
    const head = await latestPosition(pool, organizationId)
    const feed = createDeliveryFeed({ pool, bus: createLocalBus() })
    const updates = await feed.subscribe(
      { organizationId },
      {},
      { after: writeCursor({ position: head, part: 0, index: 9_999 }) },
    )
    const reads = vi.spyOn(pool, 'query')
    const next = updates.next()
    await tenant.publishMany([{ type: 'a.b', data: 1 }])
    await updates.return()
    await next
    const looks = reads.mock.calls.filter(([query]) => JSON.stringify(query).includes('read-changes'))
    expect(looks.length).toBeLessThan(5)
    reads.mockRestore()
  })

  test('a cursor into a pruned log continues with new changes and reports a gap', async () => {
    const { organizationId } = tenant
    const { pool } = app.database
    await pool.query('DELETE FROM delivery_changes WHERE organization_id = $1', [organizationId])
    const feed = createDeliveryFeed({ pool, bus: app.bus })
    const updates = await feed.subscribe({ organizationId }, {}, { after: START })
    const next = updates.next()
    await tenant.publish('a.b')
    expect((await next).value).toMatchObject({ gap: true, change: { status: 'PENDING' } })
    updates.close()
  })
})
