import { Client, fetchExchange, mapExchange, subscriptionExchange } from '@urql/core'
import { cacheExchange } from '@urql/exchange-graphcache'
import { persistedExchange } from '@urql/exchange-persisted'
import { cacheOptions } from './cache.ts'
import { documentOf, hashes } from './documents.ts'
import { exactFetch } from './json-text.ts'
import { createNewest } from './newest.ts'
import { session } from './operations.ts'
import { createReconnect } from './reconnect.ts'
import { createSocket } from './socket.ts'

/**
 * The graph of one organization: a normalized cache over persisted operations, and a socket for live messages.
 *
 * @param organizationId organization of every request; undefined for the last one of the person
 * @param onEnded called when the session has ended
 * @param reason reason of a person of the operator for changes in another organization; undefined for reading
 */
export function createGraph(organizationId: string | undefined, onEnded: () => void, reason?: string) {
  const headers: Record<string, string> = {
    ...(organizationId !== undefined && { 'Signalbox-Organization': organizationId }),
    ...(reason !== undefined && { 'Signalbox-Reason': reason }),
  }
  // The server closes sockets for lost rights as well as for ended sessions: the next request tells which.
  const socket = createSocket(
    () => headers,
    () => void client.query(documentOf(session), {}, { requestPolicy: 'network-only' }).toPromise(),
  )
  const newest = createNewest()
  const reconnect = createReconnect()
  socket.onResumed(reconnect.readAgain)
  const client: Client = new Client({
    url: '/graphql',
    // Variables belong neither in URLs nor in logs.
    preferGetMethod: false,
    fetch: exactFetch,
    fetchOptions: { headers, credentials: 'same-origin' },
    exchanges: [
      mapExchange({
        onError: (error) =>
          error.graphQLErrors.some(({ extensions }) => extensions.code === 'UNAUTHENTICATED') && onEnded(),
      }),
      reconnect.exchange,
      cacheExchange(cacheOptions),
      newest.exchange,
      persistedExchange({
        // The hashes of the manifest: the cache adds `__typename`, and so does the manifest.
        generateHash: async (_query, document) => hashOf(document),
        enforcePersistedQueries: true,
        enableForMutation: true,
        enableForSubscriptions: true,
        preferGetForPersistedQueries: false,
      }),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ variables, extensions }) => ({
          subscribe: (sink) => ({
            unsubscribe: socket.follow({ query: '', variables: variables ?? {}, extensions: extensions ?? {} }, sink),
          }),
        }),
      }),
    ],
  })
  return { client, socket, newest, reconnect }
}

export type Graph = ReturnType<typeof createGraph>

function hashOf(document: { definitions: readonly object[] }): string {
  const [definition] = document.definitions as readonly { name?: { value: string } }[]
  return hashes.get(definition?.name?.value ?? '') ?? ''
}
