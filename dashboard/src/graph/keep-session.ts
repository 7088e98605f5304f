import { useEffect } from 'react'
import type { Client } from 'urql'
import { documentOf } from './documents.ts'
import { sessionRefresh, sessionUse } from './operations.ts'

/** Interval in which the page looks whether the person acted. */
const LOOK_MS = 60_000
/** Less than half of the shortest time without use that an organization can set, which the server keeps to a minute. */
const USE_MS = 120_000
/** Interval of new tokens: often enough that a stolen one is soon noticed, seldom enough for bad networks. */
const REFRESH_MS = 15 * 60_000

const ACTS = ['pointerdown', 'keydown', 'wheel', 'touchmove'] as const

let actedAt = Date.now()
for (const act of ACTS)
  addEventListener(
    act,
    () => {
      actedAt = Date.now()
    },
    { passive: true, capture: true },
  )

/** True when the person acted on this page within the given time. */
export const actedWithin = (ms: number): boolean => Date.now() - actedAt < ms

/**
 * Keeps the session of a person who acts without sending anything, such as reading a long list. Nothing is sent for a
 * person who is away, so that the session ends on time.
 */
export function useKeepSession(client: Client): void {
  useEffect(() => {
    let usedAt = Date.now()
    let refreshedAt = Date.now()
    async function look() {
      const now = Date.now()
      if (actedAt < usedAt || now - usedAt < USE_MS) return
      usedAt = now
      if (now - refreshedAt >= REFRESH_MS) {
        refreshedAt = now
        // A refresh does not count as use.
        await client.mutation(documentOf(sessionRefresh), {}).toPromise()
      }
      await client.query(documentOf(sessionUse), {}, { requestPolicy: 'network-only' }).toPromise()
    }
    const timer = setInterval(look, LOOK_MS)
    return () => clearInterval(timer)
  }, [client])
}
