import type { Clock } from '../../src/lib/clock.ts'

/** A clock that stands still until `advance` is called. */
export interface TestClock extends Clock {
  advance(seconds: number): void
}

export function createTestClock(start = new Date('2026-03-01T12:00:00Z')): TestClock {
  let now = start.getTime()
  return {
    now: () => new Date(now),
    forQueue: () => new Date(now),
    advance(seconds) {
      now += seconds * 1000
    },
  }
}
