import { timeOrderedUuid } from '../../lib/ids.ts'
import { count, createSeries, type Series } from './series.ts'
import type { UsageRecord } from './usage-record.ts'

const MINUTE_MS = 60_000
const INT_AT_MOST = 2 ** 31 - 1

/** Requests of one organization. Shared properties are stored once, and each request refers to them by index. */
interface Chunk {
  keyIds: Set<string>
  /** In the column order of the view `usage_records`: key, tier, operation, outcome, status, ip, user agent, error. */
  kinds: (string | number | null)[][]
  /**
   * Five numbers per request: index of its properties, milliseconds, microseconds, bytes in, bytes out. One flat array
   * spares the garbage collector.
   */
  requests: number[]
}

/** Properties shared by requests that differ only in time, duration and size. */
interface Kind {
  first: UsageRecord
  chunk: Chunk
  /** Index within the chunk. */
  place: number
  series: Series
}

/** Requests of one minute that are written together: each one for look-ups, and their counts for roll-ups. */
export type Batch = ReturnType<typeof createBatch>

/** @param now time of the batch id, and the minute of the batch */
export function createBatch(now: Date) {
  const minute = minuteOf(now)
  const at = new Date(minute * MINUTE_MS).toISOString()
  const chunks = new Map<string, Chunk>()
  /** By key, or by address for unknown keys; few entries each. */
  const kinds = new Map<string, Kind[]>()
  const counts = new Map<string, Series>()
  let size = 0

  function chunkOf(organizationId: string): Chunk {
    const chunk = chunks.get(organizationId) ?? { keyIds: new Set(), kinds: [], requests: [] }
    if (chunk.requests.length === 0) chunks.set(organizationId, chunk)
    return chunk
  }

  function kindOf(record: UsageRecord): Kind {
    const under = record.keyId ?? record.ip ?? ''
    const known = kinds.get(under)
    for (const kind of known ?? []) if (isAlike(kind.first, record)) return kind
    const stored = storable(record)
    const kind = { first: record, ...keep(stored), series: seriesOf(stored) }
    if (known === undefined) kinds.set(under, [kind])
    else known.push(kind)
    return kind
  }

  function keep(record: UsageRecord): { chunk: Chunk; place: number } {
    const { keyId, tier, operation, outcome, status, ip, userAgent, error } = record
    const chunk = chunkOf(record.organizationId ?? '')
    if (keyId !== null) chunk.keyIds.add(keyId)
    return { chunk, place: chunk.kinds.push([keyId, tier, operation, outcome, status, ip, userAgent, error]) - 1 }
  }

  function seriesOf(record: UsageRecord): Series {
    const { organizationId, keyId, tier, operation, status } = record
    const name = JSON.stringify([organizationId, keyId, tier, operation, status])
    const known = counts.get(name)
    if (known !== undefined) return known
    const series = createSeries(record, at)
    counts.set(name, series)
    return series
  }

  return {
    id: timeOrderedUuid(now),
    get size() {
      return size
    },
    /** True when the request belongs to the minute of the batch. */
    takes: ({ at }: UsageRecord) => minuteOf(at) === minute,
    add(record: UsageRecord): void {
      size++
      const { chunk, place, series } = kindOf(record)
      const { duration, received, sent } = figuresOf(record)
      chunk.requests.push(place, record.at.getTime(), duration, received, sent)
      count(series, record.outcome, duration, received, sent)
    },
    /** Counts a request without a record of its own. */
    count(record: UsageRecord): void {
      const { duration, received, sent } = figuresOf(record)
      count(seriesOf(storable(record)), record.outcome, duration, received, sent)
    },
    /** Closes the batch: the memory of the index is freed while the batch waits to be written. */
    close: () => kinds.clear(),
    get counts(): string {
      return JSON.stringify([...counts.values()])
    },
    /** Stored form of each organization's requests: ids separated by spaces, and arrays without line breaks. */
    get chunks() {
      return [...chunks].map(([organizationId, { keyIds, kinds, requests }]) => ({
        ...{ organizationId, keyIds: [...keyIds].join(' ') },
        ...{ kinds: JSON.stringify(kinds), requests: inFives(requests) },
      }))
    },
  }
}

function figuresOf(record: UsageRecord) {
  return {
    duration: Math.min(record.durationMicroseconds, INT_AT_MOST),
    received: Math.min(record.requestBytes, INT_AT_MOST),
    sent: Math.min(record.responseBytes, INT_AT_MOST),
  }
}

const minuteOf = (at: Date) => Math.floor(at.getTime() / MINUTE_MS)

/** Compares the most distinctive property first. */
function isAlike(a: UsageRecord, b: UsageRecord): boolean {
  return (
    a.ip === b.ip &&
    a.operation === b.operation &&
    a.status === b.status &&
    a.outcome === b.outcome &&
    a.userAgent === b.userAgent &&
    a.error === b.error &&
    a.tier === b.tier &&
    a.organizationId === b.organizationId
  )
}

/** JSON text: a list of lists of five numbers. */
function inFives(numbers: readonly number[]): string {
  const fives: string[] = []
  for (let n = 0; n < numbers.length; n += 5)
    fives.push(`[${numbers[n]},${numbers[n + 1]},${numbers[n + 2]},${numbers[n + 3]},${numbers[n + 4]}]`)
  return `[${fives.join(',')}]`
}

const TEXTS = ['operation', 'outcome', 'ip', 'userAgent', 'error'] as const

/** Replaces NUL and lone surrogates, which clients may send and PostgreSQL text cannot hold. */
function storable(record: UsageRecord): UsageRecord {
  const texts = TEXTS.map((name) => [name, record[name]?.toWellFormed().replaceAll('\0', '') ?? null])
  return { ...record, ...Object.fromEntries(texts) }
}
