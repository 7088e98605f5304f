import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BusMessage } from '../../src/bus/bus.ts'
import { createRedisBus } from '../../src/bus/redis-bus.ts'
import { type App, silentLog } from '../support/app.ts'
import { type Nodes, startNodes } from '../support/nodes.ts'
import { startReceiver } from '../support/receiver.ts'
import type { TestRedis } from '../support/redis.ts'
import { watchSocket } from '../support/watch.ts'

// Two API nodes and a worker share one stream of changes, and deliveries go on while Redis is away.
let redis: TestRedis
let first: App
let second: App
let nodes: Nodes
const receiver = await startReceiver()
const UPDATES = 'subscription { deliveryUpdates { gap delivery { status } } }'
const STATUS = 'subscription { liveStatus { degraded } }'

beforeAll(async () => {
  nodes = await startNodes()
  ;({ redis, first, second } = nodes)
})
afterAll(async () => {
  await nodes.stop()
  await receiver.stop()
})

describe('Redis away', () => {
  test('both nodes send every change, deliveries go on without Redis, and liveStatus reports the degraded state', async () => {
    const tenant = await first.tenant()
    await tenant.createType('a.b')
    await tenant.createEndpoint(receiver.url)
    const status = watchSocket(second.url, tenant.key, STATUS)
    const degraded = (wanted: boolean) => status.until((messages) => messages.at(-1)?.liveStatus.degraded === wanted)
    await degraded(false)
    const watches = [first, second].map((app) => watchSocket(app.url, tenant.key, UPDATES))
    while (first.services.subscriptions.count() < 1 || second.services.subscriptions.count() < 2)
      await new Promise(setImmediate)
    await subscriptionsInPlace()

    await tenant.publish('a.b')
    await first.deliver()
    for (const watch of watches) await watch.until((messages) => messages.length >= 3)
    for (const { messages } of watches)
      expect(messages.map(({ deliveryUpdates }) => deliveryUpdates.delivery.status)).toEqual([
        'PENDING',
        'SENDING',
        'SUCCEEDED',
      ])

    await redis.kill()
    await degraded(true)
    expect(await (await fetch(`${second.url}/readyz`)).json()).toEqual({
      status: 'ok',
      database: 'ok',
      live: 'degraded',
    })
    await tenant.publish('a.b')
    await first.deliver()
    expect(receiver.requests).toHaveLength(2)
    expect((await tenant.deliveries()).map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED'])

    await redis.restart()
    await degraded(false)
    await subscriptionsInPlace()
    await tenant.publish('a.b')
    await first.deliver()
    const [, other] = watches
    await other?.until((messages) => messages.length >= 9)
    // Changes made meanwhile are read from the delivery log, so none is missed and none is repeated.
    expect(other?.messages.slice(3).map(({ deliveryUpdates: { gap, delivery } }) => [gap, delivery.status])).toEqual(
      ['PENDING', 'SENDING', 'SUCCEEDED', 'PENDING', 'SENDING', 'SUCCEEDED'].map((state) => [false, state]),
    )
    for (const watch of [...watches, status]) watch.stop()
  })

  /** Resolves when messages of each node reach the other node. */
  async function subscriptionsInPlace(): Promise<void> {
    for (const [from, to] of [
      [first, second],
      [second, first],
    ] as const) {
      let heard = false
      const stop = await to.bus.subscribe('fence', () => {
        heard = true
      })
      while (!heard) {
        from.bus.publish('fence', [1])
        await new Promise((resolve) => setImmediate(resolve))
      }
      stop()
    }
  }

  test('a bus that starts while Redis is available never reports degraded', async () => {
    const states: string[] = []
    const buses = Array.from({ length: 20 }, () => createRedisBus({ url: redis.url, log: silentLog }))
    for (const bus of buses) bus.onStatus((status) => states.push(status))
    while (buses.some((bus) => bus.status() !== 'ok')) await new Promise(setImmediate)
    expect(states).toEqual(buses.map(() => 'ok'))
    await Promise.all(buses.map((bus) => bus.stop()))
  })

  test('the next message reports a gap when only the publishing node lost Redis', async () => {
    const heard: BusMessage[] = []
    const stop = await second.bus.subscribe('one-sided', (entry) => heard.push(entry))
    const client = new Redis(redis.url)
    const changed = (wanted: string) =>
      new Promise<void>((resolve) => {
        const off = first.bus.onStatus((status) => {
          if (status !== wanted) return
          off()
          resolve()
        })
      })
    const lost = changed('degraded')
    // Kills publishing connections only, because subscribing connections have another type.
    await client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    await lost
    const back = changed('ok')
    first.bus.publish('one-sided', ['lost'])
    await back
    first.bus.publish('one-sided', ['after'])
    await expect.poll(() => heard.length).toBe(1)
    expect(heard).toEqual([{ messages: ['after'], gap: true }])
    first.bus.publish('one-sided', ['later'])
    await expect.poll(() => heard.length).toBe(2)
    expect(heard[1]).toEqual({ messages: ['later'], gap: false })
    client.disconnect()
    stop()
  })
})
