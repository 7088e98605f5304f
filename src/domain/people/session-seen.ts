import { LRUCache } from 'lru-cache'
import type pg from 'pg'
import type { Clock } from '../../lib/clock.ts'
import type { Viewer } from './viewer.ts'

/** Minimum interval between two writes for one session in one organization, in milliseconds. */
const EVERY_MS = 60_000
const SESSIONS_REMEMBERED = 10_000

/**
 * The last use of a session, of a membership, and the organization in which the next session begins. A session that
 * ended by itself meanwhile stays ended, and people of the operator are members of their own organization only.
 */
const SEEN = `
WITH member AS (
  UPDATE members SET last_seen_at = $2 WHERE organization_id = $3 AND person_id = $4 RETURNING person_id
), person AS (
  UPDATE persons SET last_organization_id = $3 FROM member
  WHERE persons.id = member.person_id AND last_organization_id IS DISTINCT FROM $3
)
UPDATE sessions SET seen_at = $2
WHERE id = $1 AND ended_at IS NULL AND seen_at < $2 AND seen_at + make_interval(secs => idle_seconds) > $2`

/** Records when each session was last used by its person, accurate to a minute: its idle time begins there. */
export type SessionSeen = ReturnType<typeof createSessionSeen>

export function createSessionSeen(deps: { pool: pg.Pool; clock: Clock }) {
  const written = new LRUCache<string, number>({ max: SESSIONS_REMEMBERED })
  return {
    touch({
      credential,
      organizationId,
      principal,
    }: Pick<Viewer, 'credential' | 'organizationId' | 'principal'>): void {
      const now = deps.clock.now()
      const seen = `${credential} ${organizationId}`
      if (now.getTime() - (written.get(seen) ?? Number.NEGATIVE_INFINITY) < EVERY_MS) return
      written.set(seen, now.getTime())
      const values = [credential, now, organizationId, principal.id]
      // Not awaited: a request neither waits for the write nor fails with it. After a failure the next request writes.
      deps.pool.query({ text: SEEN, values }).catch(() => written.delete(seen))
    },
  }
}
