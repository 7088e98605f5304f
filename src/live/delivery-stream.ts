import type { StreamDelivery } from '../domain/streams/claim-stream.ts'
import type { Lease } from '../domain/streams/open-leases.ts'
import { withTimeout } from '../lib/timeout.ts'
import type { LogListener } from './log-listener.ts'
import type { StreamMessage, StreamSteps } from './stream-steps.ts'

/** Maximum deliveries of one claim. */
const CLAIMED_AT_ONCE = 250
/** Interval of claims without an announcement, in milliseconds. A safety net: every change that makes deliveries due announces them. */
const POLL_MS = 30_000
/** Minimum interval between two looks at the leases of a stream at capacity, in milliseconds. */
const LOOK_MS = 250

/** The deliveries of one listener in the order of their claims. Claims when its reader asks for more and none waits. */
export interface DeliveryStream {
  /** The next delivery, or the reason of the end as the last item. */
  next(): Promise<IteratorResult<StreamMessage | Error, undefined>>
  /** Ends the stream at once. */
  close(reason?: Error): void
  return(): Promise<IteratorResult<StreamMessage | Error, undefined>>
  /** Resolves when the stream has given its leases back. */
  closed: Promise<void>
  [Symbol.asyncIterator](): DeliveryStream
}

/**
 * @param options.capacity maximum deliveries that are leased and not acknowledged
 * @param options.onClosed called with the leases that are left
 */
export function createDeliveryStream(options: {
  capacity: number
  steps: Pick<StreamSteps, 'claim' | 'hasDue' | 'release' | 'findLeased' | 'onLeased' | 'prepare'>
  log: LogListener
  onClosed: (leases: readonly Lease[]) => Promise<void>
}): DeliveryStream {
  const { capacity, steps, log } = options
  const leases = new Map<string, Lease>()
  const waiting: StreamDelivery[] = []
  const ended = Promise.withResolvers<void>()
  let wake = () => {}
  let hint: Promise<void> | undefined
  let isClosed = false
  let reason: Error | undefined
  let filling: Promise<void> | undefined
  let mayHaveHeld = true
  let mayHaveDue = true
  /** Announcements before the last claim or look at the leases: a lease may have ended elsewhere since. */
  let lookedAt = log.hints()
  /** Set by a claim that took all due deliveries: the announcements before it, and the time of the next claim without another. */
  let exhausted: { hints: number; until: number } | undefined

  /**
   * Waits for an announcement, a recorded result of this process, the end, or the time.
   *
   * @param hintsBefore returns at once when announcements have arrived since; null ignores announcements
   */
  async function pause(hintsBefore: number | null, ms: number): Promise<void> {
    if (isClosed || (hintsBefore !== null && log.hints() !== hintsBefore)) return
    const woken = new Promise<void>((resolve) => {
      wake = resolve
    })
    if (hintsBefore === null) return withTimeout(woken, ms, undefined)
    // One wait at a time, because each has a timer of its own.
    hint ??= log.nextHint().finally(() => {
      hint = undefined
    })
    await withTimeout(Promise.race([woken, hint]), ms, undefined)
  }

  function lease(delivery: StreamDelivery): void {
    const { id, version } = delivery
    leases.set(id, { id, version })
    waiting.push(delivery)
    steps.onLeased({ id, version }, () => {
      if (leases.get(id)?.version === version) leases.delete(id)
      wake()
    })
  }

  /** Waits until fewer deliveries than the capacity are leased. */
  async function waitForCapacity(): Promise<void> {
    await pause(lookedAt, POLL_MS)
    if (isClosed || leases.size < capacity) return
    lookedAt = log.hints()
    // Leases may have ended elsewhere: acknowledged on another node, canceled, or reclaimed after a stall.
    const known = [...leases.values()]
    const held = await steps.findLeased(known)
    for (const { id } of known) if (!held.has(id)) leases.delete(id)
    if (leases.size === capacity) await pause(null, LOOK_MS)
  }

  /** Waits for due deliveries. Without an announcement the next claim is made in any case. */
  async function waitForDue(hintsBefore: number, ms: number): Promise<void> {
    await pause(hintsBefore, ms)
    mayHaveDue = log.hints() === hintsBefore
    if (mayHaveDue) mayHaveHeld = true
  }

  /** Claims until a delivery waits. */
  async function fill(): Promise<void> {
    while (!isClosed && waiting.length === 0) {
      const hints = log.hints()
      if (exhausted !== undefined) {
        const { until } = exhausted
        await waitForDue(exhausted.hints, Math.max(until - performance.now(), 1))
        exhausted = undefined
        continue
      }
      if (mayHaveHeld) mayHaveHeld = await steps.release()
      const free = capacity - leases.size
      if (free === 0) await waitForCapacity()
      else if (!mayHaveDue && !(await steps.hasDue())) await waitForDue(hints, POLL_MS)
      else {
        const limit = Math.min(free, CLAIMED_AT_ONCE)
        lookedAt = hints
        const { deliveries, truncated, nextRetryInMs } = await steps.claim(limit)
        for (const delivery of deliveries) lease(delivery)
        if (deliveries.length < limit && !truncated)
          exhausted = { hints, until: performance.now() + Math.min(nextRetryInMs ?? POLL_MS, POLL_MS) }
      }
    }
  }

  async function end(): Promise<void> {
    await filling?.catch(() => {})
    await options.onClosed([...leases.values()])
  }

  function close(why?: Error): void {
    if (isClosed) return
    isClosed = true
    reason = why
    wake()
    log.leave()
    end().then(ended.resolve, ended.resolve)
  }

  async function next(): Promise<IteratorResult<StreamMessage | Error, undefined>> {
    while (!isClosed) {
      const delivery = waiting.shift()
      const message = delivery && steps.prepare(delivery)
      if (message !== undefined) return { done: false, value: message }
      if (waiting.length > 0) continue
      filling = fill()
      await filling.catch(close)
    }
    const why = reason
    reason = undefined
    return why === undefined ? { done: true, value: undefined } : { done: false, value: why }
  }

  const stream: DeliveryStream = {
    next,
    close,
    async return() {
      close()
      return { done: true, value: undefined }
    },
    closed: ended.promise,
    [Symbol.asyncIterator]: () => stream,
  }
  return stream
}
