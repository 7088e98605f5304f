import { describe, expect, test } from 'vitest'
import type { Result } from '../../../worker/attempt-outcome.ts'
import { createBlockedClaims } from '../../../worker/blocked-claims.ts'
import type { ClaimedDelivery } from '../../../worker/claim.ts'

// Which results make the worker claim again, because they free capacity that blocked the last claim.
const of = (endpoint_id: string) => ({ delivery: { endpoint_id } as ClaimedDelivery }) as Result
const FOUND = { full: ['full'], lacksRoom: false }

/** State after a claim that found one endpoint saturated. */
function looked() {
  const awaited = createBlockedClaims()
  awaited.looking()
  awaited.looked(FOUND)
  return awaited
}

describe('blocked claims', () => {
  test('a result is awaited when its endpoint is saturated, and at every endpoint when the worker is at capacity', () => {
    const awaited = looked()
    expect([of('full'), of('other')].map(({ delivery }) => awaited.isAwaited(delivery))).toEqual([true, false])
    expect(awaited.settled([of('other')])).toBe(false)
    expect(awaited.settled([of('other'), of('full')])).toBe(true)
    awaited.noRoom()
    expect(awaited.settled([of('other')])).toBe(true)
  })

  test('a claim that was sent after a result was written needs no further claim', () => {
    const awaited = looked()
    awaited.settling([of('full')])
    awaited.looking()
    expect(awaited.settled([of('full')])).toBe(false)
    expect(awaited.looked(FOUND)).toBe(false)
  })

  test('a claim that was sent before a result was written is followed by another one', () => {
    const awaited = looked()
    awaited.looking()
    awaited.settling([of('full')])
    expect(awaited.settled([of('full')])).toBe(true)
    // The endpoint that the claim found saturated has capacity again.
    expect(awaited.looked(FOUND)).toBe(true)
  })

  test('each result needs a claim of its own', () => {
    const awaited = looked()
    awaited.settling([of('full')])
    awaited.looking()
    awaited.settled([of('full')])
    awaited.looked(FOUND)
    expect(awaited.settled([of('full')])).toBe(true)
  })

  test('a result that was written in another way, or was not awaited, is followed by a claim', () => {
    const awaited = looked()
    expect(awaited.settling([of('full')])).toBe(true)
    awaited.looking()
    awaited.unseen()
    expect(awaited.settled([of('full')])).toBe(true)
    awaited.settling([of('full')])
    expect(awaited.settling([of('other')])).toBe(false)
    awaited.looking()
    expect(awaited.settled([of('full')])).toBe(true)
  })

  test('a claim that took nothing because the worker was at capacity is followed by another one', () => {
    const awaited = looked()
    awaited.settling([of('full')])
    awaited.looking()
    awaited.looked({ full: [], lacksRoom: false })
    awaited.noRoom()
    expect(awaited.settled([of('other')])).toBe(true)
  })
})
