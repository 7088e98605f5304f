import { describe, expect, test } from 'vitest'
import { createLocalBus } from '../../../src/bus/bus.ts'
import { ALL, subscribeToChanges } from '../../../src/live/change-notifier.ts'

// A notification says that something changed. The initial value is looked up after the listener is in place.

/** A bus that counts its listeners. */
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

describe('change notifier', () => {
  test('a change during the initial look-up is delivered to the subscriber', async () => {
    const { bus } = countingBus()
    const first = async () => {
      bus.publish('c', ['b'])
      return 'a'
    }
    const hints = await subscribeToChanges(bus, 'c', { first })
    const heard = [await hints.next(), await hints.next()].map(({ value }) => value?.message)
    expect(heard.sort()).toEqual(['a', 'b'])
    hints.close()
  })

  test('an initial look-up without a value sends no notification', async () => {
    const { bus } = countingBus()
    const hints = await subscribeToChanges(bus, 'c', { first: async () => null })
    bus.publish('c', [])
    bus.publish('c', ['later'])
    expect((await hints.next()).value?.message).toBe('later')
    hints.close()
  })

  test('the bus listener is removed when the initial look-up fails and when the subscriber closes', async () => {
    const { bus, about } = countingBus()
    let closed = 0
    const onClose = () => void closed++
    const away = async () => Promise.reject(new Error('away'))
    await expect(subscribeToChanges(bus, 'c', { first: away, onClose })).rejects.toThrow('away')
    expect({ ...about, closed }).toEqual({ listeners: 0, closed: 1 })
    const hints = await subscribeToChanges(bus, 'c', { first: async () => ALL, onClose })
    expect(about.listeners).toBe(1)
    hints.close()
    expect({ ...about, closed }).toEqual({ listeners: 0, closed: 2 })
  })
})
