import { describe, expect, test } from 'vitest'
import { createBlockedClaims } from '../../../worker/blocked-claims.ts'
import type { ClaimedDelivery } from '../../../worker/claim.ts'

// Which results make the worker claim again, because they free capacity that blocked the last claim.
const to = (endpoint_id: string) => ({ endpoint_id }) as ClaimedDelivery

/** State after a claim that found one endpoint saturated. */
function afterClaim() {
  const blocked = createBlockedClaims()
  blocked.begin()
  blocked.end({ lacksCapacity: false, saturatedEndpoints: ['saturated'] })
  return blocked
}

describe('blocked claims', () => {
  test('a delivery blocks others when its endpoint is saturated', () => {
    const blocked = afterClaim()
    expect([to('saturated'), to('other')].map(blocked.isBlocking)).toEqual([true, false])
    expect([to('saturated'), to('other')].map(blocked.mayUnblock)).toEqual([true, false])
  })

  test('every delivery blocks others when the worker is at capacity', () => {
    const blocked = afterClaim()
    blocked.end({ lacksCapacity: true, saturatedEndpoints: [] })
    expect([to('saturated'), to('other')].map(blocked.isBlocking)).toEqual([true, true])
  })

  test('a result that is recorded during a claim calls for another claim and is not written early', () => {
    const blocked = afterClaim()
    blocked.begin()
    expect(blocked.mayUnblock(to('other'))).toBe(true)
    expect(blocked.isBlocking(to('other'))).toBe(false)
    blocked.end({ lacksCapacity: false, saturatedEndpoints: [] })
    expect(blocked.mayUnblock(to('other'))).toBe(false)
  })
})
