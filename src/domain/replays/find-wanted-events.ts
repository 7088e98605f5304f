import type pg from 'pg'
import type { DeliveryStatus } from '../../database/generated/enums.ts'
import { createTurns } from '../../lib/event-loop-turns.ts'
import { idRange } from '../../lib/ids.ts'
import { findMismatch, type SubscriptionFilter, toFilterable } from '../endpoints/subscription-filter.ts'
import { EVENTS_IN_A_PAGE, MATCHES, WANTED, WITH_DELIVERY } from './replay-conditions.ts'

/** Maximum bytes of bodies that one page reads for a predicate. A page that would exceed them ends earlier. */
export const PAGE_BYTES = 8 * 1024 * 1024

/** The events and deliveries that a replay covers. */
export interface ReplaySelection {
  organizationId: string
  endpointId: string
  types: readonly string[]
  /** Requested states; empty for the default. */
  statuses: readonly DeliveryStatus[]
  /** States of the deliveries that are sent again. */
  wanted: readonly DeliveryStatus[]
  from: Date | null
  to: Date | null
  /** Events stored later are not part of the replay; null for the time of the database. */
  createdAt: Date | null
  /** The last examined event; null at first. */
  cursor: string | null
}

/** A page of candidates: events of subscribed types with a delivery in a wanted state. */
const CANDIDATES = `
WITH r AS (
  SELECT $1::text AS organization_id, $3::text[] AS types, $4::delivery_status[] AS statuses, $5::delivery_status[] AS wanted,
    $6::timestamptz AS "from", $7::timestamptz AS "to", coalesce($8::timestamptz, now()) AS created_at
), looked_at AS MATERIALIZED (
  SELECT id, organization_id, type, channels, created_at, octet_length(body) AS bytes FROM events
  WHERE organization_id = $1 AND id > coalesce($9, '') AND ($10::text IS NULL OR id < $10) ORDER BY id LIMIT ${EVENTS_IN_A_PAGE}
), candidates AS (
  SELECT v.id, v.type, v.channels, v.bytes
  FROM r JOIN webhook_endpoints e ON e.id = $2 JOIN looked_at v ON ${MATCHES} ${WITH_DELIVERY} WHERE ${WANTED}
)
SELECT (SELECT max(id) FROM looked_at) AS last, (SELECT count(*) FROM looked_at)::int AS examined,
  (SELECT coalesce(json_agg(candidates ORDER BY id), '[]') FROM candidates) AS candidates`

const BODIES = 'SELECT id, body FROM events WHERE organization_id = $1 AND id = ANY($2)'

interface Candidate {
  id: string
  type: string
  channels: string[]
  bytes: number
}

/** A page of a replay: the ids of the events that the endpoint wants. */
export interface WantedEvents {
  ids: string[]
  /** The last examined event; null when none is left. */
  last: string | null
  /** True when no event follows. */
  isLast: boolean
}

/** Decides about the next page of events for an endpoint with channels or a predicate. */
export async function findWantedEvents(
  pool: pg.Pool,
  selection: ReplaySelection,
  filter: SubscriptionFilter,
): Promise<WantedEvents> {
  const { organizationId, endpointId, types, statuses, wanted, from, to, createdAt, cursor } = selection
  const end = idRange('evt', null, to).lt ?? null
  const { rows } = await pool.query<{ last: string | null; examined: number; candidates: Candidate[] }>({
    text: CANDIDATES,
    values: [organizationId, endpointId, types, statuses, wanted, from, to, createdAt, cursor, end],
  })
  const { last, examined, candidates } = rows[0]!
  const isLast = examined < EVENTS_IN_A_PAGE
  const withoutPredicate = { ...filter, predicate: null }
  const possible = candidates.filter(
    (head) => findMismatch(withoutPredicate, toFilterable({ ...head, body: NO_BODY })) === undefined,
  )
  if (filter.predicate === null) return { ids: possible.map(({ id }) => id), last, isLast }
  const read = withinBytes(possible)
  const { rows: bodies } = await pool.query<{ id: string; body: Uint8Array }>({
    text: BODIES,
    values: [organizationId, read.map(({ id }) => id)],
  })
  const bodyOf = new Map(bodies.map(({ id, body }) => [id, body]))
  const turn = createTurns()
  const ids: string[] = []
  for (const { id, type, channels } of read) {
    await turn()
    const body = bodyOf.get(id)
    // Retention may have removed the event since.
    if (body !== undefined && findMismatch(filter, toFilterable({ type, channels, body })) === undefined) ids.push(id)
  }
  if (read.length === possible.length) return { ids, last, isLast }
  return { ids, last: read.at(-1)!.id, isLast: false }
}

const NO_BODY = new Uint8Array()

/** The first candidates with at most PAGE_BYTES of bodies, at least one. */
function withinBytes(candidates: readonly Candidate[]): Candidate[] {
  let bytes = 0
  const end = candidates.findIndex((candidate, index) => {
    bytes += candidate.bytes
    return bytes > PAGE_BYTES && index > 0
  })
  return candidates.slice(0, end < 0 ? candidates.length : end)
}
