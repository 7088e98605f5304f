import v8 from 'node:v8'
import vm from 'node:vm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Client } from '../support/api.ts'
import { type App, startApp } from '../support/app.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'

// What a delivery made must not outlive it until all garbage is collected, or small collections copy it, and deliveries wait
// meanwhile (W11). One old thing is enough that refers to what is new: a table that a Set has outgrown, an entry of
// a WeakMap, a function that V8 takes for a method (prisma/prepared.ts).
v8.setFlagsFromString('--expose-gc')
const collectGarbage: (options: { type: 'minor' }) => void = vm.runInNewContext('gc')
const EVENTS = 400

let app: App
let tenant: Client
let receiver: Receiver
beforeAll(async () => {
  app = await startApp()
  tenant = await app.tenant()
  receiver = await startReceiver()
  await tenant.createType('a.b')
  await tenant.createEndpoint(receiver.url)
})
afterAll(async () => {
  await app.stop()
  await receiver.stop()
})

/** Bytes in use after a batch of deliveries and small collections. */
async function usedAfterBatch(): Promise<number> {
  await tenant.publishMany(Array.from({ length: EVENTS }, () => ({ type: 'a.b', data: {} })))
  await app.deliver()
  expect(receiver.requests.splice(0)).toHaveLength(EVENTS)
  // Who survives two is moved out of reach of the next.
  for (let n = 0; n < 3; n++) collectGarbage({ type: 'minor' })
  return process.memoryUsage().heapUsed
}

test('what a delivery made is let go with its result', async () => {
  await usedAfterBatch()
  const before = await usedAfterBatch()
  // With its publishing and its receiving, which leave something too.
  expect((await usedAfterBatch()) - before).toBeLessThan(EVENTS * 3_000)
})
