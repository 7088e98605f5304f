import { z } from 'zod'
import { notifyLogGrew } from '../bus/delivery-log.ts'
import { logAsSending } from '../domain/deliveries/log-as-sending.ts'
import { renewLeases } from '../domain/deliveries/renew-leases.ts'
import type { Viewer } from '../domain/people/viewer.ts'
import { addListener, keepListeners, LEASE_SECONDS, type ListenerRow } from '../domain/streams/listeners.ts'
import type { Lease } from '../domain/streams/open-leases.ts'
import type { MakeId } from '../lib/ids.ts'
import { validate } from '../lib/validate.ts'
import { createDeliveryStream, type DeliveryStream } from './delivery-stream.ts'
import { createLogListener } from './log-listener.ts'
import { pollStream } from './poll-stream.ts'
import { createStreamSteps, type StreamMessage, type StreamStepsDeps } from './stream-steps.ts'
import type { Subscriptions } from './subscriptions.ts'

/** Maximum deliveries that one subscription leases at once. */
export const CAPACITY = 1_000
const CAPACITY_DEFAULT = 16
/** Maximum deliveries of one `deliveryStreamClaim`. */
export const CLAIM_AT_ONCE = 100
const CLAIM_DEFAULT = 10
/** Maximum seconds for which a `deliveryStreamClaim` waits. */
const WAIT_SECONDS = 30
/** Interval in which leases become visible as SENDING in the delivery log, in milliseconds. */
const LOG_EVERY_MS = 1_000

const capacityInput = z
  .int()
  .min(1)
  .max(CAPACITY)
  .nullish()
  .transform((capacity) => capacity ?? CAPACITY_DEFAULT)
const claimInput = z.object({
  endpointId: z.string(),
  max: z
    .int()
    .min(1)
    .max(CLAIM_AT_ONCE)
    .nullish()
    .transform((max) => max ?? CLAIM_DEFAULT),
  waitSeconds: z
    .int()
    .min(0)
    .max(WAIT_SECONDS)
    .nullish()
    .transform((seconds) => seconds ?? 0),
})

/** Listeners of streams in this process: subscriptions and polls. */
export type DeliveryStreams = ReturnType<typeof createDeliveryStreams>

/** @param deps.safetyMs poll interval without announcements, default 30 s */
export function createDeliveryStreams(
  deps: StreamStepsDeps & { makeId: MakeId; subscriptions: Subscriptions; safetyMs?: number },
) {
  const { pool, bus, clock, log, openLeases } = deps
  const listen = createLogListener(bus, deps.safetyMs)
  /** Every listener of this process. */
  const listeners = new Set<ListenerRow>()
  const open = new Map<DeliveryStream, ListenerRow>()
  const stepsOf = createStreamSteps(deps, listeners)
  const timers: NodeJS.Timeout[] = []
  /** Leases since the last tick, and since the one before. */
  let fresh: Lease[] = []
  let older: Lease[] = []

  const attempt = (work: Promise<unknown>, message: string) =>
    work.catch((error) => log.warn({ err: error }, message)).then(() => {})

  /** Renews the listeners and leases of this process. */
  async function renew(): Promise<void> {
    const now = clock.forQueue()
    const rows = [...open.values()]
    const leases = openLeases.all()
    if (rows.length > 0) await keepListeners(pool, rows, { now, seconds: LEASE_SECONDS })
    if (leases.length > 0) await renewLeases(pool, leases, { now, leaseSeconds: LEASE_SECONDS, includeExpired: true })
  }

  /** Logs the SENDING state of leases that have lasted for a second. */
  async function logLong(): Promise<void> {
    const long = older.filter(openLeases.has)
    older = fresh
    fresh = []
    if (long.length === 0) return
    notifyLogGrew(
      bus,
      (await logAsSending(pool, long)).map((row) => row.organization_id),
    )
  }

  return {
    /**
     * Opens the stream of an endpoint for a subscription, which ends with the rights of its viewer.
     *
     * @throws NotFoundError and ValidationError unless the endpoint is a stream of the organization
     */
    async subscribe(
      viewer: Viewer,
      stream: { endpointId: string; capacity?: number | null },
      signal: AbortSignal | undefined,
    ): Promise<DeliveryStream> {
      const capacity = validate(capacityInput, stream.capacity, 'capacity')
      const { organizationId } = viewer
      const listener = { id: deps.makeId('lsn'), organizationId, endpointId: stream.endpointId }
      return deps.subscriptions.open(viewer, signal, async (onClose) => {
        const options = { now: clock.forQueue(), seconds: LEASE_SECONDS, path: 'endpointId' }
        const growth = await listen(organizationId)
        await addListener(pool, listener, options).catch((error) => {
          growth.leave()
          throw error
        })
        listeners.add(listener)
        const steps = stepsOf(listener)
        const made = createDeliveryStream({
          capacity,
          log: growth,
          steps: {
            ...steps,
            onLeased(lease, onRecorded) {
              fresh.push(lease)
              openLeases.add(lease, onRecorded)
            },
          },
          async onClosed(leases) {
            listeners.delete(listener)
            onClose()
            const ending = steps.giveBack(leases).then(steps.leave)
            await attempt(ending, 'Leases of a closed stream could not be given back; they run out')
            open.delete(made)
          },
        })
        open.set(made, listener)
        return made
      })
    },

    /** Leases deliveries without a subscription, for LEASE_SECONDS. Waits for the first. */
    async claim(
      viewer: Viewer,
      input: z.input<typeof claimInput>,
      signal: AbortSignal | undefined,
    ): Promise<StreamMessage[]> {
      const { endpointId, max, waitSeconds } = validate(claimInput, input)
      const { organizationId, principal } = viewer
      // One row for all polls of a principal, which goes on counting between two of them.
      const listener = { id: `${endpointId} ${principal.id}`, organizationId, endpointId }
      const seconds = waitSeconds + LEASE_SECONDS
      await addListener(pool, listener, { now: clock.forQueue(), seconds, path: 'input.endpointId' })
      listeners.add(listener)
      try {
        return await pollStream({
          open: (make) => deps.subscriptions.open(viewer, signal, make),
          log: await listen(organizationId),
          steps: stepsOf(listener),
          max,
          waitMs: waitSeconds * 1000,
          signal,
        })
      } finally {
        listeners.delete(listener)
      }
    },

    /** Renews now; for tests that move the clock. */
    renew,

    start() {
      const renewals = () => attempt(renew(), 'Renewal of streams failed; retrying')
      const logging = () => attempt(logLong(), 'Log entry of leased deliveries failed; retrying')
      timers.push(setInterval(renewals, (LEASE_SECONDS * 1000) / 3).unref(), setInterval(logging, LOG_EVERY_MS).unref())
    },
    /** Closes every stream, and resolves when their leases are given back. */
    async stop() {
      for (const timer of timers.splice(0)) clearInterval(timer)
      for (const stream of open.keys()) stream.close()
      await Promise.all([...open.keys()].map(({ closed }) => closed))
    },
  }
}
