import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../../src/lib/clock.ts'
import { type App, startApp } from '../../support/app.ts'
import { startReceiver } from '../../support/receiver.ts'
import { interceptAnswers, isClaim } from '../../support/statements.ts'

// A retry is sent when due, without a notification. The poll of the safety net comes much later than these tests end.
let app: App
const receiver = await startReceiver()
beforeAll(async () => {
  app = await startApp({ clock: systemClock })
})
afterAll(async () => {
  await app.stop()
  await receiver.stop()
})

async function setUp() {
  const tenant = await app.tenant()
  await tenant.createType('a.b')
  await tenant.createEndpoint(receiver.url, { retryPolicy: { maxAttempts: 2, backoffSeconds: [1] } })
  return tenant
}

describe('due retry', () => {
  test('a retry that is recorded while a claim is answered is sent when due', async () => {
    const tenant = await setUp()
    const { promise: arrived, resolve } = Promise.withResolvers<() => void>()
    receiver.respond((_request, response) => resolve(() => response.writeHead(500).end()))
    app.worker.start()
    await tenant.publish('a.b')
    const fail = await arrived
    receiver.respond((_request, response) => response.writeHead(204).end())
    const isRecorded = async () => (await tenant.deliveries())[0]?.attempts.length === 1
    // The claim looked for the next retry before this retry was recorded, and its answer arrives late.
    const spy = interceptAnswers(async (query, answer) => {
      if (!isClaim(query)) return answer
      await answer
      fail()
      await expect.poll(isRecorded).toBe(true)
      return answer
    })
    app.worker.nudge()
    await expect.poll(isRecorded).toBe(true)
    spy.mockRestore()
    await expect.poll(async () => (await tenant.deliveries())[0]?.status, { timeout: 10_000 }).toBe('SUCCEEDED')
  }, 20_000)

  test('a retry that became due between the start of a claim and its look for the next retry is sent at once', async () => {
    const tenant = await setUp()
    await tenant.createEndpoint(receiver.url)
    const ids = [await tenant.publish('a.b'), await tenant.publish('a.b')]
    await app.worker.idle()
    // Two retries of another worker, due shortly after each other: the second is due while the first is claimed.
    await app.database.pool.query(
      `UPDATE deliveries SET status = 'RETRYING', next_attempt_at = now() + interval '300 ms' * row
        FROM (SELECT id, row_number() OVER (ORDER BY id) AS row FROM deliveries WHERE event_id = ANY($1)) d
        WHERE d.id = deliveries.id`,
      [ids],
    )
    const spy = interceptAnswers(async (query, answer) => {
      if (!isClaim(query)) return answer
      await answer
      // Longer than the retries lie apart.
      const isDue = async () =>
        (await app.database.pool.query('SELECT now() >= max(next_attempt_at) AS due FROM deliveries')).rows[0].due !==
        false
      await expect.poll(isDue).toBe(true)
      return answer
    })
    app.worker.nudge()
    const open = async () => (await tenant.deliveries()).filter(({ status }) => status !== 'SUCCEEDED').length
    await expect.poll(open, { timeout: 10_000 }).toBe(0)
    spy.mockRestore()
  }, 20_000)
})
