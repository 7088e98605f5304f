import { setTimeout as delay } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import type { Claimed } from './claim.ts'

/** Endpoints with a rate that are remembered. */
const ENDPOINTS = 10_000
/** A rate of less than one in this time is kept by the claims alone. */
const REMEMBERED_MS = 60_000

/**
 * Waits for the moment that a claim gave a delivery to an endpoint with a rate. A worker that was busy, or paused, is late for
 * several of them; the distance between two is kept then, too.
 */
export function createPace(): (delivery: Claimed) => Promise<void> {
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
