import { describe, expect, test } from 'vitest'
import { createCheckBudget } from '../../../src/domain/event-types/check-budget.ts'
import { CHECK_MS, runWithDeadline } from '../../../src/domain/event-types/check-deadline.ts'
import { RateLimitedError } from '../../../src/lib/errors.ts'
import { createTestClock } from '../../support/clock.ts'

/** Blocks the event loop, as a check does. */
function block(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}

describe('check budget', () => {
  test('an organization that uses up its minute is refused until the stated time, and no other organization is', () => {
    const clock = createTestClock()
    const budget = createCheckBudget({ clock, organizationMs: 5 })
    budget.open('a').run(() => block(6))
    const seconds = () => {
      try {
        budget.open('a')
        return 0
      } catch (error) {
        return (error as RateLimitedError).retryAfter
      }
    }
    expect(() => budget.open('a')).toThrow(RateLimitedError)
    expect(() => budget.open('a')).toThrow(/Make them simpler\. Try again in \d+ s\./)
    budget.open('b')
    clock.advance(seconds())
    expect(seconds()).toBe(0)
  })

  test('ordinary checks are not counted', () => {
    const budget = createCheckBudget({ clock: createTestClock(), organizationMs: 50 })
    for (let count = 0; count < 10_000; count++) budget.open('a').run(() => {})
    expect(() => budget.open('a')).not.toThrow()
  })

  test('past the share of a turn one event is prepared in each turn, and organizations alternate', async () => {
    const budget = createCheckBudget({ clock: createTestClock() })
    expect(budget.turn('a')).toBeUndefined()
    budget.hold(CHECK_MS)
    const order: string[] = []
    const all = ['a', 'a', 'a', 'b'].map(async (organizationId) => {
      await budget.turn(organizationId)
      order.push(organizationId)
      budget.hold(CHECK_MS)
    })
    for (const count of [1, 2, 3, 4]) {
      await new Promise(setImmediate)
      expect(order).toHaveLength(count)
    }
    await Promise.all(all)
    expect(order).toEqual(['a', 'b', 'a', 'a'])
    await new Promise(setImmediate)
    expect(budget.turn('a')).toBeUndefined()
  })
})

describe('deadline', () => {
  test('work that does not end is ended at the deadline, and the next work runs', () => {
    const began = performance.now()
    const endless = () => {
      for (;;);
    }
    expect(runWithDeadline(endless)).toBeUndefined()
    expect(performance.now() - began).toBeLessThan(20 * CHECK_MS)
    expect(runWithDeadline(() => 'done')).toBe('done')
  })

  test('an error of the work is thrown as it is', () => {
    const error = new RangeError('deep')
    const fail = () => {
      throw error
    }
    expect(() => runWithDeadline(fail)).toThrow(error)
  })
})
