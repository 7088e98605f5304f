import type { LiveBus } from '../bus/bus.ts'
import { type BoundedQueue, createBoundedQueue } from './bounded-queue.ts'

/** Minimum interval between two messages of one subscriber, in milliseconds. */
const EVERY_MS = 1_000
/** Maximum entries of one message. Of more, the last ones are kept, and the message reports a gap. */
export const ENTRIES_AT_ONCE = 100
/** Maximum messages that wait for one subscriber. Later ones replace the oldest, and the next message reports a gap. */
export const MESSAGES_WAITING = 10

/**
 * Notifies a subscriber of new entries on a channel: at once, then at most once a second. A message has the ids of the
 * entries that were announced since the last one; ids instead of a position, because entries commit in another order
 * than their ids.
 */
export async function subscribeToEntries(
  bus: LiveBus,
  channel: string,
  onClose: () => void = () => {},
): Promise<BoundedQueue<readonly string[]>> {
  let fresh: string[] = []
  let gap = false
  let timer: NodeJS.Timeout | undefined
  let stop = () => {}
  const queue = createBoundedQueue<readonly string[]>({
    limit: MESSAGES_WAITING,
    onClose() {
      clearTimeout(timer)
      stop()
      onClose()
    },
  })
  const flush = () => {
    timer = undefined
    if (fresh.length === 0 && !gap) return
    if (gap) queue.markGap()
    queue.push(fresh)
    fresh = []
    gap = false
    timer = setTimeout(flush, EVERY_MS)
  }
  stop = await bus.subscribe(channel, (heard) => {
    // Redis may carry anything, so other messages are ignored.
    fresh.push(...heard.messages.filter((message) => typeof message === 'string'))
    gap ||= heard.gap === true || fresh.length > ENTRIES_AT_ONCE
    fresh = fresh.slice(-ENTRIES_AT_ONCE)
    if (timer === undefined) flush()
  })
  return queue
}
