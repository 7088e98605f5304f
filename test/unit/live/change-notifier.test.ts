import { expect, test } from 'vitest'
import { createLocalBus } from '../../../src/bus/bus.ts'
import { ALL, subscribeToHints } from '../../../src/live/change-notifier.ts'

// L1, L3: hints say that something changed. What a subscriber begins with is looked up when it hears of changes already.

/** A bus that counts who listens. */
function countingBus() {
  const bus = createLocalBus()
  const about = { listeners: 0 }
  const subscribe: typeof bus.subscribe = async (channel, listener) => {
    const stop = await bus.subscribe(channel, listener)
    about.listeners++
    return () => {
      about.listeners--
      stop()
    }
  }
  return { bus: { ...bus, subscribe }, about }
}

test('a change while the first is looked up is not missed', async () => {
  const { bus } = countingBus()
  const first = async () => {
    bus.publish('c', ['b'])
    return 'a'
  }
  const hints = await subscribeToHints(bus, 'c', { first })
  const heard = [await hints.next(), await hints.next()].map(({ value }) => value?.message)
  expect(heard.sort()).toEqual(['a', 'b'])
  hints.close()
})

test('nothing to begin with is no hint', async () => {
  const { bus } = countingBus()
  const hints = await subscribeToHints(bus, 'c', { first: async () => null })
  bus.publish('c', [])
  bus.publish('c', ['later'])
  expect((await hints.next()).value?.message).toBe('later')
  hints.close()
})

test('a first look-up that fails leaves no listener behind, nor does a subscriber that ends', async () => {
  const { bus, about } = countingBus()
  let closed = 0
  const onClose = () => void closed++
  const away = async () => Promise.reject(new Error('away'))
  await expect(subscribeToHints(bus, 'c', { first: away, onClose })).rejects.toThrow('away')
  expect({ ...about, closed }).toEqual({ listeners: 0, closed: 1 })
  const hints = await subscribeToHints(bus, 'c', { first: async () => ALL, onClose })
  expect(about.listeners).toBe(1)
  hints.close()
  expect({ ...about, closed }).toEqual({ listeners: 0, closed: 2 })
})
