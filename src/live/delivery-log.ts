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

/** Changes in one row of the log at most: what a subscriber holds in memory at a time. */
const CHANGES_IN_A_PART = 500

/**
 * CTEs that append what is in `changed` to the log, in the same statement and so in the same commit. The row of an
 * organization's head stays locked until then: positions have no holes and are committed in order, which is what lets a
 * reader go on after a position and miss nothing.
 *
 * @param after a CTE that locks rows too. It is run first, so that every statement takes the heads last and none waits
 *   for another in a circle.
 */
export function logChanges(after?: string): string {
  return `
heads AS (
  INSERT INTO delivery_change_heads AS h (organization_id, position)
  SELECT DISTINCT organization_id, 1 FROM changed ${after ? `WHERE (SELECT count(*) FROM ${after}) >= 0` : ''}
  ORDER BY organization_id
  ON CONFLICT (organization_id) DO UPDATE SET position = h.position + 1
  RETURNING organization_id, position
), logged AS (
  INSERT INTO delivery_changes (organization_id, position, part, changes, created_at)
  SELECT h.organization_id, h.position, c.part, json_agg(c.change), now()
  FROM heads h JOIN (
    SELECT organization_id, (row_number() OVER (PARTITION BY organization_id) - 1) / ${CHANGES_IN_A_PART} AS part,
      json_build_array(id, status, trigger, attempt_count, version, next_attempt_at, explanation, created_at, updated_at,
        event_id, event_type, endpoint_id, endpoint_url) AS change
    FROM changed
  ) c USING (organization_id)
  GROUP BY h.organization_id, h.position, c.part
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

/** Tells whoever watches that the log of these organizations has grown; called after the commit. */
export function announce(bus: LiveBus, organizationIds: Iterable<string>): void {
  for (const organizationId of new Set(organizationIds)) bus.publish(deliveryChannel(organizationId), [organizationId])
}

/** Tells that the settings or the health of an endpoint changed; called after the commit. */
export function announceEndpoint(bus: LiveBus, organizationId: string, endpointId: string): void {
  bus.publish(endpointChannel(organizationId), [endpointId])
}
