import { describe, expect, test } from 'vitest'
import { createListeners, type LiveBus } from '../../../src/bus/bus.ts'
import { createCache, type SharedLevel } from '../../../src/bus/cache.ts'

interface Item {
  owner: string
  version: number
}

/** A cache of items; the test answers its loads. */
async function start(options: { sharedLevel?: SharedLevel<Item | null | undefined>; listens?: boolean } = {}) {
  const listeners = createListeners()
  const state = { status: 'ok' as 'ok' | 'degraded', ms: 0 }
  const loads: PromiseWithResolvers<Item | null | undefined>[] = []
  const bus: LiveBus = {
    publish: (channel, messages) => listeners.tell(channel, { messages }),
    subscribe: async (channel, listener) => {
      listeners.add(channel, listener)
      return () => {}
    },
    status: () => state.status,
    onStatus: () => () => {},
    stop: async () => {},
  }
  const cache = createCache<Item | null | undefined>({
    bus,
    channel: 'items',
    load: () => {
      const load = Promise.withResolvers<Item | null | undefined>()
      loads.push(load)
      return load.promise
    },
    ownerOf: (key) => key.charAt(0),
    maxEntries: 100,
    now: () => state.ms,
    ...(options.sharedLevel && { sharedLevel: options.sharedLevel }),
  })
  if (options.listens !== false) await cache.start()
  /** Gets a key and answers its load, if there is one. */
  const get = async (key: string, value: Item | null | undefined) => {
    const count = loads.length
    const found = cache.get(key)
    await new Promise(setImmediate)
    if (loads.length > count) loads.at(-1)!.resolve(value)
    return found
  }
  return { cache, bus, listeners, state, loads, get }
}

const item = (version: number): Item => ({ owner: 'a', version })

describe('cache', () => {
  test('concurrent calls share one load, and the loaded value is cached', async () => {
    const { cache, loads, get } = await start()
    const all = [cache.get('a1'), cache.get('a1')]
    await new Promise(setImmediate)
    loads[0]!.resolve(item(1))
    expect(await Promise.all(all)).toEqual([item(1), item(1)])
    expect(await get('a1', item(2))).toEqual(item(1))
    expect(loads).toHaveLength(1)
  })

  test('null is cached until its owner changes, and undefined is neither cached nor shared', async () => {
    const { bus, cache, get, loads } = await start()
    expect(await get('a1', null)).toBeNull()
    expect(await get('a1', item(1))).toBeNull()
    bus.publish('items', ['a'])
    expect(await get('a1', item(2))).toEqual(item(2))
    const both = [cache.get('b1'), cache.get('b1')]
    await new Promise(setImmediate)
    loads.at(-1)!.resolve(undefined)
    await new Promise(setImmediate)
    loads.at(-1)!.resolve(item(3))
    expect(await Promise.all(both)).toEqual([undefined, item(3)])
  })

  test('a load that began before a change of its owner is neither cached nor shared', async () => {
    const { bus, cache, loads, get } = await start()
    const early = cache.get('a1')
    await new Promise(setImmediate)
    bus.publish('items', ['a'])
    const late = cache.get('a1')
    await new Promise(setImmediate)
    loads[1]!.resolve(item(2))
    expect(await late).toEqual(item(2))
    loads[0]!.resolve(item(1))
    expect(await early).toEqual(item(1))
    expect(await get('a1', item(3))).toEqual(item(2))
  })

  test('a gap evicts every entry, and other messages evict none', async () => {
    const { bus, listeners, get } = await start()
    await get('a1', item(1))
    bus.publish('items', [null, 1, {}, 'b'])
    expect(await get('a1', item(2))).toEqual(item(1))
    listeners.tell('items', { messages: [], gap: true })
    expect(await get('a1', item(2))).toEqual(item(2))
  })

  test('an entry expires after ten seconds, or after one second while the bus is degraded', async () => {
    const { state, get } = await start()
    await get('a1', item(1))
    state.ms = 9_999
    expect(await get('a1', item(2))).toEqual(item(1))
    state.ms = 10_000
    expect(await get('a1', item(2))).toEqual(item(2))
    state.status = 'degraded'
    state.ms = 11_000
    expect(await get('a1', item(3))).toEqual(item(3))
  })

  test('nothing is cached before changes are heard', async () => {
    const { get } = await start({ listens: false })
    await get('a1', item(1))
    expect(await get('a1', item(2))).toEqual(item(2))
  })

  test('a shared entry is not used for ten seconds after a change of its owner', async () => {
    const sharedLevel = { get: async () => ({ value: item(1), freshMs: 5_000 }), put: async () => {} }
    const { bus, state, get } = await start({ sharedLevel })
    expect(await get('a1', item(2))).toEqual(item(1))
    bus.publish('items', ['a'])
    expect(await get('a1', item(2))).toEqual(item(2))
    state.ms = 9_999
    bus.publish('items', ['a'])
    expect(await get('a1', item(3))).toEqual(item(3))
    state.ms = 20_000
    expect(await get('a1', item(4))).toEqual(item(1))
  })
})
