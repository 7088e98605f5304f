import { afterAll, beforeAll, expect, test } from 'vitest'
import { type App, startApp } from '../support/app.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'

// A receiver, or a tenant with many of them, that hangs does not hold up others.
let app: App
let healthy: Receiver
let hanging: Receiver
const held: (() => void)[] = []
beforeAll(async () => {
  app = await startApp()
  healthy = await startReceiver()
  hanging = await startReceiver((_request, response) => held.push(() => response.writeHead(204).end()))
})
afterAll(async () => {
  for (const release of held) release()
  await app.stop()
  await healthy.stop()
  await hanging.stop()
})

test('a tenant whose receivers all hang leaves room for the others, and gets its own when they answer', async () => {
  const slow = await app.tenant()
  await slow.createType('a.b')
  for (let n = 0; n < 5; n++) await slow.createEndpoint(`http://127.0.0.1:${hanging.port}/${n}`)
  const events = Array.from({ length: 100 }, (_, n) => ({ type: 'a.b', data: n }))
  await slow.publishMany(events)
  const done = app.deliver()
  // The harness's worker sends 200 at once; half of them is one organization's.
  await hanging.arrived(80)

  const other = await app.tenant()
  await other.createType('a.b')
  await other.createEndpoint(healthy.url)
  const eventId = await other.publish('a.b')
  app.worker.wake()
  await healthy.arrived(1)
  expect(healthy.requests[0]?.eventId).toBe(eventId)
  expect(hanging.requests.length).toBeLessThanOrEqual(100)
  const perPath = Map.groupBy(hanging.requests, ({ path }) => path)
  for (const requests of perPath.values()) expect(requests.length).toBeLessThanOrEqual(64)

  hanging.respond((_request, response) => response.writeHead(204).end())
  for (const release of held.splice(0)) release()
  await done
  await hanging.arrived(500)
  expect(new Set(hanging.requests.map(({ path, eventId }) => path + eventId)).size).toBe(500)
})

test('an endpoint with a rate gets its requests evenly spaced, whoever sends them (W11)', async () => {
  const tenant = await app.tenant()
  await tenant.createType('a.b')
  const at: number[] = []
  const limited = await startReceiver((_request, response) => {
    at.push(performance.now())
    response.writeHead(204).end()
  })
  await tenant.createEndpoint(limited.url, { rateLimit: 20 })
  const events = Array.from({ length: 5 }, (_, n) => ({ type: 'a.b', data: n }))
  await tenant.publishMany(events)
  await app.deliver()
  expect(at).toHaveLength(5)
  // Four waits of a twentieth of a second each.
  expect(at[4]! - at[0]!).toBeGreaterThan(190)
  await limited.stop()
})
