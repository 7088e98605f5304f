import { RequestCache } from '@pothos/plugin-scope-auth'
import { createSourceEventStream, type ExecutionArgs, type ExecutionResult, getOperationAST, Kind } from 'graphql'
import { createYoga, isAsyncIterable, isPromise, mapAsyncIterator, type Plugin } from 'graphql-yoga'
import type { Context } from '../../schema/builder.ts'
import { messageKey } from '../../schema/delivery-updates.ts'
import { createLimitField } from '../../schema/field-limits.ts'
import { stringifyAnswer, stringifyEvent } from '../../schema/json-answer.ts'
import { createNodes } from '../../schema/nodes.ts'
import { schema } from '../../schema/schema.ts'
import type { SessionSeen } from '../domain/people/session-seen.ts'
import { createTurnQueue } from '../lib/event-loop-turns.ts'
import type { Services } from '../services.ts'
import { answerHeaders } from './answer-headers.ts'
import { refuseUnreadAnswers } from './answer-writer.ts'
import { boundAnswers, withinAnswerSize } from './bound-answers.ts'
import { createCheckDocument } from './check-document.ts'
import { compressAnswers } from './compress-answers.ts'
import { keepJsonText } from './json-variables.ts'
import { LIMIT_HEADERS } from './limit-headers.ts'
import { persistedOperations, type ResolveDocument } from './persisted-operations.ts'
import { boundedCaches, boundQueries } from './query-limits.ts'
import { lookAtLimits, spendLimits } from './rate-limit-plugin.ts'
import { readParameters } from './read-parameters.ts'
import { type RecordUsage, recordUsage } from './record-usage.ts'
import type { ServerContext } from './request-context.ts'
import { createSharedExecutions } from './shared-executions.ts'
import { boundSubscriptions } from './subscription-size.ts'
import { explainVariables, shortenErrors } from './variable-errors.ts'

const checkDocument = createCheckDocument(schema)

/** Characters of a browser's name that a session keeps. */
const USER_AGENT_CHARACTERS = 200

/** GraphQL over HTTP and SSE. WebSocket runs through `getEnveloped`. */
export function createGraphQL(deps: {
  services: Services
  maskError: (error: unknown) => Error
  record: RecordUsage
  resolveDocument: ResolveDocument
  introspection: boolean
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
      readParameters,
      boundQueries({ introspection: deps.introspection }),
      boundSubscriptions,
      keepJsonText,
      shortenErrors,
      shareExecutions(),
      explainVariables,
      boundAnswers(services.answerBudget),
      answerJsonText,
      usage,
      spendLimits(services.limits, services.introspectionBudget),
      limitsOfEveryAnswer,
      touchSession(services.sessionSeen),
      compressAnswers,
      refuseUnreadAnswers,
      answerHeaders,
      clearScopeCache,
    ],
    parserAndValidationCache: boundedCaches(),
    // Any origin may ask with a key in a header. The cookie of a person counts for pages of this installation only.
    cors: { origin: '*', credentials: false, exposedHeaders: LIMIT_HEADERS },
    maskedErrors: { maskError: deps.maskError },
    logging: false,
    // src/server/graphiql.ts serves the page, compressed once.
    graphiql: false,
    context({ requestContext, request }) {
      if (requestContext.refused !== undefined) throw requestContext.refused
      const { viewer, session, ip, ended, device = null } = requestContext
      const userAgent = requestContext.request.headers['user-agent']?.slice(0, USER_AGENT_CHARACTERS) ?? null
      const answered = { bytes: 0 }
      const readable = new Map<string, string>()
      const foundIds = new Map<string, string>()
      return {
        ...{ session, ended, client: { ip, userAgent, device } },
        ...{ services, nodes, viewer, checkDocument, limitField, answered, readable, foundIds },
        // A function, because the fields of the context are copied and a getter would run then.
        signal: () => request?.signal,
      }
    },
  })
}

/**
 * Notes that a person caused a request, from which the idle time of the session counts. A subscription and a refresh do
 * not count: pages start them by themselves.
 */
const touchSession = (sessionSeen: SessionSeen): Plugin<ServerContext> => ({
  onExecute({ args }) {
    const { viewer } = (args.contextValue as ServerContext).requestContext
    if (viewer?.principal.kind !== 'PERSON') return
    const operation = getOperationAST(args.document, args.operationName)
    const isRefresh = operation?.selectionSet.selections.every(
      (selection) => selection.kind === Kind.FIELD && selection.name.value === 'sessionRefresh',
    )
    if (!isRefresh) sessionSeen.touch(viewer)
  },
})

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
  const takeTurn = createTurnQueue()
  async function subscribe(args: ExecutionArgs) {
    const source = await createSourceEventStream(args)
    if (!isAsyncIterable(source)) return source
    const executeMessage = executions.of(args)
    // Over WebSocket, src/server/websocket.ts writes the texts.
    const isStream = (args.contextValue as ServerContext).requestContext.response !== undefined
    const finish = (answer: ExecutionResult) =>
      isStream ? asEvent(withinAnswerSize(answer)) : withinAnswerSize(answer)
    return mapAsyncIterator(source, (message) => {
      const turn = takeTurn()
      const answer = turn === undefined ? executeMessage(message) : turn.then(() => executeMessage(message))
      return isPromise(answer) ? answer.then(finish) : finish(answer)
    })
  }
  return { onSubscribe: ({ setSubscribeFn }) => setSubscribeFn(subscribe) }
}

function asEvent(answer: Answer): Answer {
  answer.stringify = stringifyEvent
  return answer
}

/** Writes answers with the texts of their JSON values. Yoga takes the writer of an answer from the answer. */
const answerJsonText: Plugin<ServerContext> = {
  onExecute: ({ args }) => ({
    onExecuteDone({ result }) {
      const { response, request } = (args.contextValue as ServerContext).requestContext
      const isStream = response !== undefined && wantsEventStream(request.headers.accept)
      if (!isAsyncIterable(result)) (result as Answer).stringify = isStream ? stringifyEvent : stringifyAnswer
    },
  }),
}

/** True when Yoga answers as a stream of events: any other acceptable type comes first. */
const wantsEventStream = (accept = ''): boolean =>
  accept.includes('text/event-stream') && !/json|multipart|\*/i.test(accept)

/** `stringify` is the extension by which Yoga lets an answer bring its own writer. */
type Answer = ExecutionResult & { stringify?: (answer: unknown) => string }

export type GraphQL = ReturnType<typeof createGraphQL>
