import type { IncomingMessage } from 'node:http'
import { renderGraphiQL } from '@graphql-yoga/render-graphiql'
import { subscribe } from 'graphql'
import { createYoga, type Plugin } from 'graphql-yoga'
import type { Context } from '../../schema/builder.ts'
import { schema } from '../../schema/schema.ts'
import type { Viewer } from '../access/viewer.ts'
import type { Domain } from '../domain.ts'
import { exampleTabs } from './examples.ts'
import { boundedCaches, boundQueries } from './query-limits.ts'

/** What the transports hand to GraphQL: HTTP and SSE a request, WebSocket a viewer that it has authenticated. */
export interface ServerContext {
  req?: IncomingMessage
  viewer?: Viewer | null
}

/** GraphQL over HTTP and SSE, and GraphiQL for a browser. WebSocket runs through its `getEnveloped`. */
export function createGraphQL(deps: {
  domain: Domain
  maskError: (error: unknown) => Error
  authenticateRequest: (request: IncomingMessage) => Promise<Viewer | null>
}) {
  const { domain } = deps
  return createYoga<ServerContext, Context>({
    schema,
    graphqlEndpoint: '/graphql',
    landingPage: false,
    plugins: [boundQueries, plainSubscriptions],
    parserAndValidationCache: boundedCaches(),
    // Browsers present keys in a header, never in a cookie, so any origin may ask.
    cors: { origin: '*', credentials: false },
    maskedErrors: { maskError: deps.maskError },
    logging: false,
    graphiql: {
      title: 'Signalbox',
      defaultTabs: exampleTabs,
      headers: JSON.stringify({ Authorization: 'Bearer ' }, null, 2),
      shouldPersistHeaders: false,
      // Its WebSocket client leaves the headers out of `connection_init`, and the key with them.
      subscriptionsProtocol: 'SSE',
    },
    // Served from the installed package: nothing is loaded from elsewhere.
    renderGraphiQL,
    async context({ req, viewer, request }) {
      const known = viewer !== undefined || req === undefined
      return {
        domain,
        viewer: known ? (viewer ?? null) : await deps.authenticateRequest(req),
        signal: request?.signal,
        answered: { eventBytes: 0 },
      }
    },
  })
}

/** graphql-js executes a message with less around it than Yoga's executor, and a message is executed for every change. */
const plainSubscriptions: Plugin = { onSubscribe: ({ setSubscribeFn }) => setSubscribeFn(subscribe) }

export type GraphQL = ReturnType<typeof createGraphQL>
