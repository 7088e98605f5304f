import { type Exchange, mapExchange } from '@urql/core'
import type { SelectionSetNode } from 'graphql'

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

  /** @param sets selections of the object; empty for a scalar, whose JSON may look like any object and belongs to a tenant */
  function walk(value: unknown, sets: readonly SelectionSetNode[]): unknown {
    if (sets.length === 0 || typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map((entry) => walk(entry, sets))
    const object = isVersioned(value) ? latest(value) : value
    const below = selectionsBelow(sets)
    return Object.fromEntries(Object.entries(object).map(([name, entry]) => [name, walk(entry, below.get(name) ?? [])]))
  }

  /** Stands below the cache. */
  const exchange: Exchange = mapExchange({
    onResult(result) {
      const sets = result.operation.query.definitions.flatMap((definition) =>
        definition.kind === 'OperationDefinition' ? [definition.selectionSet as SelectionSetNode] : [],
      )
      return { ...result, data: walk(result.data, sets) as typeof result.data }
    },
  })

  return { latest, exchange }
}

/** The selections below each field, by the name of the field in the answer. Documents of the dashboard have inline fragments only. */
function selectionsBelow(sets: readonly SelectionSetNode[]): Map<string, SelectionSetNode[]> {
  const below = new Map<string, SelectionSetNode[]>()
  for (const { selections } of sets)
    for (const selection of selections)
      if (selection.kind === 'InlineFragment')
        for (const [name, inner] of selectionsBelow([selection.selectionSet])) add(below, name, inner)
      else if (selection.kind === 'Field' && selection.selectionSet !== undefined)
        add(below, selection.alias?.value ?? selection.name.value, [selection.selectionSet])
  return below
}

function add(to: Map<string, SelectionSetNode[]>, name: string, sets: readonly SelectionSetNode[]): void {
  to.set(name, [...(to.get(name) ?? []), ...sets])
}
