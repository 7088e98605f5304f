import type pg from 'pg'
import { z } from 'zod'
import type { Database } from '../../database/client.ts'
import type { Clock } from '../../lib/clock.ts'
import { percentile } from '../../lib/histogram.ts'
import { validate } from '../../lib/validate.ts'
import type { Read } from '../limits/read-concurrency.ts'
import type { Viewer } from '../people/viewer.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const DAYS_DEFAULT = 30
export const DAYS_AT_MOST = 366

const statsInput = z
  .object({ endpointId: z.string().nullish(), from: z.date().nullish(), to: z.date().nullish() })
  .refine(({ from, to }) => !from || !to || from < to, { path: ['from'], message: 'must be before to' })
  .refine(({ from, to }) => !from || !to || to.getTime() - from.getTime() <= DAYS_AT_MOST * DAY_MS, {
    path: ['from'],
    message: `must be at most ${DAYS_AT_MOST} days before to`,
  })

export type StatsFilter = z.input<typeof statsInput>

/** Totals of a range of days. */
export interface Figures {
  /** Deliveries created. */
  total: number
  attempts: number
  /** Attempts that failed. */
  failed: number
  /** Deliveries that ended in this state. */
  succeeded: number
  dead: number
  /** Share of ended deliveries that succeeded, 0 to 1; null while none ended. */
  successRate: number | null
  /** Mean duration of attempts in microseconds; null without attempts. */
  meanDuration: number | null
  p95Duration: number | null
  /** Mean number of attempts after the first, per ended delivery; null while none ended. */
  meanRetries: number | null
}

export interface DeliveryStats extends Figures {
  /** Deliveries in this state now, whenever they were created. */
  pending: number
  sending: number
  retrying: number
  held: number
  /** Days with at least one attempt or new delivery, oldest first. */
  days: (Figures & { day: Date })[]
}

interface Row {
  day: Date
  bucket: number
  created: number
  attempts: number
  failed_attempts: number
  succeeded: number
  dead: number
  retries: number
  duration: number
}

/**
 * Statistics of deliveries. Past work is read from counters and waiting work from partial indexes, so a read costs the
 * same however many deliveries are stored.
 */
export function createStats(deps: { database: Database; clock: Clock; read: Read }) {
  const { boundedPool } = deps.database

  return async (viewer: Viewer, filter: StatsFilter): Promise<DeliveryStats> => {
    const { endpointId, ...range } = validate(statsInput, filter, 'filter')
    const to = range.to ?? deps.clock.now()
    const from = range.from ?? new Date(to.getTime() - (DAYS_DEFAULT - 1) * DAY_MS)
    const scope = [viewer.organizationId, endpointId ?? null]
    const query = <R extends object>(statement: pg.QueryConfig) =>
      deps.read(viewer.organizationId, () => boundedPool.query<R>(statement))
    const [counted, waiting] = await Promise.all([
      query<Row>({ text: COUNTED, values: [...scope, from, to] }),
      query<Record<'pending' | 'sending' | 'retrying' | 'held', number>>({
        text: WAITING,
        values: scope,
      }),
    ])
    const byDay = Map.groupBy(counted.rows, (row) => row.day.getTime())
    return {
      ...figures(counted.rows),
      ...waiting.rows[0]!,
      days: [...byDay].map(([day, rows]) => ({ day: new Date(day), ...figures(rows) })),
    }
  }
}

const COUNTED = `
SELECT day::timestamp AT TIME ZONE 'UTC' AS day, bucket, sum(created)::float8 AS created, sum(attempts)::float8 AS attempts,
  sum(failed_attempts)::float8 AS failed_attempts, sum(succeeded)::float8 AS succeeded, sum(dead)::float8 AS dead,
  sum(retries)::float8 AS retries, sum(duration_microseconds)::float8 AS duration
FROM delivery_stats WHERE organization_id = $1 AND ($2::text IS NULL OR endpoint_id = $2)
  AND day BETWEEN ($3::timestamptz AT TIME ZONE 'UTC')::date AND ($4::timestamptz AT TIME ZONE 'UTC')::date
GROUP BY 1, 2 ORDER BY 1, 2`

/** Counts endpoint by endpoint through the partial indexes of waiting deliveries. */
const WAITING = `
SELECT coalesce(sum(q.pending), 0)::float8 AS pending, coalesce(sum(q.retrying), 0)::float8 AS retrying,
  coalesce(sum(s.sending), 0)::float8 AS sending, coalesce(sum(h.held), 0)::float8 AS held
FROM webhook_endpoints e
CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE status = 'PENDING') AS pending,
    count(*) FILTER (WHERE status = 'RETRYING') AS retrying
  FROM deliveries d WHERE d.endpoint_id = e.id AND d.status IN ('PENDING', 'RETRYING')) q
CROSS JOIN LATERAL (SELECT count(*) AS sending FROM deliveries d WHERE d.endpoint_id = e.id AND d.status = 'SENDING') s
CROSS JOIN LATERAL (SELECT count(*) AS held FROM deliveries d WHERE d.endpoint_id = e.id AND d.status = 'HELD') h
WHERE e.organization_id = $1 AND ($2::text IS NULL OR e.id = $2)`

function figures(rows: readonly Row[]): Figures {
  const sum = (of: (row: Row) => number) => rows.reduce((total, row) => total + of(row), 0)
  const [attempts, succeeded, dead] = [sum((row) => row.attempts), sum((row) => row.succeeded), sum((row) => row.dead)]
  const ended = succeeded + dead
  return {
    ...{ attempts, succeeded, dead, total: sum((row) => row.created), failed: sum((row) => row.failed_attempts) },
    successRate: ended === 0 ? null : succeeded / ended,
    meanDuration: attempts === 0 ? null : sum((row) => row.duration) / attempts,
    p95Duration: percentile(
      rows.map(({ bucket, attempts }) => ({ bucket, count: attempts })),
      0.95,
    ),
    meanRetries: ended === 0 ? null : sum((row) => row.retries) / ended,
  }
}
