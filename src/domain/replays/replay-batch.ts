import type pg from 'pg'
import { CHANGED, logChanges } from '../../bus/delivery-log.ts'
import { countCreated } from '../deliveries/count-deliveries.ts'
import { compileFilter, type FilterColumns } from '../endpoints/subscription-filter.ts'
import { deliveryId } from '../events/fan-out.ts'
import { DUE_CHANNEL } from '../events/notify-channel.ts'
import { findWantedEvents, type ReplaySelection } from './find-wanted-events.ts'
import { EVENTS_IN_A_PAGE, MATCHES, WANTED, WITH_DELIVERY } from './replay-conditions.ts'

/** Replays without requested states cover every delivery that ended without success. */
const REPLAYS = `SELECT *, CASE WHEN statuses = '{}' THEN ARRAY['DEAD', 'EXPIRED', 'CANCELED']::delivery_status[]
  ELSE statuses END AS wanted FROM replays`

/** SQL for whether no event is left after the batch. */
const isLast = (isFiltered: boolean) => (isFiltered ? '$8' : `(SELECT count(*) FROM looked_at) < ${EVENTS_IN_A_PAGE}`)

/** Maximum tries of a batch, which the endpoint's filter may change before its statement, or another process lock. */
const TRIES = 3

/** The least recently touched replay, or a given one, with the filter of its endpoint. */
const NEXT = `
SELECT r.id, r.organization_id AS "organizationId", r.endpoint_id AS "endpointId", r.types, r.statuses::text[],
  r.wanted::text[], r."from", r."to", r.created_at AS "createdAt", r.cursor,
  e.event_types AS "eventTypes", e.channels, e.predicate, e.filter_hash AS "filterHash"
FROM (${REPLAYS}) r JOIN webhook_endpoints e ON e.id = r.endpoint_id
WHERE r.status = 'RUNNING' AND ($1::text IS NULL OR r.id = $1) ORDER BY r.updated_at LIMIT 1`

/**
 * One statement for a batch of one running replay: examines the next events after the cursor, makes the matching ones
 * due, and moves the cursor. A batch commits wholly or not at all, so no event is skipped or replayed twice, and any
 * number of processes may work on replays.
 *
 * An endpoint with channels or a predicate takes the events that `findWantedEvents` found, unless its filter or the
 * cursor changed since.
 */
const batchOf = (isFiltered: boolean) => `
WITH clock AS (
  SELECT coalesce($1::timestamptz, now()) AS now
), job AS (
  SELECT * FROM (${REPLAYS}) r WHERE status = 'RUNNING' AND id = $2
), locked AS (
  SELECT x.id, x.cursor FROM replays x JOIN job ON job.id = x.id JOIN webhook_endpoints e ON e.id = x.endpoint_id
  WHERE x.status = 'RUNNING' AND e.filter_hash IS NOT DISTINCT FROM $4
    ${isFiltered ? 'AND x.cursor IS NOT DISTINCT FROM $5' : ''} FOR UPDATE OF x SKIP LOCKED
), looked_at AS (
  SELECT v.id, v.type, v.organization_id, v.published_by, v.created_at FROM locked JOIN job r ON r.id = locked.id CROSS JOIN LATERAL (
    SELECT * FROM events v WHERE v.organization_id = r.organization_id AND v.id > coalesce(locked.cursor, '')
      ${isFiltered ? 'AND v.id <= $6' : ''}
    ORDER BY v.id LIMIT ${EVENTS_IN_A_PAGE}
  ) v
), eligible AS MATERIALIZED (
  -- By itself: planned in one with the lock, events may be looked through from their beginning.
  SELECT v.id, v.type, v.published_by, r.organization_id, r.wanted, e.id AS endpoint_id, e.url, d.id AS delivery_id
  FROM locked JOIN job r ON r.id = locked.id JOIN webhook_endpoints e ON e.id = r.endpoint_id AND e.enabled
  JOIN looked_at v ON ${MATCHES} ${WITH_DELIVERY} WHERE ${WANTED}
    ${isFiltered ? 'AND v.id = ANY($7)' : ''}
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
  INSERT INTO delivery_index (id, organization_id, event_id, endpoint_id, created_at, published_by)
  SELECT ${deliveryId('$3', 'id', 'endpoint_id')}, organization_id, id, endpoint_id, clock.now, published_by
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
      WHEN ${isLast(isFiltered)} THEN 'COMPLETED' ELSE 'RUNNING' END::replay_status,
    status_reason = CASE WHEN NOT e.enabled THEN 'Its endpoint was disabled. Enable it and start another replay.' END,
    finished_at = CASE WHEN NOT e.enabled OR ${isLast(isFiltered)} THEN clock.now END
  FROM locked, webhook_endpoints e, clock WHERE r.id = locked.id AND e.id = r.endpoint_id
    AND (SELECT count(*) FROM counted) >= 0
  RETURNING r.id, r.organization_id, r.status
), ${logChanges('progress')}, notified AS (
  SELECT pg_notify('${DUE_CHANNEL}', '') FROM (SELECT 1 FROM changed LIMIT 1) any_due
)
SELECT progress.*, (SELECT count(*) FROM notified) AS notified FROM progress`

const BATCH = batchOf(false)
const FILTERED_BATCH = batchOf(true)

export interface ReplayPage {
  id: string
  organization_id: string
  status: 'RUNNING' | 'COMPLETED' | 'CANCELED'
}

type Job = ReplaySelection & FilterColumns & { id: string; filterHash: string | null }

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
  for (let tries = 0; tries < TRIES; tries++) {
    const { rows: jobs } = await pool.query<Job>({ text: NEXT, values: [replayId] })
    const [job] = jobs
    if (job === undefined) return undefined
    const { text, values } = await selectEvents(pool, job)
    const { rows } = await pool.query<ReplayPage>({
      text,
      values: [now, job.id, deliveryIdTime, job.filterHash, ...values],
    })
    if (rows[0] !== undefined) return rows[0]
  }
  return undefined
}

async function selectEvents(pool: pg.Pool, job: Job): Promise<{ text: string; values: unknown[] }> {
  if (job.filterHash === null) return { text: BATCH, values: [] }
  const { ids, last, isLast } = await findWantedEvents(pool, job, compileFilter(job))
  return { text: FILTERED_BATCH, values: [job.cursor, last, ids, isLast] }
}
