import type pg from 'pg'
import { CHANGED, logChanges } from '../../bus/delivery-log.ts'
import { countCreated } from '../deliveries/count-deliveries.ts'
import { deliveryId } from '../events/fan-out.ts'
import { DUE_CHANNEL } from '../events/notify-channel.ts'
import { ENDPOINT_DISABLED_TYPE, TEST_EVENT_TYPE } from '../events/system-events.ts'

/** Events that one batch examines. */
export const EVENTS_IN_A_PAGE = 1_000

/**
 * SQL condition for the events `v` of replay `r` to endpoint `e`: subscribed events published before the replay
 * started. `*` covers the operator's events only, system events must be subscribed by name, and test events are never
 * replayed.
 */
export const MATCHES = `v.organization_id = r.organization_id AND v.created_at <= r.created_at
  AND v.created_at >= coalesce(r."from", '-infinity') AND v.created_at < coalesce(r."to", 'infinity')
  AND (r.types = '{}' OR v.type = ANY(r.types)) AND v.type <> '${TEST_EVENT_TYPE}'
  AND EXISTS (SELECT 1 FROM unnest(e.event_types) AS pattern
    WHERE pattern = v.type OR (right(pattern, 2) = '.*' AND starts_with(v.type, left(pattern, -1)))
      OR (pattern = '*' AND v.type <> '${ENDPOINT_DISABLED_TYPE}'))`

/**
 * SQL that joins the delivery `d` of event `v` to endpoint `e`. Row by row: the planner may otherwise read all
 * deliveries of the endpoint for each event.
 */
export const WITH_DELIVERY = `LEFT JOIN LATERAL (
    SELECT * FROM delivery_index WHERE event_id = v.id AND endpoint_id = e.id LIMIT 1
  ) known ON true LEFT JOIN LATERAL (SELECT id, status FROM deliveries WHERE id = known.id LIMIT 1) d ON true`

/**
 * SQL condition for a replayed event: its delivery `d` has a requested state, or no delivery exists and no states were
 * requested.
 */
export const WANTED = `(d.status = ANY(r.wanted) OR (d.id IS NULL AND r.statuses = '{}'))`

/** Replays without requested states cover every delivery that ended without success. */
const REPLAYS = `SELECT *, CASE WHEN statuses = '{}' THEN ARRAY['DEAD', 'EXPIRED', 'CANCELED']::delivery_status[]
  ELSE statuses END AS wanted FROM replays`

/**
 * One statement for a batch of one running replay: examines the next events after the cursor, makes the matching ones
 * due, and moves the cursor. A batch commits wholly or not at all, so no event is skipped or replayed twice, and any
 * number of processes may work on replays. The least recently touched replay comes first.
 */
