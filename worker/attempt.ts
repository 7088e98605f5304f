import type { Targets } from '../src/domain/endpoints/target-policy.ts'
import type { Clock } from '../src/lib/clock.ts'
import type { MakeId } from '../src/lib/ids.ts'
import type { Keyring } from '../src/lib/keyring.ts'
import type { Log } from '../src/lib/log.ts'
import { judge, type Result } from './attempt-outcome.ts'
import { createPrepare } from './build-request.ts'
import type { Claimed } from './claim.ts'
import { createPace } from './endpoint-pacer.ts'
import { createSender, type Exchange, type Request, UnpreparedError } from './http-sender.ts'
import { isHalfGone } from './lease.ts'

/** One attempt of a delivery, from its claim to what is to be recorded of it. */
export function createAttempts(deps: {
  clock: Clock
  makeId: MakeId
  keyring: Keyring
  targets: Targets
  log: Log
  leaseSeconds: number
  /** A fraction from 0 to 1, for the jitter of retries. */
  random?: () => number
}) {
  const { clock, random = Math.random } = deps
  const pace = createPace()
  const prepare = createPrepare(deps)
  const sender = createSender(deps)

  function exchangeWith(delivery: Claimed): Promise<Exchange> | Exchange {
    let request: Request
    try {
      request = prepare(delivery)
    } catch (cause) {
      // Its secret cannot be read, most likely: not the receiver's fault, so it uses up nothing.
      const error = new UnpreparedError('unprepared', { cause })
      deps.log.error({ err: error, delivery: delivery.id }, 'A delivery could not be prepared.')
      return { statusCode: null, headers: null, body: null, error, durationMicroseconds: 0 }
    }
    return sender.send(request)
  }

  return {
    /**
     * Waits for the delivery's moment, sends it, and says what came of it. Never fails.
     *
     * @returns undefined when it was not sent, since this worker stood still: its moment is past, and others may have taken it over. It
     *   is given back to the queue when its lease is over.
     */
    async make(delivery: Claimed): Promise<Result | undefined> {
      if (delivery.spacing > 0) {
        const since = clock.now()
        await pace(delivery)
        if (isHalfGone(since, clock.now(), deps.leaseSeconds)) return undefined
      }
      const startedAt = clock.now()
      // Made once, so that a result that is written twice for a lost answer is one attempt.
      const attemptId = deps.makeId('att')
      const exchange = await exchangeWith(delivery)
      return { attemptId, delivery, exchange, outcome: judge(delivery, exchange, clock.now(), random), startedAt }
    },
    /** Breaks off what is under way: for a stop that waits no longer. */
    interrupt: sender.interrupt,
    stop: sender.stop,
  }
}
