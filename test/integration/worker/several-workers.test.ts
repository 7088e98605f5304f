import { monitorEventLoopDelay } from 'node:perf_hooks'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../../src/lib/clock.ts'
import { type App, startApp } from '../../support/app.ts'
import { startReceiver } from '../../support/receiver.ts'

// The limits of an endpoint hold over all workers, counted at the receiver.
const apps: App[] = []
beforeAll(async () => {
  apps.push(await startApp({ clock: systemClock }))
  const databaseUrl = apps[0]!.database.url
  while (apps.length < 3) apps.push(await startApp({ clock: systemClock, databaseUrl }))
  for (const app of apps) app.worker.start()
})
afterAll(async () => {
  for (const app of apps.reverse()) await app.stop()
})

async function publish(url: string, count: number, bounds: Record<string, unknown>) {
  const tenant = await apps[0]!.tenant()
  await tenant.createType('a.b')
  await tenant.createEndpoint(url, bounds)
  const events = Array.from({ length: count }, (_, n) => ({ type: 'a.b', data: n }))
  await tenant.publishMany(events)
}

describe('several workers', () => {
  test('three workers together respect and use a max concurrency of 3', async () => {
    let open = 0
    let most = 0
    const receiver = await startReceiver((_request, response) => {
      most = Math.max(most, ++open)
      response.on('close', () => open--)
      // Responds after the other requests of this turn have had time to arrive.
      setImmediate(() => setImmediate(() => response.writeHead(204).end()))
    })
    await publish(receiver.url, 150, { maxConcurrency: 3 })
    await receiver.arrived(150)
    expect(most).toBeLessThanOrEqual(3)
    expect(most).toBeGreaterThan(1)
    await receiver.stop()
  })

  test('three workers together respect a rate limit of 20 requests per second', async () => {
    const at: number[] = []
    const receiver = await startReceiver((_request, response) => {
      at.push(performance.now())
      response.writeHead(204).end()
    })
    const stalls = monitorEventLoopDelay()
    stalls.enable()
    await publish(receiver.url, 60, { rateLimit: 20 })
    await receiver.arrived(60)
    stalls.disable()
    // Workers and receiver share one process, so requests that fall due during a stall arrive together afterwards.
    const second = 1_000 - stalls.max / 1e6
    const inTheSecondFrom = (from: number) => at.filter((time) => time >= from && time < from + second).length
    expect(Math.max(...at.map(inTheSecondFrom))).toBeLessThanOrEqual(20)
    // The rate is used: 60 requests take three seconds, not many more.
    expect(at.at(-1)! - at[0]!).toBeLessThan(6_000)
    await receiver.stop()
  })
})
