import { timeOrderedUuid } from '../../lib/ids.ts'
import { count, createSeries, type Series } from './series.ts'
import type { UsageRecord } from './usage-record.ts'

const MINUTE_MS = 60_000
const INT_AT_MOST = 2 ** 31 - 1

/** Requests of an organization. What many have in common is there once, and each request says by its place which it has. */
interface Chunk {
  keyIds: Set<string>
  /** In the order in which the view `usage_records` reads them: key, tier, operation, outcome, status, ip, user agent, error. */
  kinds: (string | number | null)[][]
  /** Five numbers each: place of its kind, milliseconds, microseconds, bytes in, bytes out. Flat: nothing to collect. */
  requests: number[]
}

/** What requests have in common that differ in nothing but time, duration and size. */
interface Kind {
  first: UsageRecord
  chunk: Chunk
  /** Its place among those of the chunk. */
  place: number
  series: Series
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
  /** By key, or else by address: few each. */
  const kinds = new Map<string, Kind[]>()
  const counts = new Map<string, Series>()
  let size = 0
  let unknown = 0

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
      chunk.requests.push(place, record.at.getTime(), duration, received, sent)
      count(series, record.outcome, duration, received, sent)
    },
    /** It takes no more: while it waits to be written, it is no larger than what is written. */
    close: () => kinds.clear(),
    get counts(): string {
      return JSON.stringify([...counts.values()])
    },
    /** What is kept of each organization: ids with spaces between them, and arrays without line breaks. */
    get chunks() {
      return [...chunks].map(([organizationId, { keyIds, kinds, requests }]) => ({
        ...{ organizationId, keyIds: [...keyIds].join(' ') },
        ...{ kinds: JSON.stringify(kinds), requests: inFives(requests) },
      }))
    },
  }
}

const minuteOf = (at: Date) => Math.floor(at.getTime() / MINUTE_MS)

/** What differs most comes first. */
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

/** JSON: a list of lists of five. */
function inFives(numbers: readonly number[]): string {
  const fives: string[] = []
  for (let n = 0; n < numbers.length; n += 5)
    fives.push(`[${numbers[n]},${numbers[n + 1]},${numbers[n + 2]},${numbers[n + 3]},${numbers[n + 4]}]`)
  return `[${fives.join(',')}]`
}

const TEXTS = ['operation', 'outcome', 'ip', 'userAgent', 'error'] as const

/** Without what PostgreSQL does not take in texts, and clients may send: NUL, and half of a surrogate pair. */
function storable(record: UsageRecord): UsageRecord {
  const texts = TEXTS.map((name) => [name, record[name]?.toWellFormed().replaceAll('\0', '') ?? null])
  return { ...record, ...Object.fromEntries(texts) }
}
