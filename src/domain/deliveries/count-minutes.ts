import type pg from 'pg'
import { LOCKS } from '../../database/locks.ts'
import { runAlone } from '../../database/run-alone.ts'
import { createBatchRunner } from '../../lib/batch-runner.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'

/** Interval between two counts: the figures of the last hour are this old at most. */
export const COUNT_EVERY_MS = 10_000
/** Time for which minutes are kept. Readers look back one hour. */
export const MINUTES_KEPT_HOURS = 2
/** Maximum rows that one statement removes. */
const REMOVED_AT_ONCE = 10_000

/**
 * Counts the growth of delivery_stats since the last count into the current minute. Reads the statistics of today and
 * yesterday through an index, so that the cost follows the number of endpoints and not that of deliveries; the
 * statements that create and send deliveries do nothing for it. A purge may shrink the statistics, which is no growth.
 */
export const COUNT_MINUTES = `
WITH moment AS (
  SELECT coalesce($1::timestamptz, now()) AS at
), stats AS MATERIALIZED (
  SELECT organization_id, day, bucket, sum(created) AS created, sum(attempts) AS attempts, sum(failed_attempts) AS failed_attempts
  FROM delivery_stats WHERE day >= (SELECT (at AT TIME ZONE 'UTC')::date - 1 FROM moment) GROUP BY 1, 2, 3
), grown AS MATERIALIZED (
  SELECT s.*, s.created - coalesce(t.created, 0) AS more_created, s.attempts - coalesce(t.attempts, 0) AS more_attempts,
    s.failed_attempts - coalesce(t.failed_attempts, 0) AS more_failed
  FROM stats s LEFT JOIN delivery_totals t USING (organization_id, day, bucket)
  WHERE s.created > coalesce(t.created, 0) OR s.attempts > coalesce(t.attempts, 0)
), counted AS (
  INSERT INTO delivery_totals AS t (organization_id, day, bucket, created, attempts, failed_attempts)
  SELECT organization_id, day, bucket, created, attempts, failed_attempts FROM grown
  ON CONFLICT (organization_id, day, bucket) DO UPDATE
    SET created = excluded.created, attempts = excluded.attempts, failed_attempts = excluded.failed_attempts
), gone AS (
  DELETE FROM delivery_totals WHERE day < (SELECT (at AT TIME ZONE 'UTC')::date - 1 FROM moment)
)
INSERT INTO delivery_minutes AS m (organization_id, minute, bucket, created, attempts, failed_attempts)
SELECT organization_id, (SELECT date_trunc('minute', at) FROM moment), bucket, greatest(sum(more_created), 0),
  greatest(sum(more_attempts), 0), greatest(sum(more_failed), 0)
FROM grown GROUP BY organization_id, bucket
ON CONFLICT (organization_id, minute, bucket) DO UPDATE SET created = m.created + excluded.created,
  attempts = m.attempts + excluded.attempts, failed_attempts = m.failed_attempts + excluded.failed_attempts`

const REMOVE = `
WITH old AS MATERIALIZED (
  SELECT ctid FROM delivery_minutes
  WHERE minute < coalesce($1::timestamptz, now()) - interval '${MINUTES_KEPT_HOURS} hours'
  ORDER BY minute LIMIT ${REMOVED_AT_ONCE} FOR UPDATE SKIP LOCKED
), gone AS (
  DELETE FROM delivery_minutes m USING old WHERE m.ctid = old.ctid RETURNING 1
)
SELECT count(*)::int AS removed FROM gone`

/**
 * Counts once, unless another process counts now, so that no growth counts twice.
 *
 * @param now null for the time of the database
 */
export const countMinutes = (pool: pg.Pool, now: Date | null): Promise<void> =>
  runAlone(pool, LOCKS.deliveryMinutes, COUNT_MINUTES, [now])

/** Removes one batch of minutes past their time. @returns true when more may be left */
export async function removeMinutes(pool: pg.Pool, now: Date | null): Promise<boolean> {
  const { rows } = await pool.query<{ removed: number }>({ text: REMOVE, values: [now] })
  return rows[0]!.removed === REMOVED_AT_ONCE
}

/** Counts and removes minutes in the background of a worker; src/domain/overview reads them. */
export function createCountMinutes({ pool, clock, log }: { pool: pg.Pool; clock: Clock; log: Log }) {
  const { inBatches, start, stop } = createBatchRunner()

  async function run(): Promise<void> {
    try {
      await countMinutes(pool, clock.forQueue())
      await inBatches(() => removeMinutes(pool, clock.forQueue()))
    } catch (error) {
      log.warn({ err: error }, 'Count of delivery minutes failed; retrying')
    }
  }

  return { start: () => start(run, COUNT_EVERY_MS), stop }
}
