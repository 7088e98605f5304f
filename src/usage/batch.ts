import { bucketOf } from '../histogram.ts'
import { timeOrderedUuid } from '../ids.ts'
import { LIMITED, OK, type UsageRecord } from './usage-record.ts'

const MINUTE_MS = 60_000
const INT_AT_MOST = 2 ** 31 - 1
/** What unknown keys are counted under. */
const UNKNOWN = 'unknown'

/** Requests of an organization. What many have in common is there once, and each request says by its place which it has. */
interface Chunk {
  keyIds: Set<string>
  /** In the order in which the view `usage_records` reads them: key, tier, operation, outcome, status, ip, user agent, error. */
  kinds: (string | number | null)[][]
  /** Each as JSON, in that order: place of its kind, milliseconds, microseconds, bytes in, bytes out. */
  requests: string[]
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

/** What requests have in common that differ in nothing but time, duration and size. */
interface Kind {
  chunk: Chunk
  /** Its place among those of the chunk. */
  place: number
  series: Series
}

/** A way to a kind, a branch for each thing that is told apart: cheaper than one text of them all. */
interface Branch extends Map<string | number | null, Branch> {
  series?: Series
  kind?: Kind
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

  function chunkOf(organizationId: string): Chunk {
    const chunk = chunks.get(organizationId) ?? { keyIds: new Set(), kinds: [], requests: [] }
    if (chunk.requests.length === 0) chunks.set(organizationId, chunk)
    return chunk
  }

  function kindOf(record: UsageRecord): Kind {
    const { organizationId, keyId, tier, operation, status, outcome, ip, userAgent, error } = record
    const counted = follow(root, [organizationId, keyId, tier, operation, status])
    const branch = follow(counted, [outcome, ip, userAgent, error])
    if (branch.kind === undefined) {
      const known = storable(record)
      counted.series ??= seriesOf(known)
      branch.kind = { ...keep(known), series: counted.series }
    }
    return branch.kind
  }

  function keep(record: UsageRecord): { chunk: Chunk; place: number } {
    const { keyId, tier, operation, outcome, status, ip, userAgent, error } = record
    const chunk = chunkOf(record.organizationId ?? '')
    if (keyId !== null) chunk.keyIds.add(keyId)
    return { chunk, place: chunk.kinds.push([keyId, tier, operation, outcome, status, ip, userAgent, error]) - 1 }
  }

  function seriesOf({ organizationId, keyId, tier, operation, status }: UsageRecord): Series {
    const series = {
      ...{ organization_id: organizationId ?? '', key_id: keyId ?? UNKNOWN, tier: tier ?? '', operation, status, at },
      ...{ bucket: [], requests: [], failed: [], limited: [] },
      ...{ duration_microseconds: [], request_bytes: [], response_bytes: [] },
    }
    counts.push(series)
    return series
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
    add(record: UsageRecord): void {
      size++
      if (record.organizationId === null) unknown++
      const { chunk, place, series } = kindOf(record)
      const duration = Math.min(record.durationMicroseconds, INT_AT_MOST)
      const received = Math.min(record.requestBytes, INT_AT_MOST)
      const sent = Math.min(record.responseBytes, INT_AT_MOST)
      chunk.requests.push(`[${place},${record.at.getTime()},${duration},${received},${sent}]`)
      count(series, record.outcome, duration, received, sent)
    },
    /** It takes no more: while it waits to be written, it is no larger than what is written. */
    close: () => root.clear(),
    get counts(): string {
      return JSON.stringify(counts)
    },
    /** What is kept of each organization: ids with spaces between them, and arrays without line breaks. */
    get chunks() {
      return [...chunks].map(([organizationId, { keyIds, kinds, requests }]) => ({
        ...{ organizationId, keyIds: [...keyIds].join(' ') },
        ...{ kinds: JSON.stringify(kinds), requests: `[${requests.join(',')}]` },
      }))
    },
  }
}

const minuteOf = (at: Date) => Math.floor(at.getTime() / MINUTE_MS)

function follow(from: Branch, parts: readonly (string | number | null)[]): Branch {
  let branch = from
  for (const part of parts) branch = branch.get(part) ?? grow(branch, part)
  return branch
}

function grow(branch: Branch, part: string | number | null): Branch {
  const next: Branch = new Map()
  branch.set(part, next)
  return next
}

/** @param durationMicroseconds and bytes, of one request */
function count(series: Series, outcome: string, durationMicroseconds: number, received: number, sent: number): void {
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

const TEXTS = ['operation', 'outcome', 'ip', 'userAgent', 'error'] as const

/** Without what PostgreSQL does not take in texts, and clients may send: NUL, and half of a surrogate pair. */
function storable(record: UsageRecord): UsageRecord {
  const texts = TEXTS.map((name) => [name, record[name]?.toWellFormed().replaceAll('\0', '') ?? null])
  return { ...record, ...Object.fromEntries(texts) }
}
