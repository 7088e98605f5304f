import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createClaimer } from '../../../worker/claim.ts'
import type { Client } from '../../support/api.ts'
import { type App, startApp } from '../../support/app.ts'
import { startReceiver } from '../../support/receiver.ts'

// A worker that dies loses no delivery, and a worker that returns too late changes no delivery.
let app: App
let tenant: Client
let claimer: ReturnType<typeof createClaimer>
const receiver = await startReceiver()

beforeAll(async () => {
  app = await startApp({ leaseSeconds: 60 })
  claimer = createClaimer(app.database.url)
  tenant = await app.tenant()
  await tenant.createType('a.b')
  await tenant.createEndpoint(receiver.url)
})
afterAll(async () => {
  await claimer.stop()
  await app.stop()
  await receiver.stop()
})

const claimAll = () =>
  claimer
    .claim({ now: app.clock.now(), limit: 100, leaseSeconds: 60, fullOrganizations: [] })
    .then(({ deliveries }) => deliveries)

describe('lease', () => {
  test('a delivery of a dead worker is sent again when its lease has expired, and not before', async () => {
    const eventId = await tenant.publish('a.b')
    expect(await claimAll()).toHaveLength(1)
    app.clock.advance(59)
    await app.worker.beat()
    await app.deliver()
    expect(receiver.requests).toHaveLength(0)
    app.clock.advance(2)
    await app.worker.beat()
    await app.deliver()
    expect(receiver.requests.map((request) => request.eventId)).toEqual([eventId])
    expect((await tenant.deliveries()).at(-1)).toMatchObject({ status: 'SUCCEEDED', attemptCount: 1 })
  })

  test('a worker keeps a delivery for longer than its lease by renewing the lease', async () => {
    const { promise: arrived, resolve } = Promise.withResolvers<() => void>()
    receiver.respond((_request, response) => resolve(() => response.writeHead(204).end()))
    await tenant.publish('a.b')
    const sent = app.deliver()
    const release = await arrived
    for (let minutes = 0; minutes < 3; minutes++) {
      app.clock.advance(50)
      await app.worker.beat()
    }
    release()
    await sent
    expect((await tenant.deliveries()).at(-1)).toMatchObject({ status: 'SUCCEEDED', attemptCount: 1, version: 3 })
  })

  test('a worker that returns after its lease was lost records its attempt and does not change the delivery', async () => {
    const { promise: arrived, resolve } = Promise.withResolvers<() => void>()
    receiver.respond((_request, response) => resolve(() => response.writeHead(500).end()))
    await tenant.publish('a.b')
    const before = receiver.requests.length
    const late = app.deliver()
    const release = await arrived
    // The lease expired unnoticed, and another worker claimed the delivery.
    app.clock.advance(61)
    await app.database.pool.query(
      "UPDATE deliveries SET status = 'PENDING', version = version + 1 WHERE status = 'SENDING'",
    )
    const [again] = await claimAll()
    release()
    await late
    expect(receiver.requests.length - before).toBe(1)
    expect((await tenant.deliveries()).at(-1)).toMatchObject({
      id: again?.id,
      status: 'SENDING',
      attempts: [{ number: 1, statusCode: 500 }],
    })
  })
})
