/** Dotted words: `invoice.paid`, `pull_request.review.requested`. */
export const EVENT_TYPE = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/
/** An event type, a prefix with `.*`, or `*`. */
export const EVENT_TYPE_PATTERN = /^(\*|[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*(\.\*)?)$/
export const EVENT_TYPE_LENGTH = 128

/** Every pattern that matches an event type: `a.b.c` matches `a.b.c`, `a.b.*`, `a.*` and `*`. */
export function patternsOf(type: string): string[] {
  const words = type.split('.')
  const prefixes = words.slice(1).map((_, index) => `${words.slice(0, index + 1).join('.')}.*`)
  return ['*', ...prefixes, type]
}
