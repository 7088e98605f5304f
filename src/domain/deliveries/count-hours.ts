import type pg from 'pg'
import { LOCKS } from '../../database/locks.ts'
import { runAlone } from '../../database/run-alone.ts'
import { createBatchRunner } from '../../lib/batch-runner.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'

/** Interval between two counts: the current hour of an endpoint is this old at most. */
export const COUNT_HOURS_EVERY_MS = 60_000

/**
 * Sets the last hour of today and of yesterday to the attempts of the day without its earlier hours, so that a count can
 * run again. The cost follows the number of endpoints, and nothing is written for an endpoint without new attempts.
 */
export const COUNT_HOURS = `
WITH moment AS (
  SELECT coalesce($1::timestamptz, now()) AS at
), days AS MATERIALIZED (
  SELECT s.endpoint_id, s.organization_id, s.day::timestamp AT TIME ZONE 'UTC' AS began,
    least((SELECT date_trunc('hour', at, 'UTC') FROM moment), s.day::timestamp AT TIME ZONE 'UTC' + interval '23 hours') AS hour,
    sum(s.attempts) AS attempts, sum(s.failed_attempts) AS failed
  FROM delivery_stats s WHERE s.day >= (SELECT (at AT TIME ZONE 'UTC')::date - 1 FROM moment) AND s.attempts > 0
  GROUP BY 1, 2, s.day
), grown AS (
  SELECT d.*, coalesce(e.attempts, 0) AS counted, coalesce(e.failed, 0) AS counted_failed
  FROM days d CROSS JOIN LATERAL (
    SELECT sum(h.attempts) AS attempts, sum(h.failed_attempts) AS failed FROM endpoint_hours h
    WHERE h.endpoint_id = d.endpoint_id AND h.hour >= d.began AND h.hour < d.hour
  ) e
), gone AS (
  DELETE FROM endpoint_hours WHERE hour < (SELECT ((at AT TIME ZONE 'UTC')::date - 1)::timestamp AT TIME ZONE 'UTC' FROM moment)
)
INSERT INTO endpoint_hours AS h (endpoint_id, hour, organization_id, attempts, failed_attempts)
SELECT endpoint_id, hour, organization_id, attempts - counted, greatest(failed - counted_failed, 0)
FROM grown WHERE attempts > counted ORDER BY endpoint_id, hour
ON CONFLICT (endpoint_id, hour) DO UPDATE SET attempts = excluded.attempts, failed_attempts = excluded.failed_attempts
WHERE (h.attempts, h.failed_attempts) <> (excluded.attempts, excluded.failed_attempts)`

/**
 * Counts once, unless another process counts now.
 *
 * @param now null for the time of the database
 */
export const countHours = (pool: pg.Pool, now: Date | null): Promise<void> =>
  runAlone(pool, LOCKS.endpointHours, COUNT_HOURS, [now])

/** Counts in the background of a worker; src/domain/endpoints/recent-hours.ts reads the hours. */
export function createCountHours({ pool, clock, log }: { pool: pg.Pool; clock: Clock; log: Log }) {
  const { start, stop } = createBatchRunner()

  async function run(): Promise<void> {
    try {
      await countHours(pool, clock.forQueue())
    } catch (error) {
      log.warn({ err: error }, 'Count of endpoint hours failed; retrying')
    }
  }

  return { start: () => start(run, COUNT_HOURS_EVERY_MS), stop }
}
