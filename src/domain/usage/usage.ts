import type pg from 'pg'
import { z } from 'zod'
import type { Database } from '../../database/client.ts'
import type { Clock } from '../../lib/clock.ts'
import { ValidationError } from '../../lib/errors.ts'
import { percentile } from '../../lib/histogram.ts'
import { validate } from '../../lib/validate.ts'
import type { Read } from '../limits/read-concurrency.ts'
import type { Viewer } from '../people/viewer.ts'
import { PEOPLE } from './usage-record.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** Bucket granularities, each with its retention and the range for which it is the default. */
export const WIDTHS = {
  MINUTE: { ms: MINUTE_MS, keptDays: 2, upToMs: 3 * HOUR_MS },
  HOUR: { ms: HOUR_MS, keptDays: 60, upToMs: 8 * DAY_MS },
  DAY: { ms: DAY_MS, keptDays: 800, upToMs: 92 * DAY_MS },
  MONTH: { ms: 31 * DAY_MS, keptDays: 3_660, upToMs: Number.POSITIVE_INFINITY },
} as const
export type Width = keyof typeof WIDTHS

const POINTS_AT_MOST = 1_000
/** Maximum keys of one answer, those with the most requests. */
export const KEYS_SHOWN = 20
/** Time before now in which requests show that a key is in use. */
const RECENT_MS = 5 * MINUTE_MS

const usageInput = z.object({
  keyId: z.string().nullish(),
  operation: z.string().nullish(),
  status: z.number().int().nullish(),
  tier: z.enum(['STANDARD', 'ELEVATED', 'ENTERPRISE']).nullish(),
  from: z.date().nullish(),
  to: z.date().nullish(),
  interval: z.enum(['MINUTE', 'HOUR', 'DAY', 'MONTH']).nullish(),
})

export type UsageFilter = z.input<typeof usageInput>

/** Usage figures of a range of time. */
export interface UsageFigures {
  requests: number
  /** Requests that ended with an error. */
  failed: number
  /** Requests refused by a rate limit or quota. */
  rateLimited: number
  /** Share of failed requests, 0 to 1; null without requests. */
  errorRate: number | null
  /** Microseconds; null without requests. */
  meanDuration: number | null
  p50Duration: number | null
  p95Duration: number | null
  p99Duration: number | null
  requestBytes: number
  responseBytes: number
}

/** A range of usage. Each part is one query over its buckets. */
export interface Usage {
  interval: Width
  from: Date
  to: Date
  totals(): Promise<UsageFigures>
  series(): Promise<(UsageFigures & { at: Date })[]>
  by(dimension: 'operation' | 'status' | 'tier'): Promise<(UsageFigures & { value: string })[]>
  /** The keys with the most requests; none of people and of unknown keys of the installation. */
  byKey(): Promise<(UsageFigures & { value: string })[]>
  /** Number of keys with at least one request. */
  uniqueKeys(): Promise<number>
}

interface Row {
  value: string | Date
  bucket: number
  requests: number
  failed: number
  limited: number
  duration: number
  request_bytes: number
  response_bytes: number
}

/** Key id under which the requests of all keys of an organization are counted. */
const ALL_KEYS = ''
const UNKNOWN = { organizationId: '', keyId: ALL_KEYS }

/** Reads usage of an organization or of one key from roll-ups, so that a year costs the same as a week. */
export function createReadUsage(deps: { database: Database; clock: Clock; read: Read }) {
  const { boundedPool } = deps.database
  return {
    ofOrganization: (viewer: Viewer, filter: UsageFilter): Usage =>
      usageOf({ organizationId: viewer.organizationId, keyId: filter.keyId ?? ALL_KEYS }, filter),
    /** @throws ValidationError when the filter names a key */
    ofKey(viewer: Viewer, keyId: string, filter: UsageFilter): Usage {
      if (filter.keyId != null)
        throw new ValidationError([
          { path: 'filter.keyId', message: 'must be absent: the usage is of one key already' },
        ])
      return usageOf({ organizationId: viewer.organizationId, keyId }, filter)
    },
    /** Number of requests with a key in this minute and the five before it. */
    async recentRequests({ organizationId }: Viewer, keyId: string): Promise<number> {
      const from = new Date(deps.clock.now().getTime() - RECENT_MS)
      return (await usageOf({ organizationId, keyId }, { from, interval: 'MINUTE' }).totals()).requests
    },
    /** Usage of the people of an organization. */
    ofPeople: (viewer: Viewer, filter: Omit<UsageFilter, 'keyId' | 'tier'>): Usage =>
      usageOf({ organizationId: viewer.organizationId, keyId: PEOPLE }, filter),
    /** Usage of unknown keys, which shows brute force to the operator. */
    ofUnknownKeys: (filter: UsageFilter): Usage => usageOf(UNKNOWN, filter),
  }

  function usageOf(who: { organizationId: string; keyId: string }, filter: UsageFilter): Usage {
    const { operation = null, status = null, tier = null, ...range } = validate(usageInput, filter, 'filter')
    const { interval, from, to } = rangeOf(range, deps.clock.now())
    const values = [who.organizationId, who.keyId, interval, from, to, operation, status, tier]
    const query = <R extends object>(statement: pg.QueryConfig) =>
      deps.read(who.organizationId, () => boundedPool.query<R>(statement))
    /** Each query runs once, however many aliases ask for it. */
    const readings = new Map<keyof typeof BY, Promise<pg.QueryResult<Row>>>()
    const rowsOf = (dimension: keyof typeof BY) => {
      const reading = readings.get(dimension) ?? query<Row>({ text: BY[dimension], values })
      readings.set(dimension, reading)
      return reading
    }
    let keys: Promise<number> | undefined
    const grouped = async (dimension: keyof typeof BY) => {
      const { rows } = await rowsOf(dimension)
      return [...Map.groupBy(rows, ({ value }) => (value instanceof Date ? value.getTime() : value))]
    }
    const by = async (dimension: keyof typeof BY) => {
      const groups = (await grouped(dimension)).map(([value, rows]) => ({ value: String(value), ...figures(rows) }))
      return groups.sort((a, b) => b.requests - a.requests)
    }
    return {
      ...{ interval, from, to, by },
      byKey: () => by('key'),
      async totals() {
        const [all] = await grouped('nothing')
        return figures(all?.[1] ?? [])
      },
      async series() {
        return (await grouped('at')).map(([at, rows]) => ({ at: new Date(at), ...figures(rows) }))
      },
      uniqueKeys() {
        keys ??= query<{ keys: number }>({ text: KEYS, values }).then(({ rows }) => rows[0]!.keys)
        return keys
      },
    }
  }
}

