import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createBag, type InBag } from '../../../worker/bag.ts'

interface Thing extends InBag {
  name: number
}

describe('bag', () => {
  test('a bag contains the items that were added and not removed, in any order of the calls (property)', () =>
    fc.assert(
      fc.property(fc.array(fc.record({ name: fc.nat({ max: 9 }), isAdded: fc.boolean() })), (steps) => {
        const bag = createBag<Thing>()
        const things: Thing[] = Array.from({ length: 10 }, (_, name) => ({ name }))
        const there = new Set<number>()
        for (const { name, isAdded } of steps) {
          const thing = things[name]!
          if (!isAdded) expect(bag.remove(thing)).toBe(there.delete(name))
          else if (!there.has(name)) {
            bag.add(thing)
            there.add(name)
          }
          expect(bag.size).toBe(there.size)
          expect(new Set(bag.values().map(({ name }) => name))).toEqual(there)
        }
      }),
    ))

  test('a copy of an item is not contained', () => {
    const bag = createBag<Thing>()
    const thing = { name: 1 }
    bag.add(thing)
    expect(bag.remove({ ...thing })).toBe(false)
    expect(bag.values()).toEqual([thing])
  })

  test('items may be removed during an iteration', () => {
    const bag = createBag<Thing>()
    for (let name = 0; name < 5; name++) bag.add({ name })
    for (const thing of bag.values()) expect(bag.remove(thing)).toBe(true)
    expect(bag.size).toBe(0)
  })
})
