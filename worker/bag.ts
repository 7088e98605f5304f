/** Kept by the bag that it is in. */
export interface InBag {
  place?: number | undefined
}

/**
 * What there is at the moment, in no order; a thing is in one bag at most, and once. Not a Set: a table that a Set has outgrown refers to
 * the next one. Once such a table is old, all that follow outlive their use until all garbage is collected, with what was in them.
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
    /** @returns whether it was there */
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
