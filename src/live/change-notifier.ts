import type { LiveBus } from '../bus/bus.ts'
import { type BoundedQueue, createBoundedQueue } from './bounded-queue.ts'

/** Minimum interval between two notifications of the same change, in milliseconds. */
const EVERY_MS = 1_000

/**
 * Notifies a subscriber that objects changed, for it to read their current state: immediately, then at most once a
 * second, and always once more after the last change. A message is the id of the object, or `ALL`.
 *
 * @param options.together merges all changes into the message `ALL`
 * @param options.first the first message, looked up once changes are heard; null for none
 */
export async function subscribeToChanges(
  bus: LiveBus,
  channel: string,
  options: {
    wanted?: (id: string) => boolean
    together?: boolean
    first?: () => Promise<string | null>
    onClose?: () => void
  } = {},
): Promise<BoundedQueue<string>> {
  const { wanted = () => true } = options
  const changed = new Set<string>()
  let timer: NodeJS.Timeout | undefined
  let stop = () => {}
  const mailbox = createBoundedQueue<string>({
    onClose() {
      clearTimeout(timer)
      stop()
      options.onClose?.()
    },
  })
  const flush = () => {
    timer = undefined
    if (changed.size === 0) return
    for (const id of changed) mailbox.push(id)
    changed.clear()
    timer = setTimeout(flush, EVERY_MS)
  }
  stop = await bus.subscribe(channel, ({ messages, gap }) => {
    for (const id of messages) if (typeof id === 'string' && wanted(id)) changed.add(options.together ? ALL : id)
    if (gap) changed.add(ALL)
    if (timer === undefined) flush()
  })
  try {
    const first = (await options.first?.()) ?? null
    if (first !== null) changed.add(first)
    if (timer === undefined) flush()
    return mailbox
  } catch (error) {
    mailbox.close()
    throw error
  }
}

/** Any object may have changed: the subscriber reads everything. */
export const ALL = '*'
