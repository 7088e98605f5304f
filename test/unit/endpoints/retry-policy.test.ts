import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  JITTER,
  nextWait,
  parseRetryAfter,
  RETRY_AFTER_AT_MOST,
  RETRY_PRESETS,
  retryPolicyInput,
} from '../../../src/domain/endpoints/retry-policy.ts'

const hour = 3600

describe('retry policy', () => {
  test('the presets equal the documented presets', () => {
    expect(RETRY_PRESETS).toEqual({
      DEFAULT: { maxAttempts: 3, backoffSeconds: [60, 300, 900] },
      EXTENDED: { maxAttempts: 7, backoffSeconds: [60, 300, 900, hour, 6 * hour, 24 * hour] },
      STANDARD_WEBHOOKS: {
        maxAttempts: 10,
        backoffSeconds: [5, 300, 1800, 2 * hour, 5 * hour, 10 * hour, 14 * hour, 20 * hour, 24 * hour],
      },
    })
  })

  const policy = fc.record({
    maxAttempts: fc.integer({ min: 1, max: 50 }),
    backoffSeconds: fc.array(fc.integer({ min: 1, max: 1e6 }), { minLength: 1, maxLength: 50 }),
  })

  test('a retry waits as listed or as the last entry, plus at most 10%, until the attempts are used up (property)', () => {
    fc.assert(
      fc.property(
        policy,
        fc.integer({ min: 1, max: 60 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (policy, attempts, chance) => {
          const wait = nextWait(policy, attempts, undefined, () => chance)
          if (attempts >= policy.maxAttempts) {
            expect(wait).toBeUndefined()
            return
          }
          const planned = policy.backoffSeconds[attempts - 1] ?? policy.backoffSeconds.at(-1)!
          expect(wait).toBeGreaterThanOrEqual(planned)
          expect(wait).toBeLessThanOrEqual(planned * (1 + JITTER))
        },
      ),
      { seed: 1 },
    )
  })

  test('Retry-After lengthens a wait, up to one day, and never shortens a wait (property)', () => {
    fc.assert(
      fc.property(policy, fc.nat({ max: 1e9 }), (policy, asked) => {
        const plain = nextWait(policy, 1, undefined, () => 0)
        const wait = nextWait(policy, 1, asked, () => 0)
        expect(wait).toBe(plain && Math.max(plain, Math.min(asked, RETRY_AFTER_AT_MOST)))
      }),
      { seed: 1 },
    )
  })

  describe('Retry-After header', () => {
    const now = new Date('2026-03-01T12:00:00Z')
    test.each([
      ['120', 120],
      [' 0 ', 0],
      ['Sun, 01 Mar 2026 12:01:30 GMT', 90],
      ['Sun, 01 Mar 2026 11:00:00 GMT', 0],
      ['Sunday, 01-Mar-26 12:00:10 GMT', 10],
      ['-5', undefined],
      ['1.5', undefined],
      ['soon', undefined],
      ['2026', 2026],
      ['2026-03-01T12:00:10Z', undefined],
      [undefined, undefined],
    ])('Retry-After %j parses to %s seconds', (value, seconds) => {
      expect(parseRetryAfter(value, now)).toBe(seconds)
    })
  })

  test.each([
    [{}, RETRY_PRESETS.DEFAULT],
    [{ preset: 'EXTENDED' }, RETRY_PRESETS.EXTENDED],
    [{ backoffSeconds: [1, 2] }, { maxAttempts: 3, backoffSeconds: [1, 2] }],
    [{ maxAttempts: 1 }, { maxAttempts: 1, backoffSeconds: [60, 300, 900] }],
  ])('a retry policy of %j is accepted', (input, policy) => {
    expect(retryPolicyInput.parse(input)).toEqual(policy)
  })

  test.each([
    { preset: 'EXTENDED', maxAttempts: 3 },
    { maxAttempts: 0 },
    { maxAttempts: 51 },
    { backoffSeconds: [] },
    { backoffSeconds: [0] },
    { backoffSeconds: [604_801] },
  ])('a retry policy of %j is rejected', (input) => {
    expect(retryPolicyInput.safeParse(input).success).toBe(false)
  })
})