/** Rounds a range to whole buckets: requests inside one bucket cannot be told apart. */
function rangeOf(range: Pick<z.output<typeof usageInput>, 'from' | 'to' | 'interval'>, now: Date) {
  // The bucket of the current moment is included.
  const to = range.to ?? new Date(now.getTime() + 1)
  const from = range.from ?? new Date(to.getTime() - DAY_MS)
  const refuse = (message: string) => {
    throw new ValidationError([{ path: 'filter.from', message }])
  }
  if (from >= to) refuse('must be before to')
  const length = to.getTime() - from.getTime()
  const fitting = (Object.keys(WIDTHS) as Width[]).find((width) => {
    const { upToMs, keptDays } = WIDTHS[width]
    return length <= upToMs && now.getTime() - from.getTime() <= keptDays * DAY_MS
  })
  const interval = range.interval ?? fitting ?? 'MONTH'
  if (length / WIDTHS[interval].ms > POINTS_AT_MOST) refuse(`is more than ${POINTS_AT_MOST} of ${interval} before to`)
  return { interval, from: startOf(interval, from), to }
}

function startOf(width: Width, time: Date): Date {
  if (width === 'MONTH') return new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth()))
  return new Date(Math.floor(time.getTime() / WIDTHS[width].ms) * WIDTHS[width].ms)
}

const CONDITIONS = `($6::text IS NULL OR operation = $6) AND ($7::int IS NULL OR status = $7) AND ($8::text IS NULL OR tier = $8)`
const BUCKETS =
  'usage_series s JOIN usage_buckets b ON b.series_id = s.id AND width = $3::usage_width AND at >= $4 AND at < $5'

function by(value: string, keys = 'key_id = $2'): string {
  return `
SELECT ${value} AS value, bucket, sum(requests)::float8 AS requests, sum(failed)::float8 AS failed,
  sum(limited)::float8 AS limited, sum(duration_microseconds)::float8 AS duration,
  sum(request_bytes)::float8 AS request_bytes, sum(response_bytes)::float8 AS response_bytes
FROM ${BUCKETS} WHERE organization_id = $1 AND ${keys} AND ${CONDITIONS} GROUP BY 1, 2 ORDER BY 1`
}

/** The busiest keys: the one of the filter, or else those of the organization. */
const BUSIEST = `key_id IN (
  SELECT key_id FROM ${BUCKETS}
  WHERE organization_id = $1 AND organization_id <> '' AND key_id NOT IN ('${ALL_KEYS}', '${PEOPLE}')
    AND ($2 = '${ALL_KEYS}' OR key_id = $2) AND ${CONDITIONS}
  GROUP BY 1 ORDER BY sum(requests) DESC LIMIT ${KEYS_SHOWN})`

const BY = {
  nothing: by("''"),
  at: by('at'),
  operation: by('operation'),
  status: by('status::text'),
  tier: by("coalesce(nullif(tier, ''), 'NONE')"),
  key: by('key_id', BUSIEST),
}

/** Walks key by key and takes the first bucket of each. */
const KEYS = `
SELECT count(*)::float8 AS keys FROM api_keys k WHERE organization_id = $1 AND ($2 = '${ALL_KEYS}' OR k.id = $2) AND EXISTS (
  SELECT 1 FROM usage_series s JOIN usage_buckets b ON b.series_id = s.id
  WHERE s.organization_id = $1 AND s.key_id = k.id AND b.width = $3::usage_width AND b.at >= $4 AND b.at < $5
    AND ($6::text IS NULL OR operation = $6) AND ($7::int IS NULL OR status = $7) AND ($8::text IS NULL OR tier = $8))`

function figures(rows: readonly Row[]): UsageFigures {
  const sum = (of: (row: Row) => number) => rows.reduce((total, row) => total + of(row), 0)
  const requests = sum((row) => row.requests)
  const failed = sum((row) => row.failed)
  const counts = rows.map(({ bucket, requests: count }) => ({ bucket, count }))
  return {
    ...{ requests, failed, rateLimited: sum((row) => row.limited) },
    errorRate: requests === 0 ? null : failed / requests,
    meanDuration: requests === 0 ? null : sum((row) => row.duration) / requests,
    p50Duration: percentile(counts, 0.5),
    p95Duration: percentile(counts, 0.95),
    p99Duration: percentile(counts, 0.99),
    requestBytes: sum((row) => row.request_bytes),
    responseBytes: sum((row) => row.response_bytes),
  }
}
