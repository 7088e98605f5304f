import type { StreamDelivery } from '../domain/streams/claim-stream.ts'
import { withTimeout } from '../lib/timeout.ts'
import type { LogListener } from './log-listener.ts'
import type { StreamMessage, StreamSteps } from './stream-steps.ts'

/**
 * Claims deliveries of a stream once some are due.
 *
 * @param poll.open ties the wait to the rights of the viewer, as a subscription
 * @param poll.max maximum deliveries
 * @param poll.waitMs maximum wait for the first, in milliseconds
 * @param poll.signal aborted when the client leaves; its deliveries are given back
 */
export async function pollStream(poll: {
  open: (make: (onClose: () => void) => Promise<{ close(reason?: Error): void }>) => Promise<unknown>
  steps: StreamSteps
  log: LogListener
  max: number
  waitMs: number
  signal: AbortSignal | undefined
}): Promise<StreamMessage[]> {
  const { steps, log, max } = poll
  const ended = Promise.withResolvers<void>()
  const state: { isClosed: boolean; reason?: Error | undefined } = { isClosed: false }
  let leave = () => {}
  const deadline = performance.now() + poll.waitMs

  async function claim(): Promise<StreamDelivery[]> {
    for (;;) {
      const hints = log.hints()
      await steps.release()
      const { deliveries, truncated, nextRetryInMs } = await steps.claim(max)
      const leftMs = deadline - performance.now()
      if (deliveries.length > 0 || leftMs <= 0 || state.isClosed) return deliveries
      if (truncated || log.hints() !== hints) continue
      const ms = Math.min(leftMs, Math.max(nextRetryInMs ?? leftMs, 1))
      await withTimeout(Promise.race([ended.promise, log.nextHint()]), ms, undefined)
      if (state.isClosed) return []
    }
  }

  try {
    await poll.open(async (onClose) => {
      leave = onClose
      return {
        close(reason) {
          Object.assign(state, { isClosed: true, reason })
          ended.resolve()
        },
      }
    })
    const deliveries = await claim()
    if (!state.isClosed && !poll.signal?.aborted) return deliveries.flatMap((delivery) => steps.prepare(delivery) ?? [])
    await steps.giveBack(deliveries)
    if (state.reason !== undefined) throw state.reason
    return []
  } finally {
    leave()
    log.leave()
  }
}
