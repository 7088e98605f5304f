import { percentile } from '../../lib/histogram.ts'

export const MINUTES = 60
const MINUTE_MS = 60_000

/** Figures of one minute. */
export interface MinuteFigures {
  /** Start of the minute. */
  at: Date
  /** Deliveries created. */
  created: number
  /** Attempts that the receiver accepted. */
  succeeded: number
  /** Attempts that failed. */
  failed: number
}

/** Figures of the 60 minutes that end with the current one. */
export interface LastHour {
  created: number
  succeeded: number
  failed: number
  /** Share of attempts that the receiver accepted, 0 to 1; null without attempts. */
  successShare: number | null
  /** Microseconds; null without attempts. */
  p95Duration: number | null
  /** Every minute, oldest first. */
  minutes: MinuteFigures[]
}

/** Counters of one minute and duration bucket. */
export interface MinuteRow {
  minute: Date
  bucket: number
  created: number
  attempts: number
  failed: number
}

/**
 * SQL for the counters of the last hour, in the columns of `MinuteRow`. The table has one row for each minute and
 * duration bucket of an organization, so that the number of deliveries does not matter.
 *
 * @param at SQL for the current time
 * @param organizationId SQL for the organization
 */
export const lastHourOf = (organizationId: string, at: string) => `
SELECT minute, bucket, created, attempts, failed_attempts AS failed FROM delivery_minutes
WHERE organization_id = ${organizationId} AND minute > ${at} - interval '${MINUTES} minutes' AND minute <= ${at}`

/** @param now the current time, of the clock by which the rows were selected */
export function createLastHour(rows: readonly MinuteRow[], now: Date): LastHour {
  const end = Math.floor(now.getTime() / MINUTE_MS) * MINUTE_MS
  const byMinute = Map.groupBy(rows, ({ minute }) => minute.getTime())
  const minutes = Array.from({ length: MINUTES }, (_, n) => {
    const at = end - (MINUTES - 1 - n) * MINUTE_MS
    return { at: new Date(at), ...sums(byMinute.get(at) ?? []) }
  })
  const { created, succeeded, failed } = sums(rows)
  const attempts = succeeded + failed
  return {
    ...{ created, succeeded, failed, minutes },
    successShare: attempts === 0 ? null : succeeded / attempts,
    p95Duration: percentile(
      rows.map(({ bucket, attempts: count }) => ({ bucket, count })),
      0.95,
    ),
  }
}

function sums(rows: readonly MinuteRow[]) {
  const sum = (of: (row: MinuteRow) => number) => rows.reduce((total, row) => total + of(row), 0)
  const failed = sum((row) => row.failed)
  return { created: sum((row) => row.created), succeeded: sum((row) => row.attempts) - failed, failed }
}
