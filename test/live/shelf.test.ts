import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createLocalBus } from '../../src/live/bus.ts'
import { createDeliveryFeed, type DeliveryUpdates } from '../../src/live/delivery-feed.ts'
import { headOf } from '../../src/live/delivery-log.ts'
import { AT_END, writeCursor } from '../../src/live/log-place.ts'
import { type App, startApp } from '../support/app.ts'

// L3: what was read for a subscriber and is not taken is let go, and read again from where it is.
const EVENTS = 400
const TIMES = 4
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

test('a subscriber that stops reading holds nothing, and misses nothing when it goes on', async () => {
  const { organizationId } = tenant
  const bus = createLocalBus()
  const feed = createDeliveryFeed({ pool: app.database.pool, bus, keepMs: 1 })
  const start = writeCursor({ ...AT_END, position: await headOf(app.database.pool, organizationId) })
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

test('one that reads keeps what it has', async () => {
  const { organizationId } = tenant
  const feed = createDeliveryFeed({ pool: app.database.pool, bus: createLocalBus(), keepMs: 600_000 })
  const updates = await feed.subscribe(
    { organizationId },
    {},
    { after: writeCursor({ position: 0, part: 0, index: 0 }) },
  )
  await updates.next()
  expect(feed.rowsKept()).toBeGreaterThan(1)
  updates.close()
  expect(feed.rowsKept()).toBe(0)
})
