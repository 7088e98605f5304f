import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createLocalBus, type LiveBus } from '../../../src/bus/bus.ts'
import { createDeliveryFeed } from '../../../src/live/delivery-feed.ts'
import { type App, startApp } from '../../support/app.ts'

// Subscribers are fed from the delivery log, and the bus only says when to read.
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

describe('delivery feed', () => {
  test('a change is found without a bus message, as after a process was killed right after its commit', async () => {
    const tenant = await setUp()
    const deaf = { ...createLocalBus(), subscribe: async () => () => {} }
    const feed = createDeliveryFeed({ pool: app.database.pool, bus: deaf, safetyMs: 20 })
    const updates = await feed.subscribe(tenant, {})
    const next = updates.next()
    const eventId = await tenant.publish('a.b')
    expect((await next).value?.change.event.id).toBe(eventId)
    updates.close()
  })

  test('a bus that fails to subscribe fails that subscriber only', async () => {
    const tenant = await setUp()
    const bus = createLocalBus()
    const failing: LiveBus['subscribe'] = () => Promise.reject(new Error('away'))
    const shaky = { ...bus, subscribe: failing }
    const feed = createDeliveryFeed({ pool: app.database.pool, bus: shaky })
    await expect(feed.subscribe(tenant, {})).rejects.toThrow('away')
    shaky.subscribe = bus.subscribe
    ;(await feed.subscribe(tenant, {})).close()
  })

  test('a subscriber starts only after the bus subscription is active, also for the second subscriber', async () => {
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
})
