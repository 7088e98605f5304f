/**
 * The fault of a text that PostgreSQL or UTF-8 cannot hold, or undefined. Storing such a text would fail, or change it
 * without notice.
 */
export function textViolation(text: string): string | undefined {
  if (text.includes('\0')) return 'must have no control characters that cannot be stored: remove U+0000'
  if (!text.isWellFormed()) return 'has half of a surrogate pair, which is no character. Send both halves or none.'
  return undefined
}

/** The fault of the first such text in a JSON value, names included. The value nests a bounded number of levels. */
export function findTextViolation(value: unknown): string | undefined {
  if (typeof value === 'string') return textViolation(value)
  if (typeof value !== 'object' || value === null) return undefined
  for (const [name, entry] of Object.entries(value)) {
    const fault = textViolation(name) ?? findTextViolation(entry)
    if (fault !== undefined) return fault
  }
  return undefined
}
