import { type Exchange, mapExchange } from '@urql/core'

/** Objects whose newest copy is remembered. */
const REMEMBERED = 10_000

interface Versioned {
  id: string
  version: number
}

const isVersioned = (value: object): value is Versioned =>
  'id' in value && typeof value.id === 'string' && 'version' in value && typeof value.version === 'number'

/** The newest copy of every versioned object, whichever way it came: by a query, a mutation or a live message. */
export type Newest = ReturnType<typeof createNewest>

/**
 * A slow query may answer after a newer live message. Every answer passes here before the cache sees it, and an older
 * copy takes the fields of the newer one.
 */
export function createNewest() {
  const newest = new Map<string, Versioned>()

  function remember(object: Versioned): void {
    newest.delete(object.id)
    newest.set(object.id, object)
    if (newest.size > REMEMBERED) newest.delete(newest.keys().next().value!)
  }

  /** The object, with the fields of a newer copy where there is one. */
  function latest<T extends Versioned>(object: T): T {
    const known = newest.get(object.id)
    if (known === undefined || known.version <= object.version) {
      remember(known === undefined ? object : { ...known, ...object })
      return object
    }
    const shared = Object.entries(known).filter(([name]) => name in object)
    return { ...object, ...Object.fromEntries(shared) }
  }

  function walk(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(walk)
    if (typeof value !== 'object' || value === null) return value
    const object = isVersioned(value) ? latest(value) : value
    return Object.fromEntries(Object.entries(object).map(([name, entry]) => [name, walk(entry)]))
  }

  /** Stands below the cache. */
  const exchange: Exchange = mapExchange({
    onResult: (result) => ({ ...result, data: walk(result.data) as typeof result.data }),
  })

  return { latest, exchange }
}
