import { createPool } from '../src/database/client.ts'
import type { ConnectionOptions } from '../src/database/connection.ts'
import type { SignatureScheme } from '../src/database/generated/enums.ts'
import type { LeasedDelivery } from '../src/domain/deliveries/attempt-outcome.ts'
import type { Undeliverable } from '../src/domain/deliveries/undeliverable.ts'

/** Endpoint of a claimed delivery, as of the claim. */
export interface ClaimedEndpoint {
  url: string
  timeoutSeconds: number
  maxAttempts: number
  backoffSeconds: number[]
  signatureScheme: SignatureScheme
  headersEncrypted: string | null
  /** Ciphertexts of the signing secrets, newest first. */
  secrets: string[]
}

/** A claimed delivery with everything an attempt needs, so that no statement runs before its result is recorded. */
export interface ClaimedDelivery extends LeasedDelivery {
  body: Uint8Array
  /** Milliseconds to wait before sending; 0 without a rate limit. */
  send_in: number
  /** Milliseconds between two requests of a rate-limited endpoint; 0 without a rate limit. */
  spacing: number
  endpoint: ClaimedEndpoint
  /** Time of the claim in milliseconds of `performance.now()`. */
  claimedAt: number
}

export interface ClaimOptions {
  /** Null takes the clock of the database. */
  now: Date | null
  /** Maximum deliveries of the claim. */
  limit: number
  leaseSeconds: number
  /** Organizations that use their whole share of this worker. */
  fullOrganizations: readonly string[]
}

export interface Claim {
  /** Deliveries to send now: endpoints in turn, and the deliveries of each in order. */
  deliveries: ClaimedDelivery[]
  /** Due deliveries that must not be sent. No claim takes them, and every claim lists them until they are moved. */
  undeliverable: Undeliverable[]
  /** Organizations with an endpoint that reached its share of the batch, so that the next claim finds more. */
  organizationsWithMore: string[]
  /** True when another claim may find more: more endpoints wait than the batch has room for, or a row changed meanwhile. */
  truncated: boolean
  /** Endpoints at their maximum concurrency that may have more waiting. */
  saturatedEndpoints: string[]
  /** Milliseconds until a rate-limited endpoint may send again; null when none waits. */
  nextSlotInMs: number | null
  /** Milliseconds until the next retry that was not due yet; null when none waits. */
  nextRetryInMs: number | null
  /** True while a stream without a listener has due deliveries. */
  hasUnheardStreams: boolean
}

type ClaimedRow = Omit<ClaimedDelivery, 'body' | 'endpoint' | 'claimedAt'> & { body: string }

/** A claim without deliveries returns one row with nulls. */
type Row = ClaimedRow & {
  /** Position among the deliveries of its endpoint. */
  nth: number
  endpoint: ClaimedEndpoint | null
  undeliverable: Undeliverable[] | null
  organizations_with_more: string[] | null
  truncated: boolean | null
  saturated_endpoints: string[] | null
  next_slot_in_ms: number | null
  next_retry_in_ms: number | null
  unheard_streams: boolean | null
}

/**
 * Claims deliveries by one call of `claim_deliveries_v2` (prisma/functions), over a connection of its own, so that a
 * claim never waits for other statements. Claims do not wait for the disk: a claim forgotten in a crash of PostgreSQL is
 * made again, and the receiver sees the event twice, as after any crash while sending.
 */
export function createClaimer(connection: ConnectionOptions) {
  const pool = createPool({ ...connection, max: 1 })

  return {
    /** Claims everything due, within the bounds. */
    async claim({ now, limit, leaseSeconds, fullOrganizations }: ClaimOptions): Promise<Claim> {
      const { rows } = await pool.query<Row>({
        text: 'SELECT * FROM claim_deliveries_v2($1, $2, $3, $4)',
        values: [now, limit, leaseSeconds, fullOrganizations],
      })
      const endpoints = new Map(rows.flatMap((row) => (row.endpoint ? [[row.endpoint_id, row.endpoint]] : [])))
      const claimed = rows.filter(({ id }) => id !== null).sort((a, b) => a.nth - b.nth)
      const [first] = rows
      return {
        deliveries: claimed.map((row) => toClaimed(row, endpoints.get(row.endpoint_id)!)),
        undeliverable: first?.undeliverable ?? [],
        organizationsWithMore: first?.organizations_with_more ?? [],
        truncated: first?.truncated ?? false,
        saturatedEndpoints: first?.saturated_endpoints ?? [],
        nextSlotInMs: first?.next_slot_in_ms ?? null,
        nextRetryInMs: first?.next_retry_in_ms ?? null,
        hasUnheardStreams: first?.unheard_streams ?? false,
      }
    },

    stop: () => pool.end(),
  }
}

export type Claimer = ReturnType<typeof createClaimer>

function toClaimed(row: ClaimedRow, endpoint: ClaimedEndpoint): ClaimedDelivery {
  return Object.assign(row, { body: Buffer.from(row.body), endpoint, claimedAt: performance.now() })
}
