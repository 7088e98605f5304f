import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Client } from '../support/api.ts'
import { type App, startApp } from '../support/app.ts'
import { usedAfterFullCollection } from '../support/garbage.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'

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

/** Bytes in use after a batch of deliveries and a full collection. */
async function usedAfterBatch(): Promise<number> {
  await tenant.publishMany(Array.from({ length: EVENTS }, () => ({ type: 'a.b', data: {} })))
  await app.deliver()
  expect(receiver.requests.splice(0)).toHaveLength(EVENTS)
  return usedAfterFullCollection()
}

describe('memory of a delivery', () => {
  test('the memory of a delivery is released with its result', async () => {
    await usedAfterBatch()
    const before = await usedAfterBatch()
    // The limit includes publishing and receiving, which retain some memory too.
    expect((await usedAfterBatch()) - before).toBeLessThan(EVENTS * 3_000)
  })
})
