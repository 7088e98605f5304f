/** Dotted words: `invoice.paid`, `pull_request.review.requested`. */
export const EVENT_TYPE = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/
/** A type, a prefix of one with `.*`, or `*`. */
export const EVENT_TYPE_PATTERN = /^(\*|[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*(\.\*)?)$/
export const EVENT_TYPE_LENGTH = 128

/**
 * Every pattern that matches a type: `a.b.c` is matched by `a.b.c`, `a.b.*`, `a.*` and `*`. An endpoint receives the
 * event when it has one of them.
 */
export function patternsOf(type: string): string[] {
  const words = type.split('.')
  const prefixes = words.slice(1).map((_, index) => `${words.slice(0, index + 1).join('.')}.*`)
  return ['*', ...prefixes, type]
}
