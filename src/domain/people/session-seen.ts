import { LRUCache } from 'lru-cache'
import type pg from 'pg'
import type { Clock } from '../../lib/clock.ts'

/** Minimum interval between two writes for one session, in milliseconds. */
const EVERY_MS = 60_000
const SESSIONS_REMEMBERED = 10_000

/** A session that ended by itself meanwhile stays ended. */
const SEEN = `
UPDATE sessions SET seen_at = $2
WHERE id = $1 AND ended_at IS NULL AND seen_at < $2 AND seen_at + make_interval(secs => idle_seconds) > $2`

/** Records when each session was last used by its person, accurate to a minute: its idle time begins there. */
export type SessionSeen = ReturnType<typeof createSessionSeen>

export function createSessionSeen(deps: { pool: pg.Pool; clock: Clock }) {
  const written = new LRUCache<string, number>({ max: SESSIONS_REMEMBERED })
  return {
    touch(sessionId: string): void {
      const now = deps.clock.now()
      if (now.getTime() - (written.get(sessionId) ?? Number.NEGATIVE_INFINITY) < EVERY_MS) return
      written.set(sessionId, now.getTime())
      // Not awaited: a request neither waits for the write nor fails with it. After a failure the next request writes.
      deps.pool.query({ text: SEEN, values: [sessionId, now] }).catch(() => written.delete(sessionId))
    },
  }
}
