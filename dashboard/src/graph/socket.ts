import { CloseCode, createClient, MessageType } from 'graphql-ws'

/** Close codes after which a new connection would be refused as well. */
const FINAL = [CloseCode.Forbidden, CloseCode.Unauthorized, CloseCode.BadRequest] as number[]

/** State of the connection that live panels show. */
export type LiveState = 'connecting' | 'live' | 'broken'

export type Socket = ReturnType<typeof createSocket>

/**
 * One WebSocket for every live panel, opened at the first subscription. The browser sends the session cookie with the
 * handshake.
 *
 * @param connectionParams the organization, read at every connection
 * @param onRefused called when the server ended a subscription, or closed the connection for good
 */
export function createSocket(connectionParams: () => Record<string, string>, onRefused: () => void) {
  const url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql`
  const client = createClient({
    url,
    connectionParams,
    retryAttempts: Number.POSITIVE_INFINITY,
    // A closed laptop wakes up with every tab at once.
    retryWait: (retries) =>
      new Promise((done) => setTimeout(done, Math.min(30_000, 500 * 2 ** retries) * Math.random())),
    shouldRetry: (fault) => !isFinal(fault),
    keepAlive: 15_000,
  })
  let state: LiveState = 'connecting'
  const listeners = new Set<(state: LiveState) => void>()
  function change(next: LiveState): void {
    state = next
    for (const listener of listeners) listener(next)
  }
  client.on('connecting', () => change('connecting'))
  client.on('connected', () => change('live'))
  client.on('closed', (event) => {
    change('broken')
    if (isFinal(event)) onRefused()
  })
  // The server ends subscriptions one by one when the session ends or loses a right.
  client.on('message', ({ type }) => {
    if (type === MessageType.Complete) onRefused()
  })
  return {
    ...client,
    /** Calls back with the state now and at every change. @returns stops that */
    watch(listener: (state: LiveState) => void): () => void {
      listeners.add(listener)
      listener(state)
      return () => void listeners.delete(listener)
    },
  }
}

const isFinal = (event: unknown): boolean =>
  typeof event === 'object' && event !== null && 'code' in event && FINAL.includes(Number(event.code))
