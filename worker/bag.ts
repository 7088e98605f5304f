/** A member of a collection, which stores its index in it. */
export interface InBag {
  place?: number | undefined
}

/**
 * An unordered collection with constant-time removal. A Set would do, but outgrown tables of a Set keep later ones
 * alive until a full garbage collection.
 */
export function createBag<Thing extends InBag>() {
  const things: Thing[] = []

  return {
    get size() {
      return things.length
    },
    values: () => [...things],
    add(thing: Thing): void {
      thing.place = things.push(thing) - 1
    },
    /** @returns true when the member was in the collection */
    remove(thing: Thing): boolean {
      const { place } = thing
      if (place === undefined || things[place] !== thing) return false
      const last = things.pop()!
      if (last !== thing) {
        things[place] = last
        last.place = place
      }
      thing.place = undefined
      return true
    },
  }
}
