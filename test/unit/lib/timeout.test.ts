import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { withTimeout } from '../../../src/lib/timeout.ts'

describe('timeout', () => {
  test('a promise that settles in time decides, and its timer is cleared', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    expect(await withTimeout(Promise.resolve(1), 1_000, 'late')).toBe(1)
    await expect(withTimeout(Promise.reject(new Error('failed')), 1_000, 'late')).rejects.toThrow('failed')
    expect(vi.getTimerCount()).toBe(0)
  })

  test('a promise that is late is given up for the fallback, and a later failure is ignored', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const { promise, reject } = Promise.withResolvers<number>()
    const waiting = withTimeout(promise, 1_000, 'late')
    await vi.advanceTimersByTimeAsync(1_000)
    expect(await waiting).toBe('late')
    reject(new Error('too late'))
    await vi.advanceTimersByTimeAsync(0)
  })
})
