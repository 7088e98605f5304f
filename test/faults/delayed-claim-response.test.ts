import { describe, expect, test } from 'vitest'
import { startApp } from '../support/app.ts'
import { startReceiver } from '../support/receiver.ts'
import { interceptAnswers, isClaim } from '../support/statements.ts'

// A worker or its database stalls while the response to a claim is in transit.
const LEASE_SECONDS = 15

describe('delayed response to a claim', () => {
  /** Claims one delivery and holds the response back until `sendResponse` is called. */
  async function startClaiming() {
    const app = await startApp({ leaseSeconds: LEASE_SECONDS })
    const held: (() => void)[] = []
    const receiver = await startReceiver((_request, response) => held.push(() => response.writeHead(204).end()))
    const tenant = await app.tenant()
    await tenant.createType('a.b')
    await tenant.createEndpoint(receiver.url, { maxConcurrency: 1 })
    await tenant.publish('a.b')
    const { promise: isClaimed, resolve } = Promise.withResolvers<() => void>()
    const spy = interceptAnswers(async (query, answer) => {
      if (!isClaim(query)) return answer
      await answer
      await new Promise<void>((respond) => resolve(respond))
      return answer
    })
    app.worker.nudge()
    const sendResponse = await isClaimed
    spy.mockRestore()
    return {
      app,
      sendResponse,
      receiver,
      async answer() {
        receiver.respond((_request, response) => response.writeHead(204).end())
        for (const release of held.splice(0)) release()
        await app.deliver()
        expect((await tenant.deliveries()).map(({ status }) => status)).toEqual(['SUCCEEDED'])
        await Promise.all([app.stop(), receiver.stop()])
      },
    }
  }

  test('a delivery with a valid lease is sent after its lease is renewed', async () => {
    const { app, sendResponse, receiver, answer } = await startClaiming()
    app.clock.advance(LEASE_SECONDS - 1)
    sendResponse()
    await receiver.arrived(1)
    const { rows } = await app.database.pool.query('SELECT lease_until FROM deliveries')
    expect(rows[0].lease_until.getTime() - app.clock.now().getTime()).toBe(LEASE_SECONDS * 1000)
    await answer()
    expect(receiver.requests).toHaveLength(1)
  })

  test('a delivery that another worker reclaimed is not sent', async () => {
    const { app, sendResponse, receiver, answer } = await startClaiming()
    app.clock.advance(LEASE_SECONDS + 1)
    await app.worker.runMaintenance()
    sendResponse()
    await receiver.arrived(1)
    await answer()
    expect(receiver.requests).toHaveLength(1)
  })

  test('a delivery with an expired lease is not sent before the delivery returns to the queue', async () => {
    const { app, sendResponse, receiver, answer } = await startClaiming()
    app.clock.advance(LEASE_SECONDS + 1)
    sendResponse()
    await app.worker.idle()
    expect(receiver.requests).toHaveLength(0)
    await app.worker.runMaintenance()
    await answer()
    expect(receiver.requests).toHaveLength(1)
  })
})

describe('scheduled send time', () => {
  test('a delivery with a later send time is sent on time by the worker that reclaims it', async () => {
    const app = await startApp({ leaseSeconds: LEASE_SECONDS })
    const receiver = await startReceiver()
    const tenant = await app.tenant()
    await tenant.createType('a.b')
    // Both send times lie within the half second that one claim assigns.
    await tenant.createEndpoint(receiver.url, { rateLimit: 3 })
    for (let n = 0; n < 2; n++) await tenant.publish('a.b')
    app.worker.nudge()
    await receiver.arrived(1)
    app.clock.advance(LEASE_SECONDS - 1)
    await app.worker.idle()
    expect(receiver.requests).toHaveLength(1)
    app.clock.advance(2)
    await app.worker.runMaintenance()
    await app.deliver()
    expect(receiver.requests).toHaveLength(2)
    expect((await tenant.deliveries()).map(({ status, attemptCount }) => [status, attemptCount])).toEqual(
      Array(2).fill(['SUCCEEDED', 1]),
    )
    await Promise.all([app.stop(), receiver.stop()])
  })
})
