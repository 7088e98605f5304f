/** Maximum deliveries of one endpoint, or of one state of the installation, that a read for the operator counts. */
export const COUNTED_OF_ENDPOINT = 10_000
export const COUNTED_OF_INSTALLATION = 100_000

/** States of deliveries that wait for an attempt, as the index of the queue has them. */
export const WAITS = "status IN ('PENDING', 'RETRYING')"

/**
 * CTE `waiting` of WITH RECURSIVE: each endpoint that has waiting deliveries, with the first due time. It jumps from
 * endpoint to endpoint through the index of the queue, as claims do, so that the length of a queue does not matter.
 */
export const WAITING_ENDPOINTS = `waiting AS (
  (SELECT endpoint_id, next_attempt_at FROM deliveries WHERE ${WAITS} ORDER BY endpoint_id, next_attempt_at LIMIT 1)
  UNION ALL
  SELECT following.* FROM waiting w CROSS JOIN LATERAL (
    SELECT d.endpoint_id, d.next_attempt_at FROM deliveries d
    WHERE d.${WAITS} AND d.endpoint_id > w.endpoint_id ORDER BY d.endpoint_id, d.next_attempt_at LIMIT 1
  ) following
)`
