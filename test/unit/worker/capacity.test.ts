import { expect, test } from 'vitest'
import { BYTES_UNDER_WAY, createInFlight } from '../../../worker/capacity.ts'
import type { Claimed } from '../../../worker/claim.ts'

// W12: what one worker holds is bounded in number, for each organization, and in bytes.
const delivery = (organizationId: string, bytes = 1) =>
  ({ organization_id: organizationId, body: Buffer.alloc(bytes) }) as unknown as Claimed
const many = (count: number, organizationId: string) => Array.from({ length: count }, () => delivery(organizationId))

test('a claim takes at most 500, and less when there is less room', () => {
  const inFlight = createInFlight(2_000)
  expect(inFlight.room()).toEqual({ limit: 500, fullOrganizations: [] })
  for (let n = 0; n < 17; n++) for (const one of many(100, `o${n}`)) inFlight.add(one)
  expect(inFlight.room()).toEqual({ limit: 300, fullOrganizations: [] })
})

test('room for few is not worth a claim while others are in flight', () => {
  const inFlight = createInFlight(100)
  for (let n = 0; n < 10; n++) for (const one of many(9, `o${n}`)) inFlight.add(one)
  expect(inFlight.room()).toBeUndefined()
})

test('an organization has half of it at most, and the others are claimed past it', () => {
  const inFlight = createInFlight(100)
  for (const one of many(50, 'greedy')) inFlight.add(one)
  expect(inFlight.room()).toEqual({ limit: 50, fullOrganizations: ['greedy'] })
})

test('what is answered makes room for a request, and what is settled for a result', () => {
  const inFlight = createInFlight(20)
  const [first, second] = [many(20, 'a'), many(20, 'b')]
  for (const one of first) inFlight.add(one)
  expect(inFlight.room()).toBeUndefined()
  for (const one of first) inFlight.answered(one)
  expect(inFlight.room()?.limit).toBe(10)
  for (const one of second) inFlight.add(one)
  for (const one of second) inFlight.answered(one)
  expect(inFlight.size).toBe(40)
  expect(inFlight.room()).toBeUndefined()
  for (const one of first) inFlight.remove(one)
  expect(inFlight.room()?.limit).toBe(10)
})

test('large bodies are bounded too, of one organization to half, and are let go as soon as they are sent', () => {
  const inFlight = createInFlight(2_000)
  const [one, other] = [delivery('a', BYTES_UNDER_WAY / 2), delivery('b', BYTES_UNDER_WAY / 2)]
  inFlight.add(one)
  expect(inFlight.room()).toEqual({ limit: 500, fullOrganizations: ['a'] })
  inFlight.add(other)
  expect(inFlight.room()).toBeUndefined()
  inFlight.answered(one)
  expect(one.body).toHaveLength(0)
  expect(inFlight.room()).toEqual({ limit: 500, fullOrganizations: ['b'] })
  inFlight.remove(one)
  inFlight.remove(other)
  expect(inFlight.size).toBe(0)
  expect(inFlight.room()).toEqual({ limit: 500, fullOrganizations: [] })
})
