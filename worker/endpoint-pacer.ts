import { setTimeout as delay } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import type { ClaimedDelivery } from './claim.ts'

/** Maximum endpoints with a rate limit that the pacer remembers. */
const ENDPOINTS = 10_000
/** Spacings above this time are kept by claims alone. */
const REMEMBERED_MS = 60_000

/**
 * Waits for the send time that a claim gave a delivery of a rate-limited endpoint. A stalled worker is late for several
 * of them, and the pacer keeps their spacing as well.
 */
export function createEndpointPacer(): (delivery: ClaimedDelivery) => Promise<void> {
  const last = new LRUCache<string, Promise<number>>({ max: ENDPOINTS, ttl: REMEMBERED_MS })

  return async ({ endpoint_id, send_in, spacing }) => {
    const due = performance.now() + send_in
    const previous = last.get(endpoint_id) ?? Promise.resolve(0)
    const sent = previous.then(async (at) => {
      const wait = Math.max(due, at + spacing) - performance.now()
      if (wait > 0) await delay(wait)
      return performance.now()
    })
    last.set(endpoint_id, sent)
    await sent
  }
}
