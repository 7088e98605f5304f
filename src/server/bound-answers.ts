import { type ExecutionResult, GraphQLError, getOperationAST } from 'graphql'
import { isAsyncIterable, type Plugin } from 'graphql-yoga'
import { ANSWER_BYTES } from '../../schema/answer-bytes.ts'
import { type AnswerBudget, LARGE_ANSWER_BYTES, pastMinute } from '../domain/limits/answer-budget.ts'
import { measureJson } from './answer-size.ts'
import type { RequestContext, ServerContext } from './request-context.ts'

const TOO_LARGE = refusal(
  'ANSWER_TOO_LARGE',
  `An answer has at most ${ANSWER_BYTES} bytes. Request smaller pages or fewer fields.`,
)
const CLIENT_CLOSED = refusal('CLIENT_CLOSED', 'The client left before its answer was made.')

/**
 * Refuses answers that would be too large as JSON, and large ones past the minute of their organization, before the text
 * is made. Large answers are made one in each turn of the event loop, and none for a client that left.
 */
export function boundAnswers(budget: AnswerBudget): Plugin<ServerContext> {
  return {
    onExecute: ({ args: { document, operationName, contextValue } }) => ({
      async onExecuteDone({ result, setResult }) {
        if (isAsyncIterable(result)) return
        const { requestContext } = contextValue as ServerContext
        const bytes = measureJson(result.data, ANSWER_BYTES)
        if (bytes < LARGE_ANSWER_BYTES) return
        // Strangers have a budget for introspection instead, and read no data.
        const seconds = count(budget, requestContext, bytes)
        if (bytes > ANSWER_BYTES) return setResult(TOO_LARGE)
        // A mutation that took effect is answered.
        const isMutation = getOperationAST(document, operationName)?.operation === 'mutation'
        if (seconds > 0 && !isMutation) return setResult(rateLimited(requestContext, seconds))
        await budget.turn()
        if (requestContext.request.socket.destroyed) setResult(CLIENT_CLOSED)
      },
    }),
  }
}

/** Refuses a message of a subscription that would be too large as JSON. */
export function withinAnswerSize(answer: ExecutionResult): ExecutionResult {
  return measureJson(answer.data, ANSWER_BYTES) <= ANSWER_BYTES ? answer : TOO_LARGE
}

/** Counts a large answer. @returns seconds until the organization may have large answers; 0 when it may have this one */
function count(budget: AnswerBudget, { viewer }: RequestContext, bytes: number): number {
  if (viewer === null) return 0
  const seconds = budget.secondsLeft(viewer.organizationId)
  budget.count(viewer.organizationId, bytes)
  return seconds
}

function rateLimited({ response }: RequestContext, seconds: number): ExecutionResult {
  if (response?.headersSent === false) response.setHeader('Retry-After', seconds)
  const more = { window: 'minute', retryAfter: seconds, http: { status: 429 } }
  return refusal('RATE_LIMITED', pastMinute(seconds), more)
}

function refusal(code: string, message: string, more: Record<string, unknown> = {}): ExecutionResult {
  return { errors: [new GraphQLError(message, { extensions: { code, ...more } })] }
}
