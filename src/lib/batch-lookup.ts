import { setImmediate } from 'node:timers/promises'

/** Finds the value of an id within one organization. */
export type BatchLookup<Value> = (organizationId: string, id: string) => Promise<Value | undefined>

/**
 * Gathers the look-ups of an organization within one turn of the event loop into one call of `load`, so that the aliases
 * and the objects of a page cost one statement. The bounds of a document bound the number of ids.
 */
export function createBatchLookup<Value>(
  load: (organizationId: string, ids: string[]) => Promise<ReadonlyMap<string, Value>>,
): BatchLookup<Value> {
  const batches = new Map<string, { ids: Set<string>; values: Promise<ReadonlyMap<string, Value>> }>()

  function open(organizationId: string) {
    const ids = new Set<string>()
    const values = setImmediate().then(() => {
      batches.delete(organizationId)
      return load(organizationId, [...ids])
    })
    const batch = { ids, values }
    batches.set(organizationId, batch)
    return batch
  }

  return async (organizationId, id) => {
    const { ids, values } = batches.get(organizationId) ?? open(organizationId)
    ids.add(id)
    return (await values).get(id)
  }
}
