import type { Database } from '../../database/client.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Read } from '../limits/read-concurrency.ts'
import type { Tier, Viewer } from '../people/viewer.ts'
import { PEOPLE } from '../usage/usage-record.ts'

/** Keys of a tier over the installation, and their requests today (UTC). */
export interface TierFigures {
  /** Null for keys without rate limits. */
  tier: Tier | null
  active: number
  disabled: number
  expired: number
  revoked: number
  requestsToday: number
  /** Keys that made a request today. */
  consumersToday: number
  /** Requests refused by a rate limit or quota today. */
  limitHitsToday: number
}

/** Deliveries of the installation on one day (UTC). */
export interface DayFigures {
  day: Date
  created: number
  /** Deliveries that ended in this state. */
  delivered: number
  dead: number
  attempts: number
  failedAttempts: number
  /** Mean number of attempts after the first, per ended delivery; null while none ended. */
  meanRetries: number | null
}

/** Key figures of the installation, for the operator. */
export function createOperatorFigures(deps: { database: Database; clock: Clock; read: Read }) {
  const { boundedPool } = deps.database

  async function query<Row extends object>(viewer: Viewer, text: string, values: unknown[]): Promise<Row[]> {
    const { rows } = await deps.read(viewer.organizationId, () => boundedPool.query<Row>({ text, values }))
    return rows
  }

  return {
    /** Every tier, also those without keys. */
    tiers: (viewer: Viewer): Promise<TierFigures[]> => query<TierFigures>(viewer, TIERS, [deps.clock.now()]),

    /** @param day any time of the day; default now */
    async day(viewer: Viewer, day: Date = deps.clock.now()): Promise<DayFigures> {
      const [row] = await query<Omit<DayFigures, 'meanRetries'> & { retries: number }>(viewer, DAY, [day])
      const { retries, ...figures } = row!
      const ended = figures.delivered + figures.dead
      return { ...figures, meanRetries: ended === 0 ? null : retries / ended }
    },
  }
}

/** Roll-ups by day have a row for each key, operation and duration bucket of today, and no request is read. */
const TIERS = `
WITH keys AS (
  SELECT tier, count(*) FILTER (WHERE state = 'ACTIVE') AS active, count(*) FILTER (WHERE state = 'DISABLED') AS disabled,
    count(*) FILTER (WHERE state = 'EXPIRED') AS expired, count(*) FILTER (WHERE state = 'REVOKED') AS revoked
  FROM (SELECT k.tier, CASE WHEN k.revoked_at IS NOT NULL THEN 'REVOKED' WHEN k.disabled_at IS NOT NULL THEN 'DISABLED'
      WHEN k.expires_at <= $1 THEN 'EXPIRED' ELSE 'ACTIVE' END AS state
    FROM organizations o JOIN api_keys k ON k.organization_id = o.id WHERE o.deleted_at IS NULL) k
  GROUP BY 1
), used AS (
  SELECT nullif(s.tier, '') AS tier, sum(b.requests) AS requests, sum(b.limited) AS limited, count(DISTINCT s.key_id) AS consumers
  FROM usage_buckets b JOIN usage_series s ON s.id = b.series_id
  WHERE b.width = 'DAY' AND b.at = date_trunc('day', $1::timestamptz, 'UTC') AND s.key_id NOT IN ('', 'unknown', '${PEOPLE}')
  GROUP BY 1
)
SELECT t.tier, coalesce(k.active, 0)::float8 AS active, coalesce(k.disabled, 0)::float8 AS disabled,
  coalesce(k.expired, 0)::float8 AS expired, coalesce(k.revoked, 0)::float8 AS revoked,
  coalesce(u.requests, 0)::float8 AS "requestsToday", coalesce(u.consumers, 0)::float8 AS "consumersToday",
  coalesce(u.limited, 0)::float8 AS "limitHitsToday"
FROM (SELECT unnest(enum_range(NULL::key_tier)) AS tier UNION ALL SELECT NULL) t
LEFT JOIN keys k ON k.tier IS NOT DISTINCT FROM t.tier LEFT JOIN used u ON u.tier IS NOT DISTINCT FROM t.tier::text
ORDER BY t.tier NULLS LAST`

/** Counters of one day, a row for each endpoint and duration bucket. */
const DAY = `
SELECT date_trunc('day', $1::timestamptz, 'UTC') AS day, coalesce(sum(created), 0)::float8 AS created,
  coalesce(sum(succeeded), 0)::float8 AS delivered, coalesce(sum(dead), 0)::float8 AS dead,
  coalesce(sum(attempts), 0)::float8 AS attempts, coalesce(sum(failed_attempts), 0)::float8 AS "failedAttempts",
  coalesce(sum(retries), 0)::float8 AS retries
FROM delivery_stats WHERE day = ($1::timestamptz AT TIME ZONE 'UTC')::date`
