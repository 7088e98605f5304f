import type pg from 'pg'
import { LOCKS } from '../../database/locks.ts'
import { idBefore } from '../../lib/ids.ts'

/** Maximum events or log rows that one statement removes, so that no other statement waits noticeably. */
const AT_ONCE = 200
/** Unfinished deliveries are kept, however old. */
const UNFINISHED = "('PENDING', 'SENDING', 'RETRYING', 'HELD')"
/**
 * Number of unfinished deliveries of an event. A count, because NOT EXISTS may be planned as a scan of all deliveries.
 */
const unfinished = (event: string) => `(SELECT count(*) FROM delivery_index r
    CROSS JOIN LATERAL (SELECT status FROM deliveries WHERE id = r.id LIMIT 1) d
    WHERE r.event_id = ${event}.id AND d.status IN ${UNFINISHED})`

/**
 * Locks the oldest events without unfinished deliveries, along the primary key, whose ids sort by time. The locks hold
 * until the removal: a replay waits and then finds the events gone, and events locked by a replay are skipped.
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
 * Locks the deliveries of the locked events, so that none is retried and no attempt recorded from here on. Row by row,
 * because a list of ids may be planned as a walk through all deliveries; in the order of events and endpoints, which
 * every statement uses.
 */
const LOCK_DELIVERIES = `
SELECT FROM unnest($1::text[]) AS v(id)
CROSS JOIN LATERAL (SELECT id FROM delivery_index r WHERE r.event_id = v.id ORDER BY r.endpoint_id OFFSET 0) r
CROSS JOIN LATERAL (SELECT FROM deliveries d WHERE d.id = r.id LIMIT 1 FOR UPDATE) d`

/**
 * Removes the locked events, except those that a replay or retry reached before the lock. A separate statement, so that
 * it sees changes committed until the lock.
 */
const REMOVE_EVENTS = `
WITH doomed AS MATERIALIZED (
  SELECT old.id FROM unnest($1::text[]) AS old(id)
  WHERE ${unfinished('old')} = 0
), registered_gone AS (
  DELETE FROM delivery_index r USING doomed WHERE r.event_id = doomed.id RETURNING r.id
), deliveries_gone AS (
  DELETE FROM deliveries d USING registered_gone r WHERE d.id = r.id RETURNING d.id
), attempts_gone AS (
  DELETE FROM attempts a USING deliveries_gone d WHERE a.delivery_id = d.id
), events_gone AS (
  DELETE FROM events v USING doomed WHERE v.id = doomed.id RETURNING 1
)
SELECT count(*)::int AS removed FROM events_gone`

/** Removes the oldest log rows, from which no subscriber can resume any more. */
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
  /** Cursor of the next batch; null when nothing is left or another process holds the lock. */
  last: string | null
}

/**
 * Removes one batch of events created before a time. @param after cursor returned by the batch before; empty at first
 */
export async function pruneEvents(pool: pg.Pool, before: Date, after: string): Promise<Removed> {
  const client = await pool.connect()
  try {
    // Each statement must see everything committed before it.
    await client.query('BEGIN ISOLATION LEVEL READ COMMITTED')
    const locked = await client.query<{ last: string | null; ids: string[] }>({
      text: LOCK_EVENTS,
      values: [after, idBefore('evt', before)],
    })
    const { last, ids } = locked.rows[0]!
    await client.query({ text: LOCK_DELIVERIES, values: [ids] })
    const { rows } = await client.query<{ removed: number }>({
      text: REMOVE_EVENTS,
      values: [ids],
    })
    await client.query('COMMIT')
    client.release()
    return { last, removed: rows[0]!.removed }
  } catch (error) {
    // The connection may hold half a transaction.
    client.release(true)
    throw error
  }
}

/** Removes one batch of the delivery log. @returns true when more may be left */
export async function pruneDeliveryLog(pool: pg.Pool, now: Date | null, olderThanSeconds: number): Promise<boolean> {
  const values = [now, olderThanSeconds]
  const { rows } = await pool.query<{ removed: number }>({ text: REMOVE_CHANGES, values })
  return rows[0]!.removed === AT_ONCE
}
