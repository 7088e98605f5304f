import { expect, test } from 'vitest'
import type { Result } from '../../../worker/attempt-outcome.ts'
import { createBlockedClaims } from '../../../worker/blocked-claims.ts'
import type { ClaimedDelivery } from '../../../worker/claim.ts'

// W8, W11: when the queue is looked at again, for the room that what is settled leaves.
const of = (endpoint_id: string) => ({ delivery: { endpoint_id } as ClaimedDelivery }) as Result
const FOUND = { full: ['full'], lacksRoom: false }

/** After a look that found one endpoint full. */
function looked() {
  const awaited = createBlockedClaims()
  awaited.looking()
  awaited.looked(FOUND)
  return awaited
}

test('what is settled at a full endpoint is awaited, and at others only when the worker lacks room', () => {
  const awaited = looked()
  expect([of('full'), of('other')].map(({ delivery }) => awaited.isAwaited(delivery))).toEqual([true, false])
  expect(awaited.settled([of('other')])).toBe(false)
  expect(awaited.settled([of('other'), of('full')])).toBe(true)
  awaited.noRoom()
  expect(awaited.settled([of('other')])).toBe(true)
})

test('what a look that was asked for after the settling has seen needs no other', () => {
  const awaited = looked()
  awaited.settling([of('full')])
  awaited.looking()
  expect(awaited.settled([of('full')])).toBe(false)
  expect(awaited.looked(FOUND)).toBe(false)
})

test('a look that was under way before the settling has not seen it', () => {
  const awaited = looked()
  awaited.looking()
  awaited.settling([of('full')])
  expect(awaited.settled([of('full')])).toBe(true)
  // What it found to be full was settled meanwhile.
  expect(awaited.looked(FOUND)).toBe(true)
})

test('the next settling is not taken for seen because the last one was', () => {
  const awaited = looked()
  awaited.settling([of('full')])
  awaited.looking()
  awaited.settled([of('full')])
  awaited.looked(FOUND)
  expect(awaited.settled([of('full')])).toBe(true)
})

test('what is settled in another way after all, or was not awaited, is seen by no look', () => {
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

test('a look that left everything for want of room has seen nothing of what makes room', () => {
  const awaited = looked()
  awaited.settling([of('full')])
  awaited.looking()
  awaited.looked({ full: [], lacksRoom: false })
  awaited.noRoom()
  expect(awaited.settled([of('other')])).toBe(true)
})
