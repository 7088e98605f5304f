import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { LOCKS } from '../../../src/database/locks.ts'
import { type App, startApp } from '../../support/app.ts'
import { type Receiver, startReceiver } from '../../support/receiver.ts'
import { createStream, leasedOf, listen, stopListeners } from '../../support/streams.ts'
import { subscribed } from '../../support/watch.ts'

// Streams never delay HTTP: neither the deliveries to HTTP endpoints nor the requests of the API.
const STREAMS = 12
let app: App
let receiver: Receiver
beforeAll(async () => {
  app = await startApp()
  receiver = await startReceiver()
})
afterEach(async () => {
  stopListeners()
  await subscribed(app, 0)
})
afterAll(async () => {
  await app.stop()
  await receiver.stop()
})

async function setUp() {
  const tenant = await app.tenant()
  for (const type of ['stream.type', 'http.type']) await tenant.createType(type)
  await tenant.createEndpoint(receiver.url, { eventTypes: ['http.type'] })
  return tenant
}

describe('HTTP beside streams', () => {
  test('deliveries and requests go on when the claims of many streams hang on their locks', async () => {
    const tenant = await setUp()
    const streams: Awaited<ReturnType<typeof createStream>>[] = []
    for (let n = 0; n < STREAMS; n++) streams.push(await createStream(tenant, { eventTypes: ['stream.type'] }))
    const watches = streams.map(({ endpointId }) => listen(app, tenant.key, endpointId))
    await subscribed(app, STREAMS)
    const unlock = await lockStreams(streams)
    await tenant.publish('stream.type')
    const ids = [await tenant.publish('http.type'), await tenant.publish('http.type')]
    await app.deliver()
    expect(receiver.requests.map(({ eventId }) => eventId)).toEqual(ids)
    expect(watches.flatMap(leasedOf)).toEqual([])
    await unlock()
    await Promise.all(watches.map((watch) => watch.until((messages) => messages.length === 1)))
  })

  test('deliveries go on when a listener acknowledges nothing and has all that it may have', async () => {
    const tenant = await setUp()
    const { endpointId } = await createStream(tenant, { eventTypes: ['stream.type'] })
    const watch = listen(app, tenant.key, endpointId, 1_000)
    await subscribed(app, 1)
    const events = Array.from({ length: 500 }, (_, n) => ({ type: 'stream.type', data: { n } }))
    for (let n = 0; n < 3; n++) await tenant.publishMany(events)
    await watch.until((messages) => messages.length === 1_000)
    receiver.requests.length = 0
    const id = await tenant.publish('http.type')
    await app.deliver()
    expect(receiver.requests.map(({ eventId }) => eventId)).toEqual([id])
  })
})

describe('streams of two organizations', () => {
  test('one goes on when all claims of the other hang on their locks', async () => {
    const [slow, other] = [await setUp(), await setUp()]
    const streams: Awaited<ReturnType<typeof createStream>>[] = []
    for (let n = 0; n < STREAMS; n++) streams.push(await createStream(slow, { eventTypes: ['stream.type'] }))
    const watches = streams.map(({ endpointId }) => listen(app, slow.key, endpointId))
    const { endpointId } = await createStream(other, { eventTypes: ['stream.type'] })
    const watch = listen(app, other.key, endpointId)
    await subscribed(app, STREAMS + 1)
    const unlock = await lockStreams(streams)
    await slow.publish('stream.type')
    await other.publish('stream.type')
    await watch.until((messages) => messages.length === 1)
    expect(watches.flatMap(leasedOf)).toEqual([])
    await unlock()
    await Promise.all(watches.map((each) => each.until((messages) => messages.length === 1)))
  })
})

/** Takes the locks that claims of these streams wait for. @returns releases them */
async function lockStreams(streams: readonly { endpointId: string }[]): Promise<() => Promise<void>> {
  const holder = await app.database.pool.connect()
  await holder.query('BEGIN')
  for (const { endpointId } of streams)
    await holder.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [LOCKS.stream, endpointId])
  return async () => {
    await holder.query('COMMIT')
    holder.release()
  }
}
