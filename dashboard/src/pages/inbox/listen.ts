import type { Graph } from '../../graph/client.ts'
import { hashOf } from '../../graph/documents.ts'
import { type LiveDelivery, openDeliveries } from '../../graph/live.ts'
import { type InboxStreamSubscription, inboxStream } from '../../graph/operations.ts'
import type { LiveState } from '../../graph/socket.ts'
import { texts } from '../../texts.ts'

/** A delivery that the tab has leased, with its signed request. */
export type Lease = InboxStreamSubscription['deliveryStream']

/** Behaviour of the tab towards a request. */
export type Answering = 'ACCEPT' | 'FAIL' | 'SLOW'

const ANSWERS: Record<Answering, { statusCode: number; waitMs: number }> = {
  ACCEPT: { statusCode: 204, waitMs: 0 },
  FAIL: { statusCode: 500, waitMs: 0 },
  SLOW: { statusCode: 204, waitMs: 8_000 },
}

interface Listener {
  /** The behaviour at this moment. */
  answering(): Answering
  onLease(lease: Lease): void
  /** Called after the wait, with the status that the tab answers. */
  onAnswer(lease: Lease, answer: { statusCode: number; durationMs: number }): void
  onChanges(deliveries: readonly LiveDelivery[]): void
  onState(state: LiveState): void
  /** The server ended the stream, for the reason of the sentence. */
  onEnd(reason: string): void
}

/** Leases the deliveries of a STREAM endpoint and follows their states. @returns stops that, and gives leases back */
export function listen(graph: Graph, endpointId: string, listener: Listener): () => void {
  const timers = new Set<ReturnType<typeof setTimeout>>()

  function take(lease: Lease): void {
    listener.onLease(lease)
    const { statusCode, waitMs } = ANSWERS[listener.answering()]
    const startedAt = performance.now()
    const timer = setTimeout(() => {
      timers.delete(timer)
      listener.onAnswer(lease, { statusCode, durationMs: Math.round(performance.now() - startedAt) })
    }, waitMs)
    timers.add(timer)
  }

  const { onChanges, onState } = listener
  const stops = [
    openDeliveries(graph, { endpointId }, { onState, onChanges }),
    graph.socket.subscribe<InboxStreamSubscription>(
      {
        query: '',
        variables: { endpointId },
        extensions: { persistedQuery: { version: 1, sha256Hash: hashOf(inboxStream) } },
      },
      {
        next: ({ data, errors }) =>
          data ? take(data.deliveryStream) : listener.onEnd(errors?.[0]?.message ?? texts.inbox.ended),
        error: () => listener.onEnd(texts.inbox.ended),
        complete: () => {},
      },
    ),
  ]
  return () => {
    for (const stop of stops) stop()
    for (const timer of timers) clearTimeout(timer)
  }
}
