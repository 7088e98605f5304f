import { shortenEchoes } from './shorten-echoes.ts'

/** One fault of an input. `path` names the field, such as `input.eventTypes.0`. */
export interface Issue {
  path: string
  message: string
}

/** Base class of errors that a caller can act on: a stable `code`, and a message that says what to do. */
export class SignalboxError extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(shortenEchoes(message))
    this.name = new.target.name
    this.code = code
  }
}

/** The input breaks a rule. `issues` names each field and rule. */
export class ValidationError extends SignalboxError {
  readonly issues: Issue[]

  constructor(issues: Issue[]) {
    super('VALIDATION_FAILED', issues.map((issue) => `${issue.path}: ${issue.message}`).join('; '))
    this.issues = issues.map(({ path, message }) => ({ path: shortenEchoes(path), message: shortenEchoes(message) }))
  }
}

/** The id is unknown, or belongs to another organization. The two look the same to the caller. */
export class NotFoundError extends SignalboxError {
  constructor(what: string, id: string) {
    super('NOT_FOUND', `There is no ${what} with the id ${id.slice(0, 80)} in this organization.`)
  }
}

/** The current state forbids the change. */
export class ConflictError extends SignalboxError {}

/** An object has another version than its editor expected. `current` is the object as it is now. */
export class VersionConflictError<Current> extends SignalboxError {
  readonly current: Current

  constructor(what: string, version: number, current: Current) {
    super(
      'VERSION_CONFLICT',
      `The ${what} was changed and has version ${version} now. Merge the two edits and update that version.`,
    )
    this.current = current
  }
}

/** The API key of a refused request, for usage records and the audit trail. Never part of the answer. */
export interface RefusedKey {
  id: string
  name: string
  organizationId: string
  tier: 'STANDARD' | 'ELEVATED' | 'ENTERPRISE' | null
}

/** No valid key was presented. */
export class UnauthenticatedError extends SignalboxError {
  readonly key: RefusedKey | undefined

  constructor(message: string, key?: RefusedKey) {
    super('UNAUTHENTICATED', message)
    this.key = key
  }
}

/** The key is valid and lacks the permission. */
export class ForbiddenError extends SignalboxError {
  readonly key: RefusedKey | undefined

  constructor(message: string, key?: RefusedKey) {
    super('FORBIDDEN', message)
    this.key = key
  }
}

/** A needed part is away or saturated. Trying again later may succeed. */
export class UnavailableError extends SignalboxError {}

/** Too many requests. */
export class RateLimitedError extends SignalboxError {
  /** Seconds until the next attempt may succeed. */
  readonly retryAfter: number

  constructor(message: string, retryAfter: number) {
    super('RATE_LIMITED', message)
    this.retryAfter = retryAfter
  }
}
