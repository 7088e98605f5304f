import type { ExecutionResult } from 'graphql'
import { isAsyncIterable, type Plugin } from 'graphql-yoga'
import { stringifyAnswer } from '../../schema/json-answer.ts'
import type { UsageRecorder } from '../domain/usage/recorder.ts'
import { OK, PEOPLE } from '../domain/usage/usage-record.ts'
import type { Clock } from '../lib/clock.ts'
import { ForbiddenError, UnauthenticatedError } from '../lib/errors.ts'
import { redactSecrets } from '../lib/log.ts'
import { toPublicError } from './public-error.ts'
import type { RequestContext, ServerContext } from './request-context.ts'

/** Status of a request whose client left before the answer; nginx introduced the code. */
export const CLIENT_CLOSED = 499
/** Operation name of requests refused before execution. */
const NOT_EXECUTED = 'none'
const TEXT_CHARACTERS = 200

/** Records a request with a key or session once, after its answer. */
export type RecordUsage = (requestContext: RequestContext, answer: { status: number; responseBytes?: number }) => void

export function createRecordUsage(deps: { recorder: UsageRecorder; clock: Clock }): RecordUsage {
  return (requestContext, { status, responseBytes = 0 }) => {
    const { viewer, refused, request, error } = requestContext
    const isKnown = refused instanceof UnauthenticatedError || refused instanceof ForbiddenError
    // Requests without a key, those with a failed look-up, and some people belong to no organization.
    if (requestContext.recorded || (viewer === null && !isKnown) || viewer?.homeId === '') return
    requestContext.recorded = true
    const refusedKey = isKnown ? refused.key : undefined
    const code = error?.code ?? (isKnown ? refused.code : undefined)
    deps.recorder.add({
      organizationId: viewer?.homeId ?? refusedKey?.organizationId ?? null,
      keyId: viewer?.principal.kind === 'PERSON' ? PEOPLE : (viewer?.principal.id ?? refusedKey?.id ?? null),
      tier: viewer?.tier ?? refusedKey?.tier ?? null,
      at: deps.clock.now(),
      operation: requestContext.operation ?? NOT_EXECUTED,
      outcome: code ?? (status < 400 ? OK : `HTTP_${status}`),
      status,
      durationMicroseconds: Math.round((performance.now() - requestContext.startedAt) * 1000),
      requestBytes: requestContext.requestBytes,
      responseBytes,
      ip: requestContext.ip,
      userAgent: shorten(request.headers['user-agent']),
      error: shorten(error?.message ?? (isKnown ? refused.message : undefined)),
    })
  }
}

/** Records the result of each operation, over every transport. A subscription is recorded when it starts. */
export function recordUsage(record: RecordUsage): Plugin<ServerContext, ServerContext> {
  return {
    onExecute({ args }) {
      const { requestContext } = args.contextValue
      return {
        onExecuteDone({ result }) {
          if (isAsyncIterable(result)) return
          recordFirstError(requestContext, result)
          // HTTP reports the response size when the response closes.
          if (requestContext.response === undefined) record(requestContext, sizeOf(requestContext, result))
        },
      }
    },
    onSubscribe({ args }) {
      const { requestContext } = args.contextValue
      return {
        onSubscribeResult({ result }) {
          if (!isAsyncIterable(result)) recordFirstError(requestContext, result)
          record(requestContext, { status: statusOf(requestContext) })
        },
      }
    },
    onResultProcess({ result, serverContext }) {
      if (!Array.isArray(result) && !isAsyncIterable(result)) recordFirstError(serverContext.requestContext, result)
    },
  }
}

export function recordFirstError(requestContext: RequestContext, { errors }: ExecutionResult): void {
  const [error] = errors ?? []
  if (error !== undefined) requestContext.error ??= toPublicError(error)
}

function sizeOf(requestContext: RequestContext, result: ExecutionResult) {
  return { status: statusOf(requestContext), responseBytes: Buffer.byteLength(stringifyAnswer(result)) }
}

/** The status that HTTP would have had. */
function statusOf({ limits }: RequestContext): number {
  return limits?.admitted === false ? 429 : 200
}

function shorten(text: string | undefined): string | null {
  return text === undefined ? null : redactSecrets(text.slice(0, TEXT_CHARACTERS))
}
