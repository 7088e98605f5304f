import { CHANGED, logChanges, sendingState } from '../../bus/delivery-log.ts'

/**
 * A statement that changes the deliveries of the CTE `chosen`, which has the columns `id` and `was`, by the assignments
 * of `set`. `$1` is the current time; null takes the clock of the database.
 *
 * @param set may read the delivery as `d`, its endpoint as `e`, and the CTEs `clock` and `chosen`
 */
export function move(chosen: string, set: string): string {
  return `
WITH RECURSIVE clock AS (
  SELECT coalesce($1::timestamptz, now()) AS now
), ${chosen}, changed AS (
  UPDATE deliveries d SET ${set}, version = d.version + 1, lease_until = NULL, sending_unlogged = false,
    updated_at = clock.now
  FROM chosen, clock, events v, webhook_endpoints e
  WHERE d.id = chosen.id AND v.id = d.event_id AND e.id = d.endpoint_id
  RETURNING ${CHANGED}, v.type AS event_type, e.url AS endpoint_url, ${sendingState('(chosen.was)')}
), ${logChanges(undefined, true)}
SELECT organization_id FROM changed`
}

/** Assignment of the state in which a delivery waits for its next attempt. */
export const TO_QUEUE = `status = CASE WHEN d.attempt_count = 0 THEN 'PENDING' ELSE 'RETRYING' END::delivery_status`
