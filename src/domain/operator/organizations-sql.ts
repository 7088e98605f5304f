import { MINUTES } from '../overview/last-hour.ts'
import { COUNTED_OF_ENDPOINT, WAITING_ENDPOINTS, WAITS } from './queue-sql.ts'

/** Orders of the operator's list, each from the highest value down; organizations with equal values from the newest. */
export const ORDERS = ['NEWEST', 'OLDEST_DUE', 'WAITING', 'FAILURES_TODAY', 'REQUESTS_TODAY'] as const
export type OrganizationOrder = (typeof ORDERS)[number]

const TODAY = "date_trunc('day', $1::timestamptz, 'UTC')"
const DAY = "($1::timestamptz AT TIME ZONE 'UTC')::date"

/** SQL for the value by which an organization `o` is ordered, and for the table that it comes from. */
const VALUES: Record<OrganizationOrder, { value: string; from: string }> = {
  NEWEST: { value: '0', from: '' },
  OLDEST_DUE: {
    value: 'greatest(extract(epoch FROM $1::timestamptz - q.oldest_at), 0)',
    from: 'LEFT JOIN queue q ON q.organization_id = o.id',
  },
  WAITING: { value: 'coalesce(q.waiting, 0)', from: 'LEFT JOIN queue q ON q.organization_id = o.id' },
  FAILURES_TODAY: {
    value: 'coalesce(f.failed, 0)',
    from: `LEFT JOIN (SELECT organization_id, sum(failed_attempts) AS failed FROM delivery_totals WHERE day = ${DAY} GROUP BY 1) f
      ON f.organization_id = o.id`,
  },
  REQUESTS_TODAY: {
    value: 'coalesce(u.requests, 0)',
    from: `LEFT JOIN (SELECT s.organization_id, sum(b.requests) AS requests FROM usage_buckets b JOIN usage_series s ON s.id = b.series_id
      WHERE b.width = 'DAY' AND b.at = ${TODAY} AND s.key_id = '' GROUP BY 1) u ON u.organization_id = o.id`,
  },
}

/**
 * One statement for a page: ranks every organization by one value from roll-ups and the queue, then reads the other
 * figures of the organizations of the page. The cursor is an organization. Its value is computed again, because values
 * change between two pages.
 *
 * Parameters: the time, the cursor or NULL, and the size of the page.
 *
 * @param backwards true reads the page before the cursor, in reverse order
 */
export function selectOrganizations(order: OrganizationOrder, backwards: boolean): string {
  const { value, from } = VALUES[order]
  const [sign, direction] = backwards ? ['>', 'ASC'] : ['<', 'DESC']
  return `
WITH RECURSIVE ${WAITING_ENDPOINTS}, queue AS MATERIALIZED (
  SELECT e.organization_id, min(w.next_attempt_at) AS oldest_at, sum(least(c.count, ${COUNTED_OF_ENDPOINT})) AS waiting,
    bool_and(c.count <= ${COUNTED_OF_ENDPOINT}) AS is_exact
  FROM waiting w CROSS JOIN LATERAL (SELECT organization_id FROM webhook_endpoints WHERE id = w.endpoint_id LIMIT 1) e
  CROSS JOIN LATERAL (SELECT count(*) FROM (
    SELECT FROM deliveries d WHERE d.endpoint_id = w.endpoint_id AND d.${WAITS} LIMIT ${COUNTED_OF_ENDPOINT + 1}) d) c
  GROUP BY 1
), ranked AS MATERIALIZED (
  SELECT o.id, (${value})::float8 AS value FROM organizations o ${from} WHERE o.deleted_at IS NULL
), page AS MATERIALIZED (
  SELECT id, value FROM ranked
  WHERE $2::text IS NULL OR (value, id) ${sign} (SELECT c.value, c.id FROM ranked c WHERE c.id = $2)
  ORDER BY value ${direction}, id ${direction} LIMIT $3
)
SELECT p.id, coalesce(q.waiting, 0)::float8 AS waiting, coalesce(q.is_exact, true) AS "isExact",
  CASE WHEN q.oldest_at <= $1 THEN q.oldest_at END AS "oldestDueAt", h.attempts AS "attemptsLastHour", h.failed AS "failedLastHour",
  t.attempts AS "attemptsToday", t.failed AS "failedToday", u.requests AS "requestsToday", u.limited AS "limitHitsToday",
  k.tiers AS "keysByTier", f.failing AS "failingEndpoints"
FROM page p LEFT JOIN queue q ON q.organization_id = p.id
CROSS JOIN LATERAL (SELECT coalesce(sum(attempts), 0)::float8 AS attempts, coalesce(sum(failed_attempts), 0)::float8 AS failed
  FROM delivery_minutes WHERE organization_id = p.id AND minute > $1::timestamptz - interval '${MINUTES} minutes' AND minute <= $1) h
CROSS JOIN LATERAL (SELECT coalesce(sum(attempts), 0)::float8 AS attempts, coalesce(sum(failed_attempts), 0)::float8 AS failed
  FROM delivery_stats WHERE organization_id = p.id AND day = ${DAY}) t
CROSS JOIN LATERAL (SELECT coalesce(sum(b.requests), 0)::float8 AS requests, coalesce(sum(b.limited), 0)::float8 AS limited
  FROM usage_series s JOIN usage_buckets b ON b.series_id = s.id AND b.width = 'DAY' AND b.at = ${TODAY}
  WHERE s.organization_id = p.id AND s.key_id = '') u
CROSS JOIN LATERAL (SELECT coalesce(json_agg(json_build_object('tier', tier, 'count', count) ORDER BY tier), '[]') AS tiers
  FROM (SELECT tier, count(*) FROM api_keys WHERE organization_id = p.id AND revoked_at IS NULL GROUP BY 1) g) k
CROSS JOIN LATERAL (SELECT count(*)::int AS failing FROM webhook_endpoints e
  CROSS JOIN LATERAL (SELECT FROM endpoint_health s WHERE s.endpoint_id = e.id AND s.consecutive_failures > 0 LIMIT 1) s
  WHERE e.organization_id = p.id AND e.deleted_at IS NULL AND e.enabled) f
ORDER BY p.value ${direction}, p.id ${direction}`
}
