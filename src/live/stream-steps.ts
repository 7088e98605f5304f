import type pg from 'pg'
import type { LiveBus } from '../bus/bus.ts'
import { notifyLogGrew } from '../bus/delivery-log.ts'
import { createSignRequest } from '../domain/deliveries/sign-request.ts'
import { createUndeliverable } from '../domain/deliveries/undeliverable.ts'
import type { Acknowledge } from '../domain/streams/acknowledge.ts'
import { claimStream, type StreamClaim, type StreamDelivery } from '../domain/streams/claim-stream.ts'
import { createHasDue } from '../domain/streams/has-due.ts'
import { giveBack, HELD_AT_ONCE, holdIfUnheard, releaseHeld } from '../domain/streams/held-deliveries.ts'
import { findLeased, LEASE_SECONDS, type ListenerRow, removeListener } from '../domain/streams/listeners.ts'
import type { Lease, OpenLeases } from '../domain/streams/open-leases.ts'
import type { Clock } from '../lib/clock.ts'
import { NotFoundError } from '../lib/errors.ts'
import { createFairLimit } from '../lib/fair-limit.ts'
import type { Keyring } from '../lib/keyring.ts'
import type { Log } from '../lib/log.ts'

/** Maximum steps of all streams of a process at once, so that streams never take the connections of publishes. */
const STEPS_AT_ONCE = 4
/** Maximum steps of the streams of one organization at once, so that they never delay those of others for long. */
const STEPS_OF_ORGANIZATION = 2
/** Maximum bytes of the bodies that wait for all listeners of a process, each with an equal share and one body in any case. */
const WAITING_BYTES = 128 * 1024 * 1024
/** Maximum bytes of the bodies of one claim. */
export const CLAIMED_BYTES = 1024 * 1024
/** Number of streams of an organization in a process up to which each announcement makes each of them claim. */
const CLAIMING_STREAMS = 4

/** A leased delivery with the headers of its request. */
export interface StreamMessage {
  delivery: StreamDelivery
  headers: Record<string, string>
}

export interface StreamStepsDeps {
  pool: pg.Pool
  bus: LiveBus
  clock: Clock
  keyring: Keyring
  log: Log
  acknowledge: Acknowledge
  openLeases: OpenLeases
}

/** Steps of one stream that read or write the database. */
export type StreamSteps = ReturnType<ReturnType<typeof createStreamSteps>>

/** @param listeners the listeners of this process */
export function createStreamSteps(deps: StreamStepsDeps, listeners: ReadonlySet<ListenerRow>) {
  const { pool, bus, clock, log, openLeases } = deps
  const signRequest = createSignRequest(deps)
  const { inTurn } = createFairLimit({ each: STEPS_OF_ORGANIZATION, all: STEPS_AT_ONCE })
  const findDue = createHasDue({ pool, clock, inTurn })

  return (listener: ListenerRow) => {
    const { organizationId, endpointId } = listener
    const announce = () => notifyLogGrew(bus, [organizationId])
    const undeliverable = createUndeliverable({ pool, bus, clock, log, onMoved: () => {} })

    return {
      /** @throws NotFoundError when the endpoint was deleted */
      async claim(limit: number): Promise<StreamClaim> {
        const maxBytes = Math.min(CLAIMED_BYTES, Math.floor(WAITING_BYTES / listeners.size))
        const options = { now: clock.forQueue(), limit, maxBytes, leaseSeconds: LEASE_SECONDS }
        const claim = await inTurn(organizationId, () => claimStream(pool, listener, options))
        if (claim === undefined) throw new NotFoundError('webhook endpoint', endpointId)
        undeliverable.move(claim.undeliverable)
        return claim
      },

      /** Checks cheaply whether a claim would find deliveries. Few streams claim instead, which costs no more. */
      async hasDue(): Promise<boolean> {
        const ofOrganization = [...listeners].filter((other) => other.organizationId === organizationId)
        return ofOrganization.length <= CLAIMING_STREAMS || (await findDue(organizationId, endpointId))
      },

      /** Releases held deliveries. @returns true when more may be held */
      async release(): Promise<boolean> {
        const released = await inTurn(organizationId, () => releaseHeld(pool, endpointId, clock.forQueue()))
        if (released > 0) announce()
        return released === HELD_AT_ONCE
      },

      /** The ids of leases that are still held. */
      findLeased: (leases: readonly Lease[]) => inTurn(organizationId, () => findLeased(pool, leases)),

      onLeased: openLeases.add,

      /** Builds the message of a delivery; undefined when that failed, and the failure is being recorded. */
      prepare(delivery: StreamDelivery): StreamMessage | undefined {
        try {
          return { delivery, headers: signRequest(delivery).headers }
        } catch (error) {
          log.error({ err: error, delivery: delivery.id }, 'Message of a delivery could not be built')
          void deps.acknowledge.recordUnprepared(delivery)
          return undefined
        }
      },

      /** Gives leases back. */
      async giveBack(leases: readonly Lease[]): Promise<void> {
        openLeases.remove(leases)
        if (leases.length > 0 && (await giveBack(pool, leases, clock.forQueue())) > 0) announce()
      },

      /** Leaves the stream, and holds its due deliveries when no other listener is connected. */
      async leave(): Promise<void> {
        await removeListener(pool, listener.id)
        if ((await holdIfUnheard(pool, endpointId, clock.forQueue())) > 0) announce()
      },
    }
  }
}
