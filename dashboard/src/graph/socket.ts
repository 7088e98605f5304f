import { CloseCode, createClient } from 'graphql-ws'

/** Close codes after which a new connection would be refused as well. */
const FINAL = [CloseCode.Forbidden, CloseCode.Unauthorized, CloseCode.BadRequest] as number[]

export type Socket = ReturnType<typeof createSocket>

/**
 * One WebSocket for every live panel, opened at the first subscription. The browser sends the session cookie with the
 * handshake.
 *
 * @param connectionParams the organization, read at every connection
 * @param onEnded called when the server ends the session
 */
export function createSocket(connectionParams: () => Record<string, string>, onEnded: () => void) {
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
  client.on('closed', (event) => {
    if (isFinal(event)) onEnded()
  })
  return client
}

const isFinal = (event: unknown): boolean =>
  typeof event === 'object' && event !== null && 'code' in event && FINAL.includes(Number(event.code))
