import type { AttemptTrigger, DeliveryStatus } from '../../prisma/generated/enums.ts'
import { deliveryChannel, type LiveBus } from './bus.ts'

/**
 * One change of state of a delivery, as it travels. It has every field of the row that clients can ask for, and of the
 * event and the endpoint what lists show, so that a subscription needs no database read for them. Times are ISO 8601.
 */
export interface DeliveryChange {
  id: string
  organizationId: string
  status: DeliveryStatus
  trigger: AttemptTrigger
  attemptCount: number
  /** Grows with every change of the delivery: the higher one is the later one. */
  version: number
  nextAttemptAt: string | null
  explanation: string | null
  createdAt: string
  updatedAt: string
  eventId: string
  endpointId: string
  event: { id: string; type: string }
  endpoint: { id: string; url: string }
}

/** A row as the hot statements return it. */
export interface DeliveryChangeRow {
  id: string
  organization_id: string
  status: DeliveryStatus
  trigger: AttemptTrigger
  attempt_count: number
  version: number
  next_attempt_at: Date | null
  explanation: string | null
  created_at: Date
  updated_at: Date
  event_id: string
  event_type: string
  endpoint_id: string
  endpoint_url: string
}

/** The columns of a `DeliveryChangeRow`, for delivery `d`, event `v` and endpoint `e` of a hot statement. */
export const CHANGE_COLUMNS = `d.id, d.organization_id, d.status, d.trigger, d.attempt_count, d.version,
  d.next_attempt_at, d.explanation, d.created_at, d.updated_at, d.event_id, d.endpoint_id`

/** Sends changes that are committed to whoever watches, one message an organization. */
export function announce(bus: LiveBus, rows: readonly DeliveryChangeRow[]): void {
  const byOrganization = Map.groupBy(rows, (row) => row.organization_id)
  for (const [organizationId, changed] of byOrganization)
    bus.publish(deliveryChannel(organizationId), changed.map(toChange))
}

function toChange(row: DeliveryChangeRow): DeliveryChange {
  return {
    id: row.id,
    organizationId: row.organization_id,
    status: row.status,
    trigger: row.trigger,
    attemptCount: row.attempt_count,
    version: row.version,
    nextAttemptAt: row.next_attempt_at?.toISOString() ?? null,
    explanation: row.explanation,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    eventId: row.event_id,
    endpointId: row.endpoint_id,
    event: { id: row.event_id, type: row.event_type },
    endpoint: { id: row.endpoint_id, url: row.endpoint_url },
  }
}
