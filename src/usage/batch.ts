import { bucketOf } from '../histogram.ts'
import { timeOrderedUuid } from '../ids.ts'
import { LIMITED, OK, type UsageRecord } from './usage-record.ts'

const MINUTE_MS = 60_000
const INT_AT_MOST = 2 ** 31 - 1
/** What unknown keys are counted under. */
const UNKNOWN = 'unknown'

/** Requests of an organization. */
interface Chunk {
  keyIds: Set<string>
  /** Each as JSON: shorter to keep than the objects, and ready to be written. */
  records: string[]
}

/**
 * Requests within a minute that have everything in common which is counted, as src/usage/roll-up.ts takes them. Buckets of
 * durations (src/histogram.ts) side by side with the sums of each.
 */
interface Series {
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

/** A way to a series, a branch for each thing that is told apart: cheaper than one text of them all for every request. */
interface Branch extends Map<string | number | null, Branch> {
  series?: Series
}

/**
 * Requests of one minute that are written at once: one by one for whoever looks them up, and counted, since many of them
 * differ in nothing that counts.
 */
export type Batch = ReturnType<typeof createBatch>

/** @param now of its id, and the minute of its requests */
export function createBatch(now: Date) {
  const minute = minuteOf(now)
  const at = new Date(minute * MINUTE_MS).toISOString()
  const chunks = new Map<string, Chunk>()
  const root: Branch = new Map()
  const counts: Series[] = []
  let size = 0
  let unknown = 0

  function keep(organizationId: string, keyId: string | null, json: string): void {
    const chunk = chunks.get(organizationId) ?? { keyIds: new Set(), records: [] }
    if (chunk.records.push(json) === 1) chunks.set(organizationId, chunk)
    if (keyId !== null) chunk.keyIds.add(keyId)
  }

  function seriesOf({ organizationId, keyId, tier, operation, status }: UsageRecord): Series {
    let branch = root
    for (const part of [organizationId, keyId, tier, operation, status]) branch = branch.get(part) ?? grow(branch, part)
    if (branch.series !== undefined) return branch.series
    const series = {
      ...{ organization_id: organizationId ?? '', key_id: keyId ?? UNKNOWN, tier: tier ?? '', operation, status, at },
      ...{ bucket: [], requests: [], failed: [], limited: [] },
      ...{ duration_microseconds: [], request_bytes: [], response_bytes: [] },
    }
    counts.push(series)
    branch.series = series
    return series
  }

  function count(record: UsageRecord): void {
    const series = seriesOf(record)
    const bucket = bucketOf(record.durationMicroseconds)
    const known = series.bucket.indexOf(bucket)
    const n = known >= 0 ? known : series.bucket.push(bucket) - 1
    const add = (sums: number[], amount: number) => {
      sums[n] = (sums[n] ?? 0) + amount
    }
    add(series.requests, 1)
    add(series.failed, record.outcome === OK ? 0 : 1)
    add(series.limited, LIMITED.includes(record.outcome) ? 1 : 0)
    add(series.duration_microseconds, record.durationMicroseconds)
    add(series.request_bytes, record.requestBytes)
    add(series.response_bytes, record.responseBytes)
  }

  return {
    id: timeOrderedUuid(now),
    get size() {
      return size
    },
    /** How many of them have keys that nobody has. */
    get unknown() {
      return unknown
    },
    /** Whether a request is of its minute. */
    takes: ({ at }: UsageRecord) => minuteOf(at) === minute,
    add(given: UsageRecord): void {
      const record = storable(given)
      size++
      if (record.organizationId === null) unknown++
      keep(record.organizationId ?? '', record.keyId, toJson(record))
      count(record)
    },
    get counts(): string {
      return JSON.stringify(counts)
    },
    /** What is kept of each organization: ids with spaces between them, and an array without line breaks. */
    get chunks() {
      return [...chunks].map(([organizationId, { keyIds, records }]) => ({
        ...{ organizationId, keyIds: [...keyIds].join(' '), records: `[${records.join(',')}]` },
      }))
    },
  }
}

const minuteOf = (at: Date) => Math.floor(at.getTime() / MINUTE_MS)

function grow(branch: Branch, part: string | number | null): Branch {
  const next: Branch = new Map()
  branch.set(part, next)
  return next
}

/** In the order in which the view `usage_records` reads it; `at` in milliseconds. */
function toJson(record: UsageRecord): string {
  const { keyId, tier, at, operation, outcome, status, durationMicroseconds } = record
  const { requestBytes, responseBytes, ip, userAgent, error } = record
  const time = at.getTime()
  const amounts = [status, durationMicroseconds, requestBytes, responseBytes]
  return JSON.stringify([keyId, tier, time, operation, outcome, ...amounts, ip, userAgent, error])
}

const TEXTS = ['operation', 'outcome', 'ip', 'userAgent', 'error'] as const
/** What PostgreSQL does not take in texts, and clients may send: NUL, and half of a surrogate pair. */
const UNSTORABLE = /[\0\p{Surrogate}]/u

/** A record that nothing can refuse once it was written. */
function storable(record: UsageRecord): UsageRecord {
  const { durationMicroseconds, requestBytes, responseBytes } = record
  const isShort = Math.max(durationMicroseconds, requestBytes, responseBytes) <= INT_AT_MOST
  if (isShort && TEXTS.every((name) => record[name] === null || !UNSTORABLE.test(record[name]))) return record
  const texts = TEXTS.map((name) => [name, record[name]?.toWellFormed().replaceAll('\0', '') ?? null])
  return {
    ...record,
    ...Object.fromEntries(texts),
    durationMicroseconds: Math.min(durationMicroseconds, INT_AT_MOST),
    requestBytes: Math.min(requestBytes, INT_AT_MOST),
    responseBytes: Math.min(responseBytes, INT_AT_MOST),
  }
}
