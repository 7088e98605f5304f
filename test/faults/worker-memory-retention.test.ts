import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Client } from '../support/api.ts'
import { type App, startApp } from '../support/app.ts'
import { usedAfterSmallCollections } from '../support/garbage.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'

// What a delivery made must not outlive it until all garbage is collected, or small collections copy it, and deliveries wait
// meanwhile (W11). One old thing is enough that refers to what is new: a table that a Set has outgrown, an entry of
// a WeakMap, a function that V8 takes for a method (src/database/prepared.ts).
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
  return usedAfterSmallCollections()
}

test('what a delivery made is let go with its result', async () => {
  await usedAfterBatch()
  const before = await usedAfterBatch()
  // With its publishing and its receiving, which leave something too.
  expect((await usedAfterBatch()) - before).toBeLessThan(EVENTS * 3_000)
})
