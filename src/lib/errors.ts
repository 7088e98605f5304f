/** One thing wrong with an input. `path` leads to it, such as `input.eventTypes.0`. */
export interface Issue {
  path: string
  message: string
}

/** Base of every error that a caller can act on: a stable `code` and a sentence that says what to do. */
export class SignalboxError extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.name = new.target.name
    this.code = code
  }
}

/** The input breaks a rule; `issues` says where and how. */
export class ValidationError extends SignalboxError {
  readonly issues: Issue[]

  constructor(issues: Issue[]) {
    super('VALIDATION_FAILED', issues.map((issue) => `${issue.path}: ${issue.message}`).join('; '))
    this.issues = issues
  }
}

/** What the id names is absent, or belongs to another organization: the two look the same. */
export class NotFoundError extends SignalboxError {
  constructor(what: string, id: string) {
    super('NOT_FOUND', `There is no ${what} with the id ${id.slice(0, 80)} in this organization.`)
  }
}

/** The state of things forbids the change. */
export class ConflictError extends SignalboxError {}

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

/** The key is valid but may not do this. */
export class ForbiddenError extends SignalboxError {
  readonly key: RefusedKey | undefined

  constructor(message: string, key?: RefusedKey) {
    super('FORBIDDEN', message)
    this.key = key
  }
}

/** A part that the request needs is away or full; trying again later is right. */
export class UnavailableError extends SignalboxError {}

/** It was asked for too often. */
export class RateLimitedError extends SignalboxError {
  /** Seconds after which it may be asked for again. */
  readonly retryAfter: number

  constructor(message: string, retryAfter: number) {
    super('RATE_LIMITED', message)
    this.retryAfter = retryAfter
  }
}
