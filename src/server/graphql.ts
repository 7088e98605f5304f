import { RequestCache } from '@pothos/plugin-scope-auth'
import { createSourceEventStream, type ExecutionArgs } from 'graphql'
import { createYoga, isAsyncIterable, mapAsyncIterator, type Plugin } from 'graphql-yoga'
import type { Context } from '../../schema/builder.ts'
import { messageKey } from '../../schema/delivery-updates.ts'
import { createLimitField } from '../../schema/field-limits.ts'
import { createNodes } from '../../schema/nodes.ts'
import { schema } from '../../schema/schema.ts'
import type { Services } from '../services.ts'
import { createCheckDocument } from './check-document.ts'
import { LIMIT_HEADERS } from './limit-headers.ts'
import { persistedOperations, type ResolveDocument } from './persisted-operations.ts'
import { boundedCaches, boundQueries } from './query-limits.ts'
import { lookAtLimits, spendLimits } from './rate-limit-plugin.ts'
import { type RecordUsage, recordUsage } from './record-usage.ts'
import type { ServerContext } from './request-context.ts'
import { createSharedExecutions } from './shared-executions.ts'

const checkDocument = createCheckDocument(schema)

/** GraphQL over HTTP and SSE. WebSocket runs through `getEnveloped`. */
export function createGraphQL(deps: {
  services: Services
  maskError: (error: unknown) => Error
  record: RecordUsage
  resolveDocument: ResolveDocument
}) {
  const { services } = deps
  const limitsOfEveryAnswer: Plugin<object, ServerContext> = {
    onResponse: ({ serverContext }) => serverContext && lookAtLimits(services.limits, serverContext.requestContext),
  }
  const limitField = createLimitField(services.limits, services.fieldLimits)
  const nodes = createNodes(services)
  const usage = recordUsage(deps.record)
  return createYoga<ServerContext, Context>({
    schema,
    graphqlEndpoint: '/graphql',
    landingPage: false,
    // src/server/http-server.ts bounds the body. Yoga would send each body through a stream of its own.
    maxRequestBodySize: false,
    plugins: [
      persistedOperations(deps.resolveDocument),
      boundQueries,
      shareExecutions(),
      usage,
      spendLimits(services.limits),
      limitsOfEveryAnswer,
      clearScopeCache,
    ],
    parserAndValidationCache: boundedCaches(),
    // Browsers present keys in a header, never in a cookie, so any origin may ask.
    cors: { origin: '*', credentials: false, exposedHeaders: LIMIT_HEADERS },
    maskedErrors: { maskError: deps.maskError },
    logging: false,
    // src/server/graphiql.ts serves the page, compressed once.
    graphiql: false,
    context({ requestContext, request }) {
      if (requestContext.refused !== undefined) throw requestContext.refused
      const { viewer } = requestContext
      const answered = { bytes: 0 }
      return {
        ...{ services, nodes, viewer, checkDocument, limitField, answered },
        // A function, because the fields of the context are copied and a getter would run then.
        signal: () => request?.signal,
      }
    },
  })
}

/**
 * Clears the scope cache of Pothos after each request. Its WeakMap keeps every context alive until a full garbage
 * collection.
 */
const clearScopeCache: Plugin = {
  onExecute: ({ args }) => ({ onExecuteDone: () => RequestCache.clearForContext(args.contextValue) }),
}

/** Subscribes as graphql-js does, with less overhead per message than Yoga's executor and with shared executions. */
function shareExecutions(): Plugin {
  const executions = createSharedExecutions(messageKey)
  async function subscribe(args: ExecutionArgs) {
    const source = await createSourceEventStream(args)
    return isAsyncIterable(source) ? mapAsyncIterator(source, executions.of(args)) : source
  }
  return { onSubscribe: ({ setSubscribeFn }) => setSubscribeFn(subscribe) }
}

export type GraphQL = ReturnType<typeof createGraphQL>
