import { GraphQLError } from 'graphql'
import { SignalboxError, UnauthenticatedError, ValidationError } from '../errors.ts'
import type { Log } from '../log.ts'

/**
 * What clients see of an error at the top level: our own with their code, mistakes in the request as they are, and
 * anything else as a fault without details, which the log has.
 */
export function createMaskError(log: Log) {
  return (error: unknown): Error => {
    const cause = error instanceof GraphQLError ? (error.originalError ?? error) : error
    if (cause instanceof SignalboxError) return withCode(error, cause.message, extensionsOf(cause))
    // Raised by Pothos for a malformed cursor or connection argument.
    if (cause instanceof Error && cause.name === 'PothosValidationError')
      return withCode(error, cause.message, { code: 'BAD_USER_INPUT' })
    // Of parsing, validating and coercing the request.
    if (cause instanceof GraphQLError) return cause
    log.error({ err: cause }, 'A request failed.')
    return withCode(error, 'Something went wrong on our side. Try again; the operator can see why in the log.', {
      code: 'INTERNAL',
    })
  }
}

function extensionsOf(error: SignalboxError): Record<string, unknown> {
  if (error instanceof UnauthenticatedError) return { code: error.code, http: { status: 401 } }
  if (error instanceof ValidationError) return { code: error.code, issues: error.issues }
  return { code: error.code }
}

function withCode(error: unknown, message: string, extensions: Record<string, unknown>): GraphQLError {
  if (!(error instanceof GraphQLError)) return new GraphQLError(message, { extensions })
  const { nodes, source, positions, path } = error
  return new GraphQLError(message, { nodes, source, positions, path, extensions })
}
