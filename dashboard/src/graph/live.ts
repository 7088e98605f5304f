import type { Client } from '@urql/core'
import { documentOf, hashOf } from './documents.ts'
import type { Newest } from './newest.ts'
import {
  type DeliveryUpdatesSubscription,
  type DeliveryUpdatesSubscriptionVariables,
  deliveryUpdates,
  deliveryUpdatesCursor,
} from './operations.ts'
import { createPace } from './pace.ts'
import type { LiveState, Socket } from './socket.ts'

export type LiveDelivery = DeliveryUpdatesSubscription['deliveryUpdates']['delivery']

interface LiveListener {
  /** Changed deliveries of one frame, each once with its newest state. */
  onChanges(deliveries: LiveDelivery[]): void
  /** Changes were missed: the list must be read again. */
  onGap?(): void
  /** @param count changes that came after a break, once no more of them follow */
  onCaughtUp?(count: number): void
  onState?(state: LiveState): void
  /** Called once changes follow: what was read before may lack a change that no message tells, and is read again. */
  onStart?(): void
}

/** Changed deliveries that wait for a drawing at most; more of them wait only in a hidden tab, which draws nothing. */
const WAITING_AT_MOST = 5_000

/** Silence after which the changes of a break have all arrived. */
const QUIET_MS = 500

/**
 * Opens a stream of deliveries that resumes from its cursor after every break. Messages are handed over once a frame
 * at most, so that the cost of drawing does not grow with their rate.
 *
 * @returns closes the stream
 */
export function openDeliveries(
  { client, socket, newest }: { client: Client; socket: Socket; newest: Newest },
  filter: DeliveryUpdatesSubscriptionVariables['filter'],
  listener: LiveListener,
): () => void {
  const changed = new Map<string, LiveDelivery>()
  // graphql-ws sends this very object again when it connects again, so the cursor is written into it.
  const variables: DeliveryUpdatesSubscriptionVariables = { filter }
  const pace = createPace(flush)
  let hasDropped = false
  let missed: number | undefined
  let quiet: ReturnType<typeof setTimeout> | undefined
  let isStopped = false

  function flush(): void {
    const deliveries = [...changed.values()]
    changed.clear()
    if (hasDropped) listener.onGap?.()
    hasDropped = false
    listener.onChanges(deliveries)
  }

  function countMissed(): void {
    if (missed === undefined) return
    missed++
    clearTimeout(quiet)
    quiet = setTimeout(() => {
      if (missed !== undefined && missed > 0) listener.onCaughtUp?.(missed)
      missed = undefined
    }, QUIET_MS)
  }

  function take({ cursor, gap, delivery }: DeliveryUpdatesSubscription['deliveryUpdates']): void {
    variables.after = cursor
    if (gap) listener.onGap?.()
    countMissed()
    changed.set(delivery.id, newest.latest(delivery))
    if (changed.size > WAITING_AT_MOST) {
      changed.delete(changed.keys().next().value!)
      hasDropped = true
    }
    pace.request()
  }

  const stops = [
    socket.onResumed(() => {
      if (variables.after != null) missed = 0
    }),
  ]

  /** Begins at a known place, because a subscription does not tell when it has begun. */
  async function begin(): Promise<void> {
    const { data } = await client.query(documentOf(deliveryUpdatesCursor), {}, { requestPolicy: 'network-only' })
    if (isStopped) return
    if (data) variables.after = data.deliveryUpdatesCursor
    stops.push(
      socket.watch((state) => listener.onState?.(state)),
      socket.follow<DeliveryUpdatesSubscription>(
        {
          query: '',
          variables: variables as Record<string, unknown>,
          extensions: { persistedQuery: { version: 1, sha256Hash: hashOf(deliveryUpdates) } },
        },
        { next: ({ data }) => data && take(data.deliveryUpdates), error: () => listener.onGap?.(), complete: () => {} },
      ),
    )
    listener.onStart?.()
  }
  void begin()

  return () => {
    isStopped = true
    pace.stop()
    clearTimeout(quiet)
    for (const stop of stops) stop()
  }
}
