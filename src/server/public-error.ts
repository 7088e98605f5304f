import { GraphQLError } from 'graphql'
import { hasSqlState, SQL_STATE } from '../database/sql-state.ts'
import { RateLimitedError, SignalboxError, UnauthenticatedError, ValidationError } from '../lib/errors.ts'
import type { Log } from '../lib/log.ts'
import { shortenEchoes } from '../lib/shorten-echoes.ts'

/** The public form of an error, for clients and usage records. */
interface PublicError {
  code: string
  message: string
  /** True for internal faults; the log has the details. */
  isFault?: true
}

/**
 * Converts an error: own errors keep their code, faults of the request keep their message, and any other error becomes
 * a fault without details.
 */
export function toPublicError(error: unknown): PublicError {
  const cause = causeOf(error)
  if (cause instanceof SignalboxError) return { code: cause.code, message: cause.message }
  // Pothos raises this error for a malformed cursor or connection argument.
  if (cause instanceof Error && cause.name === 'PothosValidationError')
    return { code: 'BAD_USER_INPUT', message: cause.message }
  // GraphQL raises this error while parsing, validating and coercing a request.
  if (cause instanceof GraphQLError) return { code: codeOf(cause), message: cause.message }
  if (hasSqlState(cause, SQL_STATE.queryCanceled)) return { code: 'TOO_SLOW', message: TOO_SLOW }
  if (isBusyDatabase(cause)) return { code: 'OVERLOADED', message: BUSY }
  const message =
    'The request failed because of an internal fault. Try again; the operator finds the reason in the log.'
  return { code: 'INTERNAL', message, isFault: true }
}

/** Code of an error that GraphQL raised: its own, or one by the step that raised the error. */
function codeOf({ extensions, message }: GraphQLError, otherwise = 'BAD_USER_INPUT'): string {
  if (typeof extensions.code === 'string') return extensions.code
  return message.startsWith('Syntax Error') ? 'GRAPHQL_PARSE_FAILED' : otherwise
}

/** The error with a code in its extensions. */
export function withCode(error: GraphQLError, otherwise?: string): GraphQLError {
  const { nodes, source, positions, path, extensions } = error
  const message = shortenEchoes(error.message)
  if (typeof extensions.code === 'string' && message === error.message) return error
  const code = codeOf(error, otherwise)
  return new GraphQLError(message, { nodes, source, positions, path, extensions: { ...extensions, code } })
}

/** True when no connection became free to start a transaction, or a transaction took too long and was rolled back. */
const isBusyDatabase = (cause: unknown): boolean => cause instanceof Error && 'code' in cause && cause.code === 'P2028'

const BUSY = 'The database is busy, and nothing was changed. Try again in a few seconds.'

const TOO_SLOW =
  'The request took too long and was canceled. Request less: a shorter range of time, fewer filters together, or a smaller page.'

/** Creates the masking of top-level errors. */
export function createMaskError(log: Log) {
  return (error: unknown): Error => {
    const cause = causeOf(error)
    if (cause instanceof GraphQLError) return withCode(cause)
    const { code, message, isFault } = toPublicError(error)
    if (isFault) log.error({ err: cause }, 'Request failed')
    const extensions = { code, ...moreOf(cause) }
    if (!(error instanceof GraphQLError)) return new GraphQLError(message, { extensions })
    const { nodes, source, positions, path } = error
    return new GraphQLError(message, { nodes, source, positions, path, extensions })
  }
}

function causeOf(error: unknown): unknown {
  return error instanceof GraphQLError ? (error.originalError ?? error) : error
}

function moreOf(cause: unknown): Record<string, unknown> {
  if (cause instanceof UnauthenticatedError) return { http: { status: 401 } }
  if (cause instanceof ValidationError) return { issues: cause.issues }
  if (cause instanceof RateLimitedError) return { retryAfter: cause.retryAfter }
  return {}
}
