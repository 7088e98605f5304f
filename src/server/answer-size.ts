import { isMarked } from '../../schema/json-answer.ts'

/** Characters from which the size of a string is remembered while an answer is measured: aliases repeat it. */
const REMEMBERED_FROM = 1_000
/** Characters that JSON escapes. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON escapes control characters
const ESCAPED = /["\\\u0000-\u001f]/
/** Punctuation of a member or an entry, at most. */
const PUNCTUATION = 4

/**
 * Bytes of a value as JSON, at most a few more for punctuation. Repeated strings are measured once, and the walk ends
 * past the limit, so that measuring stays cheaper than writing.
 */
export function measureJson(value: unknown, limit: number): number {
  const known = new Map<string, number>()
  let size = 0

  function bytesOf(text: string): number {
    const before = text.length < REMEMBERED_FROM ? undefined : known.get(text)
    if (before !== undefined) return before
    const isPlain = isMarked(text) || !ESCAPED.test(text)
    const bytes = Buffer.byteLength(isPlain ? text : JSON.stringify(text))
    if (text.length >= REMEMBERED_FROM) known.set(text, bytes)
    return bytes
  }

  function walk(value: unknown): void {
    if (size > limit) return
    if (typeof value === 'string') size += bytesOf(value)
    else if (typeof value !== 'object' || value === null) size += String(value).length
    else if (Array.isArray(value))
      for (const entry of value) {
        size += PUNCTUATION
        walk(entry)
      }
    else if (value instanceof Date) size += value.toISOString().length
    else
      for (const name in value) {
        size += name.length + PUNCTUATION
        walk((value as Record<string, unknown>)[name])
      }
  }

  walk(value)
  return size
}
