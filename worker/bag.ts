/** Kept by the bag that it is in. */
export interface InBag {
  place?: number | undefined
}

/**
 * What there is at the moment, in no order; a thing is in one bag at most. Not a Set: V8 lets a table that a Set has outgrown refer to
 * the next one, and what was in any of them, with all that it refers to, outlives its use until all garbage is collected.
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
      if (place === undefined) return false
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
