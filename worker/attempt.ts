import type { AttemptResult, Exchange } from '../src/domain/deliveries/attempt-outcome.ts'
import type { TargetPolicy } from '../src/domain/endpoints/target-policy.ts'
import type { Clock } from '../src/lib/clock.ts'
import type { MakeId } from '../src/lib/ids.ts'
import type { Keyring } from '../src/lib/keyring.ts'
import type { Log } from '../src/lib/log.ts'
import { createBuildRequest, type PreparedRequest, UnpreparedError } from './build-request.ts'
import type { ClaimedDelivery } from './claim.ts'
import { createEndpointPacer } from './endpoint-pacer.ts'
import { createFallbackSender } from './fallback-sender.ts'
import { createHttpSender } from './http-sender.ts'
import { isPastHalfLease } from './lease.ts'
import { decideOutcome } from './request-outcome.ts'

/** Makes one attempt per claimed delivery, from the claim to the result. */
export function createAttempts(deps: {
  clock: Clock
  makeId: MakeId
  keyring: Keyring
  targets: TargetPolicy
  log: Log
  leaseSeconds: number
  /** Certificate authorities besides the system's. */
  ca?: string
  /** Returns a fraction from 0 to 1, for the jitter of retries. */
  random?: () => number
}) {
  const { clock, random = Math.random } = deps
  const pace = createEndpointPacer()
  const prepare = createBuildRequest({ keyring: deps.keyring, clock })
  const sender = createHttpSender({
    targets: deps.targets,
    createFallback: createFallbackSender,
    ...(deps.ca !== undefined && { ca: deps.ca }),
  })

  function prepareOrFail(delivery: ClaimedDelivery): PreparedRequest | Exchange {
    try {
      return prepare(delivery)
    } catch (cause) {
      // Usually an unreadable secret. A fault of the installation does not count against the receiver.
      const error = new UnpreparedError('unprepared', { cause })
      deps.log.error({ err: error, delivery: delivery.id }, 'Request of a delivery could not be built')
      return { statusCode: null, headers: null, body: null, error, durationMicroseconds: 0 }
    }
  }

  return {
    /**
     * Waits for the delivery's send time, sends the request, and decides the outcome. Never rejects.
     *
     * @returns undefined when the delivery was not sent: the worker was stalled past half the lease, and another worker
     *   may hold the delivery by now. The expired lease returns the delivery to the queue.
     */
    async make(delivery: ClaimedDelivery): Promise<AttemptResult<ClaimedDelivery> | undefined> {
      if (delivery.spacing > 0) {
        const since = clock.now()
        await pace(delivery)
        if (isPastHalfLease(since, clock.now(), deps.leaseSeconds)) return undefined
      }
      const startedAt = clock.now()
      // Created before the first write, so that a result written twice after a lost answer is one attempt.
      const attemptId = deps.makeId('att')
      const prepared = prepareOrFail(delivery)
      const [exchange, request] =
        'recorded' in prepared ? [await sender.send(prepared), prepared.recorded] : [prepared, null]
      return {
        attemptId,
        delivery,
        request,
        exchange,
        outcome: decideOutcome(delivery, exchange, clock.now(), random),
        startedAt,
      }
    },
    /** Aborts requests in flight, when a stop has waited long enough. */
    interrupt: sender.interrupt,
    stop: sender.stop,
  }
}
