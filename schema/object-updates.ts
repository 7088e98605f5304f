import type { Viewer } from '../src/domain/people/viewer.ts'
import type { BoundedQueue, QueueItem } from '../src/live/bounded-queue.ts'
import { ALL, subscribeToChanges } from '../src/live/change-notifier.ts'
import { type Context, requireViewer } from './builder.ts'

/** Reads an object of the viewer's organization; null for an unknown id. */
type Load<Row> = (viewer: Viewer, id: string) => Promise<Row | null>

/** The object of a message, read when the message is sent; null when any object may have changed. */
export interface ObjectUpdate<Row> {
  object: Row | null
  /** True when further changes may have been missed. */
  gap: boolean
}

/** Opens a subscription to the changes of one object, which begins with its current state, or of all on a channel. */
export function openUpdates(
  context: Context,
  id: string | null | undefined,
  channelOf: (organizationId: string) => string,
  load: Load<object>,
): Promise<BoundedQueue<string>> {
  const { bus, subscriptions } = context.services
  const viewer = requireViewer(context)
  const wanted = (changed: string) => id == null || changed === id
  const first = async () => (id != null && (await load(viewer, id)) !== null ? id : null)
  return subscriptions.open(viewer, context.signal(), (onClose) =>
    subscribeToChanges(bus, channelOf(viewer.organizationId), { wanted, first, onClose }),
  )
}

export async function readUpdate<Row>(
  context: Context,
  id: string | null | undefined,
  { message, gap }: QueueItem<string>,
  load: Load<Row>,
): Promise<ObjectUpdate<Row>> {
  const changed = message === ALL ? id : message
  const object = changed == null ? null : await load(requireViewer(context), changed)
  return { object, gap: gap || message === ALL }
}
