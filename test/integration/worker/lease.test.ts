import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createClaimer } from '../../../worker/claim.ts'
import type { Client } from '../../support/api.ts'
import { type App, startApp } from '../../support/app.ts'
import { startHoldingFirst, startReceiver } from '../../support/receiver.ts'
import { interceptAnswers, isClaim, isStatement } from '../../support/statements.ts'

// A worker that dies loses no delivery, and a worker that returns too late changes no delivery.
let app: App
let tenant: Client
let claimer: ReturnType<typeof createClaimer>
const receiver = await startReceiver()

beforeAll(async () => {
  app = await startApp({ leaseSeconds: 60 })
  claimer = createClaimer(app.database.pooled)
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
    await app.worker.runMaintenance()
    await app.deliver()
    expect(receiver.requests).toHaveLength(0)
    app.clock.advance(2)
    await app.worker.runMaintenance()
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
      await app.worker.runMaintenance()
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

  test('a worker that stalled for longer than its leases still counts its requests in flight against max concurrency', async () => {
    const app = await startApp({ leaseSeconds: 15 })
    const held: (() => void)[] = []
    const receiver = await startReceiver((request, response) =>
      request.path === '/hangs' ? held.push(() => response.writeHead(204).end()) : response.writeHead(204).end(),
    )
    const tenant = await app.tenant()
    for (const type of ['hangs', 'answers']) {
      await tenant.createType(`a.${type}`)
      const url = `http://127.0.0.1:${receiver.port}/${type}`
      await tenant.createEndpoint(url, { eventTypes: [`a.${type}`], maxConcurrency: 1 })
    }
    for (let n = 0; n < 2; n++) await tenant.publish('a.hangs')
    app.worker.nudge()
    await receiver.arrived(1)
    app.clock.advance(16)
    await tenant.publish('a.answers')
    app.worker.nudge()
    // The claim that took this delivery has considered the other endpoint too.
    await receiver.arrived(2)
    const states = (await tenant.deliveries()).map(({ status }) => status)
    expect(states.filter((status) => status === 'PENDING')).toHaveLength(1)
    receiver.respond((_request, response) => response.writeHead(204).end())
    for (const release of held.splice(0)) release()
    await app.deliver()
    await app.stop()
    await receiver.stop()
  })

  test('leases are renewed by one statement at a time, and a claim waits for the renewal', async () => {
    const app = await startApp({ leaseSeconds: 15 })
    const { receiver, arrived } = await startHoldingFirst()
    const tenant = await app.tenant()
    await tenant.createType('a.b')
    await tenant.createEndpoint(receiver.url, { maxConcurrency: 1 })
    for (let n = 0; n < 2; n++) await tenant.publish('a.b')
    app.worker.nudge()
    const answer = await arrived
    app.clock.advance(16)
    const { promise: isProlonged, resolve } = Promise.withResolvers<() => void>()
    const asked: string[] = []
    const spy = interceptAnswers(async (query, answer) => {
      if (isClaim(query)) asked.push('claim')
      if (!isStatement(query, 'AS mine(id, version)')) return answer
      asked.push('renewal')
      await answer
      // A second renewal would skip the rows that the first has locked until its commit.
      await new Promise<void>((finish) => resolve(finish))
      return answer
    })
    const beating = app.worker.runMaintenance()
    const finishRenewal = await isProlonged
    app.worker.nudge()
    expect((await tenant.deliveries()).map(({ status }) => status).sort()).toEqual(['PENDING', 'SENDING'])
    expect(asked).toEqual(['renewal'])
    spy.mockRestore()
    finishRenewal()
    await beating
    answer()
    await app.deliver()
    expect((await tenant.deliveries()).map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED'])
    expect(receiver.requests).toHaveLength(2)
    await Promise.all([app.stop(), receiver.stop()])
  })
})
