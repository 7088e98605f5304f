import type { AttemptTrigger, DeliveryStatus } from '../database/generated/enums.ts'

/**
 * One state change of a delivery. Carries every field of the delivery, and of its event and endpoint the fields that
 * lists show, so that a subscription needs no further read.
 */
export interface DeliveryChange {
  id: string
  organizationId: string
  status: DeliveryStatus
  trigger: AttemptTrigger
  attemptCount: number
  /** Grows with every change of the delivery. */
  version: number
  nextAttemptAt: Date | null
  statusReason: string | null
  createdAt: Date
  updatedAt: Date
  eventId: string
  endpointId: string
  event: { id: string; type: string }
  /** `url` is null for a stream. */
  endpoint: { id: string; url: string | null }
}

/** Fields of the delivery while it was SENDING. */
type Sending = [
  trigger: AttemptTrigger,
  attemptCount: number,
  nextAttemptAt: string,
  statusReason: string | null,
  updatedAt: string,
]

/** An element of `delivery_changes.changes`, written by `logChanges`: one change, or two. */
export type Logged = [
  id: string,
  status: DeliveryStatus,
  trigger: AttemptTrigger,
  attemptCount: number,
  version: number,
  nextAttemptAt: string | null,
  statusReason: string | null,
  createdAt: string,
  updatedAt: string,
  eventId: string,
  eventType: string,
  endpointId: string,
  endpointUrl: string | null,
  /** The SENDING state before this change, when no earlier entry has logged it. */
  sending?: Sending | null,
]

/** Splits an entry into its changes. */
export function changesOf(entry: Logged): Logged[] {
  const [id, , , , version, , , createdAt, , eventId, eventType, endpointId, endpointUrl, sending] = entry
  if (!sending) return [entry]
  const [trigger, attemptCount, nextAttemptAt, statusReason, updatedAt] = sending
  const of = [eventId, eventType, endpointId, endpointUrl] as const
  const before = [trigger, attemptCount, version - 1, nextAttemptAt, statusReason, createdAt, updatedAt] as const
  return [[id, 'SENDING', ...before, ...of], entry]
}

export function toChange(organizationId: string, logged: Logged): DeliveryChange {
  const [id, status, trigger, attemptCount, version, nextAttemptAt, statusReason, createdAt, updatedAt] = logged
  const [eventId, eventType, endpointId, endpointUrl] = logged.slice(9) as [string, string, string, string | null]
  return {
    ...{ id, organizationId, status, trigger, attemptCount, version, statusReason, eventId, endpointId },
    nextAttemptAt: nextAttemptAt === null ? null : new Date(nextAttemptAt),
    createdAt: new Date(createdAt),
    updatedAt: new Date(updatedAt),
    event: { id: eventId, type: eventType },
    endpoint: { id: endpointId, url: endpointUrl },
  }
}
