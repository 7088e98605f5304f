import type pg from 'pg'
import { createPool } from '../src/database/client.ts'
import { type ConnectionOptions, readConnection } from '../src/database/connection.ts'
import type { Prepared } from '../src/database/exchange.ts'
import type { AttemptTrigger, SignatureScheme } from '../src/database/generated/enums.ts'
import { createLane } from '../src/database/lane.ts'
import { LOCKS } from '../src/database/locks.ts'
import type { InBag } from './bag.ts'
import { ANY_LEFT, CLAIM_NAMED } from './claim-named.ts'
import { CLAIM } from './claim-statement.ts'

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
export interface ClaimedDelivery extends InBag {
  id: string
  organization_id: string
  /** Fencing version: only the holder of this version may record a result. */
  version: number
  trigger: AttemptTrigger
  /** Attempts of the retry policy made before this one. */
  scheduled_attempts: number
  event_id: string
  event_type: string
  endpoint_id: string
  body: Uint8Array
  /** Milliseconds to wait before sending; 0 without a rate limit. */
  send_in: number
  /** Milliseconds between two requests of a rate-limited endpoint; 0 without a rate limit. */
  spacing: number
  endpoint: ClaimedEndpoint
  /** Time of the claim in milliseconds of `performance.now()`. */
  claimedAt: number
}

/** A due delivery that must not be sent: its id, the version this was decided on, and its target status. */
export type Undeliverable = [id: string, version: number, status: 'CANCELED' | 'HELD' | 'EXPIRED']

export interface ClaimOptions {
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
  aside: Undeliverable[]
  /** Organizations with an endpoint that reached its share of the batch, so that the next claim finds more. */
  more: string[]
  /** True when more endpoints wait than the batch has room for. */
  cut: boolean
  /** Endpoints at their maximum concurrency that may have more waiting. */
  full: string[]
  /** Milliseconds until a rate-limited endpoint may send again; null when none waits. */
  nextSlotIn: number | null
}

type ClaimedRow = Omit<ClaimedDelivery, 'body' | 'endpoint' | 'claimedAt' | 'place'> & { body: string }
type NamedRow = ClaimedRow & { endpoint: ClaimedEndpoint }

/** A claim without deliveries returns one row with nulls. */
type Row = ClaimedRow & {
  /** Position among the deliveries of its endpoint. */
  nth: number
  endpoint: ClaimedEndpoint | null
  aside: Undeliverable[] | null
  more: string[] | null
  cut: boolean | null
  full: string[] | null
  next_slot_in: number | null
}

const SESSION = { plan_cache_mode: 'force_generic_plan' }
/**
 * Takes the lock of claims in a statement of its own, so that the claim's snapshot includes the rows of earlier claims.
 * The settings hold for the transaction only, because a session behind a pooler may serve other clients: no wait for
 * the disk, and a bound on the time the lock is held.
 */
export const LOCK = {
  name: 'claim-lock',
  text: `SELECT set_config('synchronous_commit', 'off', true), CASE WHEN current_setting('server_version_num')::int >= 170000 THEN set_config('transaction_timeout', '30s', true) END,
    pg_advisory_xact_lock(${LOCKS.claim})`,
}

/** Bounds the wait for row locks: a statement that waits would block the claims behind it. */
const NOT_TO_WAIT = { name: 'not-to-wait', text: "SELECT set_config('lock_timeout', '500ms', true)" }

/**
 * Runs claims over one connection, each in one round trip. Claims do not wait for the disk: a claim forgotten in a
 * crash of PostgreSQL is made again and the receiver sees the event twice, as after any crash while sending. Recorded
 * results are on the disk, and the claims before them too.
 *
 * Generic plans are forced, because PostgreSQL would otherwise plan the statement anew each time, which is three
 * quarters of a claim of one delivery.
 */
export function createClaimer(connection: ConnectionOptions | string) {
  const options = typeof connection === 'string' ? readConnection(connection) : connection
  const pool = createPool({ ...options, max: 1 }, undefined, SESSION)
  const lane = createLane(pool)

  return {
    /**
     * Runs a statement before the claims requested later, without a round trip in between.
     *
     * @throws also when the statement would have to wait for locks, which claims must not
     */
    first: <Row extends pg.QueryResultRow>(statement: Prepared) => lane<Row>(NOT_TO_WAIT, statement),

    /** Claims everything due, within the bounds. */
    async claim({ now, limit, leaseSeconds, fullOrganizations }: ClaimOptions): Promise<Claim> {
      const values = [now, limit, leaseSeconds, fullOrganizations]
      const { rows } = await lane<Row>(LOCK, { name: 'claim', text: CLAIM, values })
      const endpoints = new Map(rows.flatMap((row) => (row.endpoint ? [[row.endpoint_id, row.endpoint]] : [])))
      const claimed = rows.filter(({ id }) => id).sort((a, b) => a.nth - b.nth)
      return {
        deliveries: claimed.map((row) => toClaimed(row, endpoints.get(row.endpoint_id)!)),
        aside: rows[0]?.aside ?? [],
        more: rows[0]?.more ?? [],
        cut: rows[0]?.cut ?? false,
        full: rows[0]?.full ?? [],
        nextSlotIn: rows[0]?.next_slot_in ?? null,
      }
    },

    /** Claims named deliveries. `left` is true when some are due and were not claimed. */
    async claimNamed(ids: readonly string[], { now, leaseSeconds, fullOrganizations }: Omit<ClaimOptions, 'limit'>) {
      const values = [now, leaseSeconds, ids, fullOrganizations]
      const { rows } = await lane<NamedRow>(LOCK, { name: 'claim-named', text: CLAIM_NAMED, values })
      const deliveries = rows.map((row) => toClaimed(row, row.endpoint))
      if (rows.length === ids.length) return { deliveries, left: false }
      const { rowCount } = await lane({ name: 'any-left', text: ANY_LEFT, values: [now, ids] })
      return { deliveries, left: rowCount !== 0 }
    },

    stop: () => pool.end(),
  }
}

function toClaimed(row: ClaimedRow, endpoint: ClaimedEndpoint): ClaimedDelivery {
  return Object.assign(row, { body: Buffer.from(row.body), endpoint, claimedAt: performance.now() })
}

/** Milliseconds until the next retry is due, or undefined when none waits. Through the index `deliveries_next_retry`. */
export async function nextDue(pool: pg.Pool, now: Date | null): Promise<number | undefined> {
  const { rows } = await pool.query<{ wait: number }>({
    name: 'next-due',
    text: `SELECT extract(epoch FROM next_attempt_at - coalesce($1::timestamptz, now()))::float8 * 1000 AS wait
      FROM deliveries WHERE status = 'RETRYING' AND next_attempt_at > coalesce($1::timestamptz, now())
      ORDER BY next_attempt_at LIMIT 1`,
    values: [now],
  })
  return rows[0]?.wait
}
