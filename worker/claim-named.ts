import { endpointOf, FAILING_AFTER, undeliverableStatus } from './claim-statement.ts'

const NOW = 'coalesce($1::timestamptz, now())'

/**
 * Claims new deliveries named by a notification without searching the queue, with a quarter of the plan nodes, which
 * are most of the cost when events come one at a time. Runs under the lock of claims like `CLAIM`, so that the bounds
 * of an endpoint hold over both.
 *
 * Deliveries of a saturated or rate-limited endpoint, and deliveries that must not be sent, are left to `CLAIM`.
 */
export const CLAIM_NAMED = `
WITH named AS (
  SELECT d.id, d.endpoint_id, row_number() OVER (PARTITION BY d.endpoint_id) AS nth
  -- Finds rows by id first and filters them after: one condition for both may be planned as a scan of all due deliveries.
  FROM unnest($3::text[]) AS i(id) CROSS JOIN LATERAL (
    SELECT * FROM deliveries d WHERE d.id = i.id LIMIT 1 FOR UPDATE SKIP LOCKED
  ) d
  WHERE d.status = 'PENDING' AND d.next_attempt_at <= ${NOW} AND d.organization_id <> ALL($4::text[])
)
UPDATE deliveries d SET status = 'SENDING', untold = true, version = d.version + 1, updated_at = ${NOW},
  lease_until = ${NOW} + $2::int * interval '1 second'
FROM named n, webhook_endpoints e, events v
WHERE d.id = n.id AND e.id = d.endpoint_id AND v.id = d.event_id
  AND ${undeliverableStatus({ delivery: 'd', endpoint: 'e', event: 'v', now: NOW })} IS NULL AND e.rate_limit IS NULL
  AND coalesce((SELECT s.consecutive_failures FROM endpoint_health s WHERE s.endpoint_id = n.endpoint_id), 0) < ${FAILING_AFTER}
  AND n.nth <= e.max_concurrency - (SELECT count(*) FROM deliveries o
    WHERE o.endpoint_id = n.endpoint_id AND o.status = 'SENDING' AND o.lease_until >= ${NOW})
RETURNING d.id, d.organization_id, d.version, d.trigger, d.scheduled_attempts, d.event_id, v.type AS event_type, d.endpoint_id,
  convert_from(v.body, 'UTF8') AS body, 0 AS send_in, 0 AS spacing, ${endpointOf('e', NOW)} AS endpoint`

/**
 * Finds a named delivery that is still due, after fewer were claimed than named. Another worker may have claimed the
 * rest.
 */
export const ANY_LEFT = `
SELECT FROM unnest($2::text[]) AS i(id) CROSS JOIN LATERAL (SELECT * FROM deliveries d WHERE d.id = i.id LIMIT 1) d
WHERE d.status = 'PENDING' AND d.next_attempt_at <= ${NOW} LIMIT 1`
