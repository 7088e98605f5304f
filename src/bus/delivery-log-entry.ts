import type { AttemptTrigger, DeliveryStatus } from '../database/generated/enums.ts'

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

/** What of a delivery was different while it was SENDING. */
type Sending = [
  trigger: AttemptTrigger,
  attemptCount: number,
  nextAttemptAt: string,
  explanation: string | null,
  updatedAt: string,
]

/** An element of `delivery_changes.changes`, as `logChanges` makes it: one change, or two. */
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
  /** That it was SENDING before, when the log does not say so yet. */
  sending?: Sending | null,
]

/** What an element stands for, each change apart. */
export function changesOf(entry: Logged): Logged[] {
  const [id, , , , version, , , createdAt, , eventId, eventType, endpointId, endpointUrl, sending] = entry
  if (!sending) return [entry]
  const [trigger, attemptCount, nextAttemptAt, explanation, updatedAt] = sending
  const of = [eventId, eventType, endpointId, endpointUrl] as const
  const before = [trigger, attemptCount, version - 1, nextAttemptAt, explanation, createdAt, updatedAt] as const
  return [[id, 'SENDING', ...before, ...of], entry]
}

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
