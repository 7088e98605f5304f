import { bucketOf } from '../../lib/histogram.ts'
import { LIMITED, OK, type UsageRecord } from './usage-record.ts'

/** Key id under which requests with unknown keys are counted. */
const UNKNOWN = 'unknown'

/**
 * Counters of requests in one minute that share every counted property, in the format of roll-up.ts. The arrays run in
 * parallel: a duration bucket (src/lib/histogram.ts) and the sums of its requests.
 */
export interface Series {
  organization_id: string
  key_id: string
  tier: string
  operation: string
  status: number
  at: string
  bucket: number[]
  requests: number[]
  failed: number[]
  limited: number[]
  duration_microseconds: number[]
  request_bytes: number[]
  response_bytes: number[]
}

/** @param at the minute, ISO 8601 */
export const createSeries = ({ organizationId, keyId, tier, operation, status }: UsageRecord, at: string): Series => ({
  ...{ organization_id: organizationId ?? '', key_id: keyId ?? UNKNOWN, tier: tier ?? '', operation, status, at },
  ...{ bucket: [], requests: [], failed: [], limited: [] },
  ...{ duration_microseconds: [], request_bytes: [], response_bytes: [] },
})

/** Counts one request. */
export function count(
  series: Series,
  outcome: string,
  durationMicroseconds: number,
  received: number,
  sent: number,
): void {
  const bucket = bucketOf(durationMicroseconds)
  const known = series.bucket.indexOf(bucket)
  const n = known >= 0 ? known : series.bucket.push(bucket) - 1
  const add = (sums: number[], amount: number) => {
    sums[n] = (sums[n] ?? 0) + amount
  }
  add(series.requests, 1)
  add(series.failed, outcome === OK ? 0 : 1)
  add(series.limited, LIMITED.includes(outcome) ? 1 : 0)
  add(series.duration_microseconds, durationMicroseconds)
  add(series.request_bytes, received)
  add(series.response_bytes, sent)
}
