import { type Client, createClient } from 'graphql-ws'
import type { LeasedDelivery } from './api.ts'

/** Maximum deliveries that are forwarded at once. */
export const CAPACITY = 16
/** Interval of pings, and the wait for a pong: a laptop that slept connects again after both. */
const PING_EVERY_MS = 10_000
const PONG_WITHIN_MS = 5_000
/** Longest wait before connecting again. */
const RECONNECT_MS = 5_000
/** Close codes of GraphQL over WebSocket for a key that opens nothing. */
const REFUSED = [4401, 4403]

const STREAM = `subscription ($endpointId: ID!, $capacity: Int!) {
  deliveryStream(endpointId: $endpointId, capacity: $capacity) {
    delivery { id eventId attemptCount } version headers { name value } bodyBase64 } }`

export interface StreamEvents {
  onState(state: 'connected' | 'connecting'): void
  onDelivery(delivery: LeasedDelivery): void
  /** The stream ended for good, with a sentence that says why. */
  onEnd(reason: string): void
}

/** Opens the stream of an endpoint, and again whenever the connection breaks. */
export function openStream(url: string, apiKey: string, endpointId: string, events: StreamEvents): { close(): void } {
  let isClosed = false
  let pong: NodeJS.Timeout | undefined
  const end = (reason: string) => {
    if (!isClosed) events.onEnd(reason)
    isClosed = true
  }
  const client: Client = createClient({
    url: `${url.replace(/^http/, 'ws')}/graphql`,
    connectionParams: { authorization: `Bearer ${apiKey}` },
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: (closed) => !REFUSED.includes((closed as CloseEvent).code),
    retryWait: (tries) => new Promise((resolve) => setTimeout(resolve, Math.min(250 * 2 ** tries, RECONNECT_MS))),
    keepAlive: PING_EVERY_MS,
    on: {
      connected: () => events.onState('connected'),
      closed: () => {
        clearTimeout(pong)
        if (!isClosed) events.onState('connecting')
      },
      ping: (isReceived) => {
        if (!isReceived) pong = setTimeout(() => client.terminate(), PONG_WITHIN_MS)
      },
      pong: (isReceived) => {
        if (isReceived) clearTimeout(pong)
      },
    },
  })
  client.subscribe<{ deliveryStream: LeasedDelivery }>(
    { query: STREAM, variables: { endpointId, capacity: CAPACITY } },
    {
      next({ data, errors }) {
        if (errors) end(errors[0]?.message ?? 'The stream ended with an error.')
        else if (data && !isClosed) events.onDelivery(data.deliveryStream)
      },
      error: (error) => end(sentenceOf(error)),
      complete: () => end('Signalbox ended the stream: is its endpoint deleted?'),
    },
  )
  return {
    close() {
      isClosed = true
      clearTimeout(pong)
      void client.dispose()
    },
  }
}

interface CloseEvent {
  code: number
  reason: string
}

/** The sentence of a close event, of the errors of an operation, or of an error. */
function sentenceOf(error: unknown): string {
  if (Array.isArray(error)) return error[0]?.message ?? 'Signalbox refused the stream.'
  const { code, reason, message } = error as Partial<CloseEvent & Error>
  return reason || message || `The connection was closed with the code ${code}.`
}
