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

/** Where a claimed delivery goes, as it was when it was claimed. */
export interface ClaimedEndpoint {
  url: string
  timeoutSeconds: number
  maxAttempts: number
  backoffSeconds: number[]
  signatureScheme: SignatureScheme
  headersEncrypted: string | null
  /** Ciphertexts, the newest first. */
  secrets: string[]
}

/** A claimed delivery with everything that sending needs, so that no other statement runs before its settling. */
export interface Claimed extends InBag {
  id: string
  organization_id: string
  /** Fences: only who holds this version may settle it. */
  version: number
  trigger: AttemptTrigger
  /** Attempts of the retry schedule made before this one. */
  scheduled_attempts: number
  event_id: string
  event_type: string
  endpoint_id: string
  body: Uint8Array
  /** Milliseconds to wait before it is sent, for an endpoint with a rate limit. */
  send_in: number
  /** Milliseconds between two to an endpoint with a rate limit, otherwise 0. */
  spacing: number
  endpoint: ClaimedEndpoint
  /** When it was, in milliseconds as `performance.now` counts them. */
  claimedAt: number
}

/** A delivery that is not to be sent, where it belongs instead, and the version of which that is said. */
export type Aside = [id: string, version: number, status: 'CANCELED' | 'HELD' | 'EXPIRED']

export interface ClaimOptions {
  now: Date | null
  /** Deliveries claimed at most. */
  limit: number
  leaseSeconds: number
  /** Organizations that hold their share of this worker already. */
  fullOrganizations: readonly string[]
}

export interface Claim {
  /** What to send now, endpoints in turn, and those of each in order. */
  deliveries: Claimed[]
  /** What is due and not to be sent: it is claimed by nobody, and found by every claim until it is set aside. */
  aside: Aside[]
  /** Organizations of which an endpoint got no more than its share of the batch: the next claim finds more. */
  more: string[]
  /** Some that wait got nothing, and may be claimed: more endpoints wait than the batch has places. */
  cut: boolean
  /** Endpoints that have all that they may have in flight, and may have more waiting. */
  full: string[]
  /** Milliseconds until an endpoint with a rate limit may have its next; null when none waits for that. */
  nextSlotIn: number | null
}

type ClaimedRow = Omit<Claimed, 'body' | 'endpoint' | 'claimedAt' | 'place'> & { body: string }
type NamedRow = ClaimedRow & { endpoint: ClaimedEndpoint }

/** Of a claim that took nothing, one row without a delivery. */
type Row = ClaimedRow & {
  /** Its place among those of its endpoint. */
  nth: number
  endpoint: ClaimedEndpoint | null
  aside: Aside[] | null
  more: string[] | null
  cut: boolean | null
  full: string[] | null
  next_slot_in: number | null
}

const SESSION = { plan_cache_mode: 'force_generic_plan' }
/**
 * A statement of its own: the snapshot of the next one then has what the claim before this one took. Not to wait for the disk, and
 * how long a claim may wait for this lock and have it, are said for the transaction alone: behind a pooler, a session may become
 * that of others.
 */
export const LOCK = {
  name: 'claim-lock',
  text: `SELECT set_config('synchronous_commit', 'off', true), CASE WHEN current_setting('server_version_num')::int >= 170000 THEN set_config('transaction_timeout', '30s', true) END,
    pg_advisory_xact_lock(${LOCKS.claim})`,
}

/** Whoever holds up this statement would hold up the claims behind it. */
const NOT_TO_WAIT = { name: 'not-to-wait', text: "SELECT set_config('lock_timeout', '500ms', true)" }

/**
 * Claims over a connection of their own, each in one round trip. None waits for the disk: a crash of PostgreSQL that forgets
 * a claim has it made again, and the receiver sees the event twice, as after any crash while sending. A result is never
 * forgotten: settling waits for the disk, and what was claimed before is on it then.
 *
 * Its plans are made once for a connection. Left to choose, PostgreSQL may take planning them anew for the cheaper way, every
 * time: three quarters of a claim of one delivery.
 */
export function createClaimer(connection: ConnectionOptions | string) {
  const options = typeof connection === 'string' ? readConnection(connection) : connection
  const pool = createPool({ ...options, max: 1 }, undefined, SESSION)
  const lane = createLane(pool)

  return {
    /**
     * Runs a statement that the claims which are asked for later are to see. They follow it without a round trip in between.
     *
     * @throws also when it has to wait for others: claims must not
     */
    first: <Row extends pg.QueryResultRow>(statement: Prepared) => lane<Row>(NOT_TO_WAIT, statement),

    /** What is due, of all that waits. */
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

    /** Of new deliveries those that may be sent at once; and whether some of the others are to be claimed with all that waits. */
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

function toClaimed(row: ClaimedRow, endpoint: ClaimedEndpoint): Claimed {
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
