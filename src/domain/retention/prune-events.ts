import type pg from 'pg'
import { LOCKS } from '../../database/locks.ts'
import { idBefore } from '../../lib/ids.ts'

/** Events, or rows of the log, that one statement removes at most: it is over before anybody waits for it. */
const AT_ONCE = 200
/** What is still to be delivered is kept, however old it is. */
const UNFINISHED = "('PENDING', 'SENDING', 'RETRYING', 'HELD')"
/** How many deliveries of an event are not finished. A count: as NOT EXISTS it may be planned as a look at all there are. */
const unfinished = (event: string) => `(SELECT count(*) FROM delivery_register r
    CROSS JOIN LATERAL (SELECT status FROM deliveries WHERE id = r.id LIMIT 1) d
    WHERE r.event_id = ${event}.id AND d.status IN ${UNFINISHED})`

/**
 * The oldest events, along the primary key, whose ids sort by time; but for those with a delivery that is not finished. They
 * stay locked until they are removed: a replay, which locks what it sends again, waits and then finds them gone, and what one
 * has locked before is passed over.
 */
const LOCK_EVENTS = `
WITH lock AS MATERIALIZED (
  SELECT pg_try_advisory_xact_lock(${LOCKS.retention}) AS is_ours
), old AS MATERIALIZED (
  SELECT id FROM events WHERE id > $1 AND id < $2 AND (SELECT is_ours FROM lock) ORDER BY id LIMIT ${AT_ONCE}
), locked AS MATERIALIZED (
  SELECT id FROM events v JOIN old USING (id)
  WHERE ${unfinished('v')} = 0
  ORDER BY id FOR UPDATE OF v SKIP LOCKED
)
SELECT (SELECT max(id) FROM old) AS last, array(SELECT id FROM locked) AS ids`

/**
 * Their deliveries, so that none is retried, and no attempt of one recorded, from here on. One by one: by a list of ids, it may be
 * planned as a walk along all there are. In one order, that of events and endpoints.
 */
const LOCK_DELIVERIES = `
SELECT FROM unnest($1::text[]) AS v(id)
CROSS JOIN LATERAL (SELECT id FROM delivery_register r WHERE r.event_id = v.id ORDER BY r.endpoint_id OFFSET 0) r
CROSS JOIN LATERAL (SELECT FROM deliveries d WHERE d.id = r.id LIMIT 1 FOR UPDATE) d`

/**
 * Removes what is locked, but for events that a replay or a retry got to before the lock. A statement of its own, so that it
 * sees what was done until then.
 */
const REMOVE_EVENTS = `
WITH doomed AS MATERIALIZED (
  SELECT old.id FROM unnest($1::text[]) AS old(id)
  WHERE ${unfinished('old')} = 0
), registered_gone AS (
  DELETE FROM delivery_register r USING doomed WHERE r.event_id = doomed.id RETURNING r.id
), deliveries_gone AS (
  DELETE FROM deliveries d USING registered_gone r WHERE d.id = r.id RETURNING d.id
), attempts_gone AS (
  DELETE FROM attempts a USING deliveries_gone d WHERE a.delivery_id = d.id
), events_gone AS (
  DELETE FROM events v USING doomed WHERE v.id = doomed.id RETURNING 1
)
SELECT count(*)::int AS removed FROM events_gone`

/** Changes that no subscriber can resume from any more, the oldest first. */
const REMOVE_CHANGES = `
WITH lock AS MATERIALIZED (
  SELECT pg_try_advisory_xact_lock(${LOCKS.retention}) AS is_ours
), old AS MATERIALIZED (
  SELECT ctid FROM delivery_changes
  WHERE created_at < coalesce($1::timestamptz, now()) - $2::float8 * interval '1 second' AND (SELECT is_ours FROM lock)
  ORDER BY created_at LIMIT ${AT_ONCE} FOR UPDATE SKIP LOCKED
), gone AS (
  DELETE FROM delivery_changes c USING old WHERE c.ctid = old.ctid RETURNING 1
)
SELECT count(*)::int AS removed FROM gone`

export interface Removed {
  removed: number
  /** Where the next batch goes on; null when nothing is left, or another process is at it. */
  last: string | null
}

/** Removes one batch of events that were made before a time. @param after where the batch before ended, at first empty */
export async function removeEvents(pool: pg.Pool, before: Date, after: string): Promise<Removed> {
  const client = await pool.connect()
  try {
    // Each statement must see what was committed before it.
    await client.query('BEGIN ISOLATION LEVEL READ COMMITTED')
    const locked = await client.query<{ last: string | null; ids: string[] }>({
      name: 'lock-events',
      text: LOCK_EVENTS,
      values: [after, idBefore('evt', before)],
    })
    const { last, ids } = locked.rows[0]!
    await client.query({ name: 'lock-deliveries', text: LOCK_DELIVERIES, values: [ids] })
    const { rows } = await client.query<{ removed: number }>({
      name: 'remove-events',
      text: REMOVE_EVENTS,
      values: [ids],
    })
    await client.query('COMMIT')
    client.release()
    return { last, removed: rows[0]!.removed }
  } catch (error) {
    // Half a transaction may be left on it.
    client.release(true)
    throw error
  }
}

/** Removes one batch of the log of changes. @returns whether there may be more */
export async function removeChanges(pool: pg.Pool, now: Date | null, olderThanSeconds: number): Promise<boolean> {
  const values = [now, olderThanSeconds]
  const { rows } = await pool.query<{ removed: number }>({ name: 'remove-changes', text: REMOVE_CHANGES, values })
  return rows[0]!.removed === AT_ONCE
}
