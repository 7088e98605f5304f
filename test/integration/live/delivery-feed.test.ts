import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLocalBus, type LiveBus } from '../../../src/bus/bus.ts'
import { createDeliveryFeed } from '../../../src/live/delivery-feed.ts'
import { type App, startApp } from '../../support/app.ts'

// L1: what subscribers are fed from is the log; the bus only says when to look.
let app: App

beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.stop())

async function setUp() {
  const tenant = await app.tenant()
  await tenant.createType('a.b')
  await tenant.createEndpoint('http://127.0.0.1:9/')
  return tenant
}

test('a change that nobody announced, since its process was killed right after the commit, is found all the same', async () => {
  const tenant = await setUp()
  const deaf = { ...createLocalBus(), subscribe: async () => () => {} }
  const feed = createDeliveryFeed({ pool: app.database.pool, bus: deaf, safetyMs: 20 })
  const updates = await feed.subscribe(tenant, {})
  const next = updates.next()
  const eventId = await tenant.publish('a.b')
  expect((await next).value?.change.event.id).toBe(eventId)
  updates.close()
})

test('a bus that fails to subscribe fails that subscriber, and not those after', async () => {
  const tenant = await setUp()
  const bus = createLocalBus()
  const failing: LiveBus['subscribe'] = () => Promise.reject(new Error('away'))
  const shaky = { ...bus, subscribe: failing }
  const feed = createDeliveryFeed({ pool: app.database.pool, bus: shaky })
  await expect(feed.subscribe(tenant, {})).rejects.toThrow('away')
  shaky.subscribe = bus.subscribe
  ;(await feed.subscribe(tenant, {})).close()
})

test('nobody is subscribed before what happens next is heard, also who came second (L1)', async () => {
  const tenant = await setUp()
  const { promise: heard, resolve } = Promise.withResolvers<void>()
  const bus = createLocalBus()
  const subscribe: LiveBus['subscribe'] = (...args) => heard.then(() => bus.subscribe(...args))
  const feed = createDeliveryFeed({ pool: app.database.pool, bus: { ...bus, subscribe } })
  let open = 0
  const both = [1, 2].map(async () => {
    const updates = await feed.subscribe(tenant, {})
    open++
    return updates
  })
  await tenant.publish('a.b')
  expect(open).toBe(0)
  resolve()
  for (const updates of await Promise.all(both)) updates.close()
  expect(open).toBe(2)
})
