import type { Tier } from '../access/viewer.ts'

/** One request with a key (U1). */
export interface UsageRecord {
  /** Null for unknown keys. */
  organizationId: string | null
  keyId: string | null
  tier: Tier | null
  at: Date
  /** What was asked for, by a name of ours: clients must not choose how many there are. */
  operation: string
  /** `OK`, or the code of the error. */
  outcome: string
  /** As in HTTP. */
  status: number
  durationMicroseconds: number
  requestBytes: number
  responseBytes: number
  ip: string | null
  userAgent: string | null
  error: string | null
}

export const OK = 'OK'
/** Outcomes of requests that a limit has refused. */
export const LIMITED = ['RATE_LIMITED', 'QUOTA_EXCEEDED']
const INT_AT_MOST = 2 ** 31 - 1

/** PostgreSQL takes no NUL and no half of a surrogate pair in texts, which clients may send, and no number past 32 bits. */
export function storable(record: UsageRecord): UsageRecord {
  const text = (value: string | null) => (value === null ? null : value.toWellFormed().replaceAll('\0', ''))
  return {
    ...record,
    ...{ userAgent: text(record.userAgent), error: text(record.error), ip: text(record.ip) },
    ...{ operation: text(record.operation) ?? '', outcome: text(record.outcome) ?? '' },
    durationMicroseconds: Math.min(record.durationMicroseconds, INT_AT_MOST),
    responseBytes: Math.min(record.responseBytes, INT_AT_MOST),
  }
}
