import type pg from 'pg'
import type { AttemptTrigger, DeliveryStatus } from '../../prisma/generated/enums.ts'
import { deliveryChannel, endpointChannel, type LiveBus } from './bus.ts'

/**
 * One change of state of a delivery, as it travels. It has every field of the row that clients can ask for, and of the
 * event and the endpoint what lists show, so that a subscription needs no other database read for them.
 */
export interface DeliveryChange {
  id: string
  organizationId: string
  status: DeliveryStatus
  trigger: AttemptTrigger
  attemptCount: number
  /** Grows with every change of the delivery: the higher one is the later one. */
  version: number
  nextAttemptAt: Date | null
  explanation: string | null
  createdAt: Date
  updatedAt: Date
  eventId: string
  endpointId: string
  event: { id: string; type: string }
  endpoint: { id: string; url: string }
}

/** What a statement's CTE `changed` has to have of delivery `d`, besides `event_type` and `endpoint_url`. */
export const CHANGED = `d.id, d.organization_id, d.status, d.trigger, d.attempt_count, d.version, d.next_attempt_at,
  d.explanation, d.created_at, d.updated_at, d.event_id, d.endpoint_id`

/**
 * How far positions go on after PostgreSQL was started again. Subscribers may have seen a few of the last ones before it lost
 * them: a crash forgets claims of its last moment (worker/claim.ts), a failover what was not replicated. None is given twice,
 * or who resumes from one would miss the second.
 */
const POSITIONS_LEFT_OUT = 1_000_000
/** Changes in one row of the log at most: what a subscriber holds in memory at a time. */
const CHANGES_IN_A_PART = 500

/**
 * CTEs that append what is in `changed` to the log, in the same statement and so in the same commit. The row of an
 * organization's head stays locked until then: positions are committed in order and each names the one before, which is what
 * lets a reader go on after a position and know that it misses nothing. Who has it holds up every statement that changes
 * deliveries of the organization, and every claim; so what is to be written is made before.
 *
 * @param after a CTE that locks rows too, or takes long. It is run first: every statement takes the heads last, so that none
 *   waits for another in a circle.
 */
export function logChanges(after?: string): string {
  return `
parts AS MATERIALIZED (
  SELECT organization_id, part, json_agg(change) AS changes FROM (
    SELECT organization_id, (row_number() OVER (PARTITION BY organization_id) - 1) / ${CHANGES_IN_A_PART} AS part,
      json_build_array(id, status, trigger, attempt_count, version, next_attempt_at, explanation, created_at, updated_at,
        event_id, event_type, endpoint_id, endpoint_url) AS change
    FROM changed
  ) c GROUP BY organization_id, part
), heads AS (
  -- The first position is a time, for the same reason: the head itself may be lost and made anew.
  INSERT INTO delivery_change_heads AS h (organization_id, position, previous, started_at)
  SELECT DISTINCT organization_id, extract(epoch FROM now())::bigint, 0, pg_postmaster_start_time()
  FROM parts ${after ? `WHERE (SELECT count(*) FROM ${after}) >= 0` : ''}
  ORDER BY organization_id
  ON CONFLICT (organization_id) DO UPDATE SET previous = h.position, started_at = excluded.started_at,
    position = h.position + CASE WHEN h.started_at = excluded.started_at THEN 1 ELSE ${POSITIONS_LEFT_OUT} END
  RETURNING organization_id, position, previous
), logged AS (
  INSERT INTO delivery_changes (organization_id, position, previous, part, changes, created_at)
  SELECT h.organization_id, h.position, h.previous, p.part, p.changes, now() FROM heads h JOIN parts p USING (organization_id)
)`
}

export type Logged = [
  id: string,
  status: DeliveryStatus,
  trigger: AttemptTrigger,
  attemptCount: number,
  version: number,
  nextAttemptAt: string | null,
  explanation: string | null,
  createdAt: string,
  updatedAt: string,
  eventId: string,
  eventType: string,
  endpointId: string,
  endpointUrl: string,
]

/** Reads one entry of `delivery_changes.changes`. */
export function toChange(organizationId: string, logged: Logged): DeliveryChange {
  const [id, status, trigger, attemptCount, version, nextAttemptAt, explanation, createdAt, updatedAt] = logged
  const [eventId, eventType, endpointId, endpointUrl] = logged.slice(9) as [string, string, string, string]
  return {
    ...{ id, organizationId, status, trigger, attemptCount, version, explanation, eventId, endpointId },
    nextAttemptAt: nextAttemptAt === null ? null : new Date(nextAttemptAt),
    createdAt: new Date(createdAt),
    updatedAt: new Date(updatedAt),
    event: { id: eventId, type: eventType },
    endpoint: { id: endpointId, url: endpointUrl },
  }
}

/**
 * Rows of the log that one read takes at most, of up to 500 changes each: what a subscriber holds in memory. One more says
 * whether the last of them is the last of its position: all parts of one are committed together.
 */
export const PARTS_AT_ONCE = 2

/** A row of the log: changes that one statement made, or a part of them. */
export interface Part {
  position: number
  /** The position before it, which may be removed by now. */
  previous: number
  part: number
  changes: Logged[]
}

/** What the log has from a place on: PARTS_AT_ONCE rows, and one more if there is one. */
export async function readParts(
  pool: pg.Pool,
  organizationId: string,
  from: { position: number; part: number },
): Promise<Part[]> {
  const { rows } = await pool.query<Part>({
    name: 'read-changes',
    text: `SELECT position::float8, previous::float8, part, changes FROM delivery_changes
      WHERE organization_id = $1 AND (position, part) >= ($2::bigint, $3::int)
      ORDER BY position, part LIMIT ${PARTS_AT_ONCE + 1}`,
    values: [organizationId, from.position, from.part],
  })
  return rows
}

/** The last position that the log has, or had. */
export async function headOf(pool: pg.Pool, organizationId: string): Promise<number> {
  const { rows } = await pool.query<{ position: number }>(
    'SELECT position::float8 FROM delivery_change_heads WHERE organization_id = $1',
    [organizationId],
  )
  return rows[0]?.position ?? 0
}

/** Tells whoever watches that the log of these organizations has grown; called after the commit. */
export function announce(bus: LiveBus, organizationIds: Iterable<string>): void {
  for (const organizationId of new Set(organizationIds)) bus.publish(deliveryChannel(organizationId), [organizationId])
}

/** Tells that the settings or the health of an endpoint changed; called after the commit. */
export function announceEndpoint(bus: LiveBus, organizationId: string, endpointId: string): void {
  bus.publish(endpointChannel(organizationId), [endpointId])
}
