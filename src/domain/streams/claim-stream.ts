import type pg from 'pg'
import type { AttemptTrigger } from '../../database/generated/enums.ts'
import type { LeasedDelivery } from '../deliveries/attempt-outcome.ts'
import type { SignableDelivery, SigningEndpoint } from '../deliveries/sign-request.ts'
import type { Undeliverable } from '../deliveries/undeliverable.ts'

/** Settings of a stream that signatures and results need, as of the claim. */
export type StreamEndpoint = SigningEndpoint & LeasedDelivery['endpoint']

/** A delivery that a listener has leased, with everything that its message and its result need. */
export interface StreamDelivery extends LeasedDelivery, SignableDelivery {
  endpoint: StreamEndpoint
  attempt_count: number
  next_attempt_at: Date | null
  status_reason: string | null
  created_at: Date
  updated_at: Date
  lease_until: Date
}

export interface StreamClaim {
  /** Leased deliveries in the order of their due times. */
  deliveries: StreamDelivery[]
  /** Due deliveries that must not be sent. No claim takes them, and every claim lists them until they are moved. */
  undeliverable: Undeliverable[]
  /** True when another claim finds more. */
  truncated: boolean
  /** Milliseconds until the next retry that was not due yet; null when none waits. */
  nextRetryInMs: number | null
}

/** A claim without deliveries returns one row with nulls. */
interface Row {
  id: string | null
  version: number
  trigger: AttemptTrigger
  attempt_count: number
  scheduled_attempts: number
  next_attempt_at: Date | null
  status_reason: string | null
  created_at: Date
  updated_at: Date
  lease_until: Date
  event_id: string
  event_type: string
  body: string
  settings: StreamEndpoint | null
  undeliverable: Undeliverable[] | null
  truncated: boolean
  next_retry_in_ms: number | null
}

/**
 * Claims due deliveries of one stream by one call of `claim_stream_v1` (prisma/functions).
 *
 * @returns undefined when the organization has no such stream
 */
export async function claimStream(
  pool: pg.Pool,
  stream: { organizationId: string; endpointId: string },
  /** `maxBytes` bounds the bodies of the claim; the first is claimed in any case. */
  options: { now: Date | null; limit: number; maxBytes: number; leaseSeconds: number },
): Promise<StreamClaim | undefined> {
  const { organizationId, endpointId } = stream
  const { now, limit, maxBytes, leaseSeconds } = options
  const { rows } = await pool.query<Row>({
    text: 'SELECT * FROM claim_stream_v1($1, $2, $3, $4, $5, $6)',
    values: [now, organizationId, endpointId, limit, maxBytes, leaseSeconds],
  })
  const first = rows[0]!
  const { settings } = first
  if (settings === null) return undefined
  return {
    deliveries: first.id === null ? [] : rows.map((row) => toDelivery(row, stream, settings)),
    undeliverable: first.undeliverable ?? [],
    truncated: first.truncated,
    nextRetryInMs: first.next_retry_in_ms,
  }
}

function toDelivery(
  { settings: _, undeliverable: _undeliverable, truncated: _truncated, next_retry_in_ms: _next, ...row }: Row,
  { organizationId, endpointId }: { organizationId: string; endpointId: string },
  endpoint: StreamEndpoint,
): StreamDelivery {
  return {
    ...row,
    id: row.id!,
    body: Buffer.from(row.body),
    organization_id: organizationId,
    endpoint_id: endpointId,
    endpoint,
  }
}
