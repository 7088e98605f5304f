/** Fields removed from every event by default; an event type may list others. */
export const SENSITIVE_FIELDS = ['password', 'token', 'secret']

/** Copies a value without the named fields at any depth. Key order stays. */
export function removeFields(value: unknown, names: readonly string[]): unknown {
  if (names.length === 0) return value
  if (Array.isArray(value)) return value.map((entry) => removeFields(entry, names))
  if (value === null || typeof value !== 'object') return value
  const kept = Object.entries(value).filter(([name]) => !names.includes(name))
  // `fromEntries` defines properties, so a field named __proto__ stays a field.
  return Object.fromEntries(kept.map(([name, entry]) => [name, removeFields(entry, names)]))
}

/** Maximum nesting of one event. */
export const EVENT_DEPTH = 100

/**
 * Values found too large, with the bound they exceeded. A request with many aliases of one variable is measured once.
 */
const tooLarge = new WeakMap<object, number>()

/**
 * Describes the excess of a value, or returns undefined. Stops at the bound, because tenants send megabytes and the
 * event loop waits meanwhile.
 *
 * @param bounds.bytes of the JSON text, estimated from below: an accepted value may be slightly larger
 */
export function sizeViolation(value: unknown, bounds: { levels: number; bytes: number }): string | undefined {
  const { levels, bytes } = bounds
  const tooMany = `has more than ${bytes} bytes`
  const key = typeof value === 'object' && value !== null ? value : undefined
  if (key !== undefined && (tooLarge.get(key) ?? 0) >= bytes) return tooMany
  let left = bytes

  function look(node: unknown, level: number): string | undefined {
    left -= typeof node === 'string' ? node.length : 1
    if (left < 0) return tooMany
    if (node === null || typeof node !== 'object') return undefined
    if (level === levels) return `is nested deeper than ${levels} levels`
    if (Array.isArray(node)) {
      for (const entry of node) {
        const excess = look(entry, level + 1)
        if (excess !== undefined) return excess
      }
      return undefined
    }
    for (const name in node) {
      left -= name.length
      const excess = look((node as Record<string, unknown>)[name], level + 1)
      if (excess !== undefined) return excess
    }
    return undefined
  }

  const excess = look(value, 0)
  if (excess === tooMany && key !== undefined) tooLarge.set(key, bytes)
  return excess
}
