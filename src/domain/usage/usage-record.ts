import type { Tier } from '../people/viewer.ts'

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
