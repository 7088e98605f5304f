/** Removed from every event unless its type says otherwise (W4). */
export const SENSITIVE_FIELDS = ['password', 'token', 'secret']

/** A copy without the fields of these names, at any depth, key order kept. */
export function withoutFields(value: unknown, names: readonly string[]): unknown {
  if (names.length === 0) return value
  if (Array.isArray(value)) return value.map((entry) => withoutFields(entry, names))
  if (value === null || typeof value !== 'object') return value
  const kept = Object.entries(value).filter(([name]) => !names.includes(name))
  // `fromEntries` defines properties, so that a field named __proto__ stays a field.
  return Object.fromEntries(kept.map(([name, entry]) => [name, withoutFields(entry, names)]))
}

/** Levels of nesting in one event. */
export const EVENT_DEPTH = 100

/** Whether a value nests deeper than `levels`; looks no deeper than that itself. */
export function isDeeperThan(value: unknown, levels: number): boolean {
  if (value === null || typeof value !== 'object') return false
  return levels === 0 || Object.values(value).some((entry) => isDeeperThan(entry, levels - 1))
}
