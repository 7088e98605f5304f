import type { Clock } from '../src/clock.ts'
import type { ClaimedRow } from './claim.ts'

/** Requests to one endpoint at once, from one worker. */
export const PER_ENDPOINT = 64

/** What a worker holds, and how much more each endpoint may be given: within its concurrency and its rate. */
export function createInFlight(clock: Clock) {
  const held = new Map<string, ClaimedRow>()
  const perEndpoint = new Map<string, number>()
  const perOrganization = new Map<string, number>()
  /** Buckets of limited endpoints that are not full: as many as were sent to within the last second or so. */
  const rates = new Map<string, { perSecond: number; tokens: number; at: number }>()

  /** Whole deliveries that an endpoint's rate allows now. */
  function tokens(endpointId: string): number {
    const rate = rates.get(endpointId)
    if (rate === undefined) return Number.POSITIVE_INFINITY
    const now = clock.now().getTime()
    const gained = (Math.max(0, now - rate.at) / 1000) * rate.perSecond
    rate.tokens = Math.min(rate.perSecond, rate.tokens + gained)
    rate.at = now
    return Math.floor(rate.tokens)
  }

  return {
    get size() {
      return held.size
    },
    values: () => [...held.values()],

    add(delivery: ClaimedRow): void {
      const { endpoint_id: endpointId, rate_limit: perSecond } = delivery
      held.set(key(delivery), delivery)
      count(perEndpoint, endpointId, 1)
      count(perOrganization, delivery.organization_id, 1)
      if (perSecond === null) {
        rates.delete(endpointId)
        return
      }
      if (rates.get(endpointId)?.perSecond !== perSecond)
        rates.set(endpointId, { perSecond, tokens: perSecond, at: clock.now().getTime() })
      rates.get(endpointId)!.tokens -= 1
    },

    remove(delivery: ClaimedRow): void {
      if (!held.delete(key(delivery))) return
      count(perEndpoint, delivery.endpoint_id, -1)
      count(perOrganization, delivery.organization_id, -1)
    },

    /** What each organization holds. */
    shares: (): ReadonlyMap<string, number> => perOrganization,

    /** What each endpoint may still be given; one that is not named may have `PER_ENDPOINT`. */
    quotas(): Map<string, number> {
      const quotas = new Map<string, number>()
      for (const [endpointId, count] of perEndpoint) quotas.set(endpointId, PER_ENDPOINT - count)
      for (const [endpointId, { perSecond }] of rates) {
        const free = quotas.get(endpointId) ?? PER_ENDPOINT
        const have = tokens(endpointId)
        if (have < perSecond) quotas.set(endpointId, Math.max(0, Math.min(free, have)))
        else rates.delete(endpointId)
      }
      return quotas
    },

    /** Milliseconds until some endpoint that its rate holds back may have one more; undefined when none is. */
    nextToken(): number | undefined {
      let soonest: number | undefined
      for (const [endpointId, rate] of rates) {
        if (tokens(endpointId) >= 1) continue
        const wait = ((1 - rate.tokens) / rate.perSecond) * 1000
        soonest = Math.min(soonest ?? wait, wait)
      }
      return soonest
    },
  }
}

function count(counts: Map<string, number>, key: string, by: number): void {
  const now = (counts.get(key) ?? 0) + by
  if (now === 0) counts.delete(key)
  else counts.set(key, now)
}

/** A late claim of the same delivery is another thing to hold. */
const key = (delivery: ClaimedRow) => `${delivery.id} ${delivery.version}`
