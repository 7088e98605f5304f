import type { LiveDelivery } from '../../graph/live.ts'
import { fromBase64, type SignedRequest, type Verdict } from '../../signature.ts'
import type { Lease } from './listen.ts'

/** One request that reached the tab. */
export interface InboxAttempt {
  /** Version of its lease, which no other request of the delivery has. */
  version: number
  request: SignedRequest
  /** Undefined while the signature is checked. */
  verdict?: Verdict
  /** Undefined while the tab waits before its answer. */
  answer?: { statusCode: number; durationMs: number; isStale: boolean }
}

export interface InboxDelivery {
  delivery: LiveDelivery
  /** States in their order, each with the time at which the server entered it. */
  states: readonly { status: string; at: string }[]
  /** Requests, the newest first. */
  attempts: readonly InboxAttempt[]
}

/** Deliveries and requests that the tab keeps; older ones stay on their pages. */
const [DELIVERIES_AT_MOST, ATTEMPTS_AT_MOST] = [50, 20]

/** Received deliveries, the newest first. */
type InboxDeliveries = readonly InboxDelivery[]

type InboxChange =
  | { kind: 'changed'; deliveries: readonly LiveDelivery[] }
  | { kind: 'leased'; lease: Lease }
  | { kind: 'attempt'; lease: Lease; change: Partial<InboxAttempt> }
  | { kind: 'cleared' }

/** The signed request of a lease, with its exact bytes. */
export const requestOf = ({ headers, bodyBase64 }: Lease): SignedRequest => ({
  headers,
  body: fromBase64(bodyBase64) ?? new Uint8Array(),
})

export function reduceInbox(before: InboxDeliveries, change: InboxChange): InboxDeliveries {
  switch (change.kind) {
    case 'cleared':
      return []
    case 'changed':
      return change.deliveries.reduce(withDelivery, before)
    case 'leased': {
      const { delivery, version } = change.lease
      const attempt = { version, request: requestOf(change.lease) }
      return update(withDelivery(before, delivery), delivery.id, (entry) => ({
        ...entry,
        attempts: [attempt, ...entry.attempts].slice(0, ATTEMPTS_AT_MOST),
      }))
    }
    case 'attempt':
      return update(before, change.lease.delivery.id, (entry) => ({
        ...entry,
        attempts: entry.attempts.map((attempt) =>
          attempt.version === change.lease.version ? { ...attempt, ...change.change } : attempt,
        ),
      }))
  }
}

const update = (before: InboxDeliveries, id: string, change: (entry: InboxDelivery) => InboxDelivery) =>
  before.map((entry) => (entry.delivery.id === id ? change(entry) : entry))

function withDelivery(before: InboxDeliveries, delivery: LiveDelivery): InboxDeliveries {
  const known = before.find((entry) => entry.delivery.id === delivery.id)
  if (known === undefined) {
    const entry = { delivery, states: follow(firstStates(delivery), delivery), attempts: [] }
    return [entry, ...before].sort((a, b) => (a.delivery.id < b.delivery.id ? 1 : -1)).slice(0, DELIVERIES_AT_MOST)
  }
  if (known.delivery.version > delivery.version) return before
  return update(before, delivery.id, (entry) => ({ ...entry, delivery, states: follow(entry.states, delivery) }))
}

/** A delivery begins as PENDING, or as HELD while nobody listens. The tab may see a later state first. */
const firstStates = ({ status, createdAt }: LiveDelivery) =>
  status === 'HELD' ? [] : [{ status: 'PENDING', at: createdAt }]

const follow = (states: InboxDelivery['states'], { status, updatedAt }: LiveDelivery) =>
  states.at(-1)?.status === status ? states : [...states, { status, at: updatedAt }]
