import { describe, expect, test } from 'vitest'
import { BYTES_IN_FLIGHT, createCapacity } from '../../../worker/capacity.ts'
import type { ClaimedDelivery } from '../../../worker/claim.ts'

// One worker holds a bounded number of deliveries and bytes, in total and for each organization.
const delivery = (organizationId: string, bytes = 1) =>
  ({ organization_id: organizationId, body: Buffer.alloc(bytes) }) as unknown as ClaimedDelivery
const many = (count: number, organizationId: string) => Array.from({ length: count }, () => delivery(organizationId))

describe('worker capacity', () => {
  test('a claim takes at most 500 deliveries, and fewer when less capacity is free', () => {
    const inFlight = createCapacity(2_000)
    expect(inFlight.free()).toEqual({ limit: 500, fullOrganizations: [] })
    for (let n = 0; n < 17; n++) for (const one of many(100, `o${n}`)) inFlight.add(one)
    expect(inFlight.free()).toEqual({ limit: 300, fullOrganizations: [] })
  })

  test('a small worker claims beside a request in flight, also for the same organization', () => {
    for (const concurrency of [2, 8, 16, 32]) {
      const inFlight = createCapacity(concurrency)
      inFlight.add(delivery('a'))
      const fullOrganizations = concurrency === 2 ? ['a'] : []
      expect(inFlight.free()).toMatchObject({ fullOrganizations })
    }
  })

  test('a worker does not claim while only a small share of its capacity is free', () => {
    const inFlight = createCapacity(100)
    for (let n = 0; n < 10; n++) for (const one of many(9, `o${n}`)) inFlight.add(one)
    expect(inFlight.free()).toBeUndefined()
  })

  test('an organization holds at most half of the capacity, and claims then exclude it', () => {
    const inFlight = createCapacity(100)
    for (const one of many(50, 'greedy')) inFlight.add(one)
    expect(inFlight.free()).toEqual({ limit: 50, fullOrganizations: ['greedy'] })
  })

  test('a response frees capacity for a request, and a recorded result frees capacity for a result', () => {
    const inFlight = createCapacity(20)
    const [first, second] = [many(20, 'a'), many(20, 'b')]
    for (const one of first) inFlight.add(one)
    expect(inFlight.free()).toBeUndefined()
    for (const one of first) inFlight.markResponded(one)
    expect(inFlight.free()?.limit).toBe(10)
    for (const one of second) inFlight.add(one)
    for (const one of second) inFlight.markResponded(one)
    expect(inFlight.claimed().length).toBe(40)
    expect(inFlight.free()).toBeUndefined()
    for (const one of first) inFlight.remove(one)
    expect(inFlight.free()?.limit).toBe(10)
  })

  test('request bodies are limited in bytes, half of them for one organization, and released after the response', () => {
    const inFlight = createCapacity(2_000)
    const [one, other] = [delivery('a', BYTES_IN_FLIGHT / 2), delivery('b', BYTES_IN_FLIGHT / 2)]
    inFlight.add(one)
    expect(inFlight.free()).toEqual({ limit: 500, fullOrganizations: ['a'] })
    inFlight.add(other)
    expect(inFlight.free()).toBeUndefined()
    inFlight.markResponded(one)
    expect(one.body).toHaveLength(0)
    expect(inFlight.free()).toEqual({ limit: 500, fullOrganizations: ['b'] })
    inFlight.remove(one)
    inFlight.remove(other)
    expect(inFlight.claimed().length).toBe(0)
    expect(inFlight.free()).toEqual({ limit: 500, fullOrganizations: [] })
  })
})