const PAGE = `
WITH clock AS (
  SELECT coalesce($1::timestamptz, now()) AS now
), job AS (
  SELECT * FROM (${REPLAYS}) r WHERE status = 'RUNNING' AND ($2::text IS NULL OR id = $2)
  ORDER BY updated_at LIMIT 1
), locked AS (
  SELECT x.id, x.cursor FROM replays x JOIN job ON job.id = x.id WHERE x.status = 'RUNNING' FOR UPDATE OF x SKIP LOCKED
), looked_at AS (
  SELECT v.id, v.type, v.organization_id, v.created_at FROM locked JOIN job r ON r.id = locked.id CROSS JOIN LATERAL (
    SELECT * FROM events v WHERE v.organization_id = r.organization_id AND v.id > coalesce(locked.cursor, '')
    ORDER BY v.id LIMIT ${EVENTS_IN_A_PAGE}
  ) v
), eligible AS MATERIALIZED (
  -- By itself: planned in one with the lock, events may be looked through from their beginning.
  SELECT v.id, v.type, r.organization_id, r.wanted, e.id AS endpoint_id, e.url, d.id AS delivery_id
  FROM locked JOIN job r ON r.id = locked.id JOIN webhook_endpoints e ON e.id = r.endpoint_id AND e.enabled
  JOIN looked_at v ON ${MATCHES} ${WITH_DELIVERY} WHERE ${WANTED}
), kept AS (
  -- Locks the events against retention until the commit; events that are gone already are not replayed.
  SELECT eligible.* FROM events v JOIN eligible ON eligible.id = v.id ORDER BY v.id FOR KEY SHARE OF v
), locked_again AS (
  -- Locks the deliveries one by one in the order of their events, so that two replays cannot deadlock.
  SELECT d.id FROM (SELECT delivery_id, wanted FROM kept ORDER BY id) v
  CROSS JOIN LATERAL (SELECT * FROM deliveries WHERE id = v.delivery_id LIMIT 1 FOR UPDATE) d
  WHERE d.status = ANY(v.wanted)
), again AS (
  UPDATE deliveries d SET
    status = CASE WHEN d.attempt_count = 0 THEN 'PENDING' ELSE 'RETRYING' END::delivery_status,
    trigger = 'REPLAY', scheduled_attempts = 0, version = d.version + 1, next_attempt_at = clock.now,
    status_reason = 'Replayed on request.', updated_at = clock.now
  FROM locked_again, clock WHERE d.id = locked_again.id
  RETURNING d.*
), registered AS (
  -- A concurrent replay may have created the same delivery, and has made it due.
  INSERT INTO delivery_index (id, organization_id, event_id, endpoint_id, created_at)
  SELECT ${deliveryId('$3', 'id', 'endpoint_id')}, organization_id, id, endpoint_id, clock.now
  FROM kept, clock WHERE delivery_id IS NULL ORDER BY id
  ON CONFLICT (event_id, endpoint_id) DO NOTHING
  RETURNING *
), made AS (
  INSERT INTO deliveries
    (id, organization_id, event_id, endpoint_id, status, trigger, next_attempt_at, created_at, updated_at)
  SELECT id, organization_id, event_id, endpoint_id, 'PENDING', 'REPLAY', created_at, created_at, created_at FROM registered
  RETURNING *
),
-- Deliveries are locked before counts, as by every statement.
${countCreated('made', 'again')}, changed AS (
  SELECT ${CHANGED}, v.type AS event_type, v.url AS endpoint_url
  FROM (SELECT * FROM again UNION ALL SELECT * FROM made) d JOIN kept v ON v.id = d.event_id
), progress AS (
  UPDATE replays r SET cursor = coalesce((SELECT max(id) FROM looked_at), r.cursor),
    count = r.count + (SELECT count(*) FROM changed), updated_at = clock.now,
    status = CASE WHEN NOT e.enabled THEN 'CANCELED'
      WHEN (SELECT count(*) FROM looked_at) < ${EVENTS_IN_A_PAGE} THEN 'COMPLETED' ELSE 'RUNNING' END::replay_status,
    status_reason = CASE WHEN NOT e.enabled THEN 'Its endpoint was disabled. Enable it and start another replay.' END,
    finished_at = CASE WHEN NOT e.enabled OR (SELECT count(*) FROM looked_at) < ${EVENTS_IN_A_PAGE} THEN clock.now END
  FROM locked, webhook_endpoints e, clock WHERE r.id = locked.id AND e.id = r.endpoint_id
    AND (SELECT count(*) FROM counted) >= 0
  RETURNING r.id, r.organization_id, r.status
), ${logChanges('progress')}, notified AS (
  SELECT pg_notify('${DUE_CHANNEL}', '') FROM (SELECT 1 FROM changed LIMIT 1) any_due
)
SELECT progress.*, (SELECT count(*) FROM notified) AS notified FROM progress`

export interface ReplayPage {
  id: string
  organization_id: string
  status: 'RUNNING' | 'COMPLETED' | 'CANCELED'
}

/**
 * Runs the next batch of the given replay, or of the least recently touched one.
 *
 * @returns the replay; undefined when none runs or another process holds its lock
 */
export async function runReplayBatch(
  pool: pg.Pool,
  options: { now: Date | null; replayId?: string; deliveryIdTime: string },
): Promise<ReplayPage | undefined> {
  const { now, replayId = null, deliveryIdTime } = options
  const { rows } = await pool.query<ReplayPage>({
    text: PAGE,
    values: [now, replayId, deliveryIdTime],
  })
  return rows[0]
}
