import { describe, expect, test, vi } from 'vitest'
import { systemClock } from '../../../src/lib/clock.ts'
import { startApp } from '../../support/app.ts'
import { startReceiver } from '../../support/receiver.ts'
import { isStatement } from '../../support/statements.ts'

describe('poll timer', () => {
  test('a retry that is recorded while the next due time is read is sent when due', async () => {
    const app = await startApp({ clock: systemClock })
    const receiver = await startReceiver((_request, response) => response.writeHead(500).end())
    const tenant = await app.tenant()
    await tenant.createType('a.b')
    await tenant.createEndpoint(receiver.url, { retryPolicy: { maxAttempts: 2, backoffSeconds: [1] } })

    const { pool } = app.database
    const query = pool.query.bind(pool) as (...args: unknown[]) => Promise<unknown>
    const isSettled = async () => (await tenant.deliveries())[0]?.attempts.length === 1
    let asked = 0
    vi.spyOn(pool, 'query').mockImplementation(async (...args: unknown[]) => {
      const answer = await query(...args)
      // The query read the time before the retry was recorded, and its answer arrives late.
      if (
        isStatement(args[0], "status = 'RETRYING' AND next_attempt_at >") &&
        receiver.requests.length > 0 &&
        asked++ === 0
      )
        await expect.poll(isSettled).toBe(true)
      return answer
    })
    receiver.respond((_request, response) => {
      receiver.respond((_again, response) => response.writeHead(204).end())
      response.writeHead(500).end()
    })
    await tenant.publish('a.b')
    app.worker.start()
    await receiver.arrived(2)
    await app.worker.idle()
    expect(await tenant.deliveries()).toMatchObject([{ status: 'SUCCEEDED', attemptCount: 2 }])
    vi.restoreAllMocks()
    await app.stop()
    await receiver.stop()
  }, 20_000)
})
