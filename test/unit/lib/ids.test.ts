import { describe, expect, test } from 'vitest'
import { createIds } from '../../../src/lib/ids.ts'
import { createTestClock } from '../../support/clock.ts'

describe('ids', () => {
  test('ids sort by creation time, also within a millisecond and when the clock moves back', () => {
    const clock = createTestClock()
    const makeId = createIds(clock)
    const ids = Array.from({ length: 1_000 }, (_, count) => {
      if (count === 400) clock.advance(-60)
      if (count === 700) clock.advance(120)
      return makeId('evt')
    })
    expect(ids).toEqual([...ids].sort())
    expect(new Set(ids).size).toBe(1_000)
    expect(ids[0]).toMatch(/^evt_[0-9a-z]{26}$/)
  })
})
