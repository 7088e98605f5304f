import type { LiveBus } from '../bus/bus.ts'
import { createMailbox, type Mailbox } from './bounded-queue.ts'

/** A subscriber hears of the same thing at most this often. */
const EVERY_MS = 1_000

/**
 * Tells a subscriber that something changed, for it to read what is now: at once, then at most once a second, and never not
 * at all. A message says what changed; `ALL` that anything may have.
 *
 * @param options.together whatever changed, one message
 * @param options.first what to begin with, looked up when changes are heard already; null is nothing
 */
export async function subscribeToHints(
  bus: LiveBus,
  channel: string,
  options: {
    wanted?: (id: string) => boolean
    together?: boolean
    first?: () => Promise<string | null>
    onClose?: () => void
  } = {},
): Promise<Mailbox<string>> {
  const { wanted = () => true } = options
  const changed = new Set<string>()
  let timer: NodeJS.Timeout | undefined
  let stop = () => {}
  const mailbox = createMailbox<string>({
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

/** Something may have been missed: read everything. */
export const ALL = '*'
