import type { Tier } from '../people/viewer.ts'

/**
 * Key id under which the requests of people of an organization are counted, apart from those of its keys. Requests of
 * people have no records of their own.
 */
export const PEOPLE = 'people'

/** One request with a key, or of a person. */
export interface UsageRecord {
  /** Null for unknown keys. */
  organizationId: string | null
  /** Id of the key, or PEOPLE. */
  keyId: string | null
  tier: Tier | null
  at: Date
  /** Name of the operation. Signalbox chooses the names, so that clients cannot create unlimited series. */
  operation: string
  /** `OK`, or the code of the error. */
  outcome: string
  /** HTTP status; over WebSocket, the status that HTTP would have had. */
  status: number
  durationMicroseconds: number
  requestBytes: number
  responseBytes: number
  ip: string | null
  userAgent: string | null
  error: string | null
}

export const OK = 'OK'
/** Outcome of requests with an unknown or invalid key. */
export const REFUSED = 'UNAUTHENTICATED'
/** Outcomes of requests refused by a rate limit or quota. */
export const LIMITED = ['RATE_LIMITED', 'QUOTA_EXCEEDED']
