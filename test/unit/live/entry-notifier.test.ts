import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createLocalBus, type LiveBus } from '../../../src/bus/bus.ts'
import { ENTRIES_AT_ONCE, MESSAGES_WAITING, subscribeToEntries } from '../../../src/live/entry-notifier.ts'

// New entries reach a subscriber in bounded messages, and a subscriber that may have missed some learns so.
beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const idsOf = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => `aud_${from + n}`)

/** A local bus that can also report a gap, as the bus over Redis does after a break. */
async function setUp() {
  const bus = createLocalBus()
  const listeners: Parameters<LiveBus['subscribe']>[1][] = []
  const subscribe: LiveBus['subscribe'] = (channel, listener) => {
    listeners.push(listener)
    return bus.subscribe(channel, listener)
  }
  const queue = await subscribeToEntries({ ...bus, subscribe }, 'c')
  return {
    queue,
    write: (...ids: unknown[]) => bus.publish('c', ids),
    lose() {
      for (const listener of listeners) listener({ messages: [], gap: true })
    },
    next: async () => (await queue.next()).value,
  }
}

describe('entry notifier', () => {
  test('the first entry is sent at once, and the entries of the next second together', async () => {
    const { write, next } = await setUp()
    write('aud_1')
    expect(await next()).toEqual({ message: ['aud_1'], gap: false })
    write('aud_2')
    write('aud_3', 'aud_4')
    vi.advanceTimersByTime(1_000)
    expect(await next()).toEqual({ message: ['aud_2', 'aud_3', 'aud_4'], gap: false })
    vi.advanceTimersByTime(1_000)
    write('aud_5')
    expect(await next()).toEqual({ message: ['aud_5'], gap: false })
  })

  test('a gap of the bus is sent without entries, and once', async () => {
    const { write, lose, next } = await setUp()
    lose()
    expect(await next()).toEqual({ message: [], gap: true })
    write('aud_1')
    vi.advanceTimersByTime(1_000)
    expect(await next()).toEqual({ message: ['aud_1'], gap: false })
  })

  test('a message has the last entries of a second that wrote too many, and reports a gap', async () => {
    const { write, next } = await setUp()
    write('aud_first')
    await next()
    for (const id of idsOf(0, 3 * ENTRIES_AT_ONCE)) write(id)
    vi.advanceTimersByTime(1_000)
    expect(await next()).toEqual({ message: idsOf(2 * ENTRIES_AT_ONCE, 3 * ENTRIES_AT_ONCE), gap: true })
  })

  test('a slow subscriber loses its oldest messages and learns so', async () => {
    const { write, next } = await setUp()
    const seconds = 5 * MESSAGES_WAITING
    for (let n = 0; n < seconds; n++) {
      write(`aud_${n}`)
      vi.advanceTimersByTime(1_000)
    }
    const read = []
    for (let n = 0; n < MESSAGES_WAITING; n++) read.push(await next())
    expect(read.map((message) => message?.gap)).toEqual([true, ...Array(MESSAGES_WAITING - 1).fill(false)])
    expect(read.flatMap((message) => message?.message)).toEqual(idsOf(seconds - MESSAGES_WAITING, seconds))
  })

  test('messages of other programs are ignored, and a closed subscriber hears nothing', async () => {
    const { write, next, queue } = await setUp()
    write(null, 7, {}, 'aud_1')
    expect(await next()).toEqual({ message: ['aud_1'], gap: false })
    const waiting = next()
    queue.close()
    write('aud_2')
    expect(await waiting).toBeUndefined()
    expect(vi.getTimerCount()).toBe(0)
  })
})
