import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { createRedis, type Redis } from '../../../src/database/redis.ts'
import type { Window } from '../../../src/domain/limits/limit-config.ts'
import { createRedisSlidingWindow } from '../../../src/domain/limits/redis-sliding-window.ts'
import { type Counter, createSlidingWindow, STEPS, widthOf } from '../../../src/domain/limits/sliding-window.ts'

// One suite for both implementations, in the process and in Redis, on a test clock.
const START = Date.UTC(2026, 2, 1, 12)
const time = { now: START }
let redis: Redis
beforeAll(async () => {
  redis = createRedis(inject('redisUrl'))
  await new Promise((resolve) => redis.once('ready', resolve))
})
afterAll(() => redis.disconnect())

const minute = (limit: number): Window => ({ name: 'minute', limit, seconds: 60 })
const hour = (limit: number): Window => ({ name: 'hour', limit, seconds: 3_600 })
const charge = (amount: number, ...windows: Window[]) => windows.map((window) => ({ ...window, amount }))

describe.each([
  ['in the process', () => createSlidingWindow(() => time.now)],
  ['in Redis', () => createRedisSlidingWindow(redis, () => time.now)],
] as [string, () => Counter][])('sliding window %s', (_name, make) => {
  let counter: Counter
  /** Spends 1 repeatedly and returns the number of admitted calls. */
  const spend = async (caller: string, times: number, ...windows: Window[]) => {
    let admitted = 0
    for (let n = 0; n < times; n++) if ((await counter.spend(caller, charge(1, ...windows))).admitted) admitted++
    return admitted
  }
  beforeAll(() => {
    counter = make()
  })

  test('100 concurrent calls count exactly 100, independent of the limit', async () => {
    const caller = randomUUID()
    time.now = START
    const all = await Promise.all(Array.from({ length: 100 }, () => counter.spend(caller, charge(1, minute(60)))))
    expect(all.filter(({ admitted }) => admitted)).toHaveLength(60)
    const [state] = (await counter.spend(caller, charge(0, minute(160)))).windows
    expect(state?.remaining).toBe(100)
  })

  test('a cost that exceeds one window is spent in none', async () => {
    const caller = randomUUID()
    time.now = START
    expect(await spend(caller, 5, minute(100), hour(3))).toBe(3)
    const { windows } = await counter.spend(caller, charge(0, minute(100), hour(3)))
    expect(windows.map(({ remaining }) => remaining)).toEqual([97, 0])
    expect(await counter.spend(caller, charge(98, minute(100)))).toMatchObject({ admitted: false })
    expect(await counter.spend(caller, charge(97, minute(100)))).toMatchObject({ admitted: true })
  })

  test('a window boundary does not allow a second burst', async () => {
    const caller = randomUUID()
    time.now = START + 59_999
    expect(await spend(caller, 100, minute(60))).toBe(60)
    time.now = START + 60_001
    expect(await spend(caller, 100, minute(60))).toBe(0)
    time.now = START + 59_999 + 60_000
    expect(await spend(caller, 100, minute(60))).toBe(0)
    time.now = START + 120_000
    expect(await spend(caller, 100, minute(60))).toBe(60)
  })

  test('a steady caller just under the limit is never rejected', async () => {
    const caller = randomUUID()
    for (let n = 0; n < 600; n++) {
      time.now = START + Math.round(n * (60_000 / 59))
      expect(await spend(caller, 1, minute(60))).toBe(1)
    }
  })

  test('a rejection states when the cost fits, and the cost then fits', async () => {
    const caller = randomUUID()
    time.now = START
    await counter.spend(caller, charge(3, minute(10)))
    time.now = START + 20_000
    await counter.spend(caller, charge(7, minute(10)))
    const one = await counter.spend(caller, charge(1, minute(10)))
    const four = await counter.spend(caller, charge(4, minute(10)))
    expect(one.windows[0]).toMatchObject({ remaining: 0, resetAt: START + 61_000, retryAt: START + 61_000 })
    expect(four.windows[0]).toMatchObject({ resetAt: START + 61_000, retryAt: START + 81_000 })
    time.now = START + 60_999
    expect(await counter.spend(caller, charge(1, minute(10)))).toMatchObject({ admitted: false })
    time.now = START + 81_000
    expect(await counter.spend(caller, charge(4, minute(10)))).toMatchObject({ admitted: true })
  })

  test('a clock that moves back does not restore spent calls', async () => {
    const caller = randomUUID()
    time.now = START
    expect(await spend(caller, 10, minute(10))).toBe(10)
    time.now = START - 3_600_000
    expect(await spend(caller, 10, minute(10))).toBe(0)
    time.now = START + 61_000
    expect(await spend(caller, 10, minute(10))).toBe(10)
  })

  test('no window exceeds its limit, and all figures equal those of a plain list (property)', async () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 40_000 }), fc.integer({ min: 0, max: 9 })), {
      minLength: 1,
      maxLength: 60,
    })
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 20 }), async (calls, limit) => {
        const caller = randomUUID()
        const windows = [minute(limit), hour(limit * 3)]
        const admitted: { at: number; amount: number }[] = []
        let at = START
        for (const [wait, amount] of calls) {
          at += wait
          time.now = at
          const spent = await counter.spend(caller, charge(amount, ...windows))
          const counted = (window: Window) => sumSince(admitted, at, window)
          const fits = windows.every((window) => amount === 0 || counted(window) + amount <= window.limit)
          expect(spent.admitted).toBe(fits)
          if (fits) admitted.push({ at, amount })
          expect(spent.windows.map(({ remaining }) => remaining)).toEqual(
            windows.map((window) => Math.max(0, window.limit - counted(window))),
          )
        }
        for (const { seconds, limit: most } of windows)
          for (const { at: from } of admitted) {
            const inside = admitted.filter((one) => one.at >= from && one.at < from + seconds * 1000)
            expect(inside.reduce((sum, one) => sum + one.amount, 0)).toBeLessThanOrEqual(most)
          }
      }),
      { numRuns: 60, seed: 4 },
    )
  })
})

/** Reference implementation: a step counts until one window after its end. */
function sumSince(admitted: { at: number; amount: number }[], now: number, window: Window): number {
  const step = (at: number) => Math.floor(at / widthOf(window))
  return admitted.filter(({ at }) => step(at) >= step(now) - STEPS).reduce((sum, { amount }) => sum + amount, 0)
}

describe('sliding window', () => {
  test('both implementations give equal results for any calls (property)', async () => {
    const calls = fc.array(
      fc.tuple(
        fc.integer({ min: -5_000, max: 90_000 }),
        fc.integer({ min: 0, max: 12 }),
        fc.integer({ min: 1, max: 30 }),
      ),
      { minLength: 1, maxLength: 50 },
    )
    await fc.assert(
      fc.asyncProperty(calls, async (list) => {
        const caller = randomUUID()
        const [here, there] = [createSlidingWindow(() => time.now), createRedisSlidingWindow(redis, () => time.now)]
        time.now = START
        for (const [wait, amount, limit] of list) {
          time.now += wait
          const charges = charge(amount, minute(limit), hour(limit * 4))
          expect(await here.spend(caller, charges)).toEqual(await there.spend(caller, charges))
        }
      }),
      { numRuns: 60, seed: 7 },
    )
  })
})
