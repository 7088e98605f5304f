import { describe, expect, test } from 'vitest'
import { createEventWriter, type StoreGroup } from '../../../src/domain/events/event-writer.ts'
import type { FilterSet, Matches } from '../../../src/domain/events/match-endpoints.ts'
import { DECIDING_AT_ONCE, DECISIONS } from '../../../src/domain/events/outdated-decisions.ts'
import { DELIVERIES_AT_MOST, type NewEvent } from '../../../src/domain/events/store-events.ts'

// The database knows the newest version of each filter; a publish decided by another version is decided again.
const event = (organizationId: string): NewEvent => ({
  ...{ id: `evt_${organizationId}`, organizationId, type: 't', channels: [], body: Buffer.from('x') },
  ...{ idempotencyKey: null, idempotencyHash: null, publishedBy: null, publishedByName: null, requestId: null },
})

/** The filters of an organization in a version. */
const filtersOf = (organizationId: string, version: number): FilterSet => ({
  ...{ organizationId, endpoints: [], bytes: 1, version: String(version), reads: version },
})
/** @param countOf number of deliveries by a version of the filters */
const decision = (filters: FilterSet, countOf: (version: string) => number = () => 1) => {
  const decide = async (known: FilterSet): Promise<Matches> => {
    return { filters: known, eventIds: new Map(), count: countOf(known.version) }
  }
  return { matches: { filters, eventIds: new Map(), count: countOf(filters.version) }, decide }
}

/** A database in which each organization has filters of a version. */
function createStore(newest: Record<string, number>) {
  const groups: string[] = []
  const store: StoreGroup = async (events, _size, matches) => {
    const versions = matches.map(({ filters }) => `${filters.organizationId}${filters.version}`)
    groups.push(versions.join())
    const outdated = matches.filter(({ filters }) => filters.version !== String(newest[filters.organizationId]))
    const undecided = new Set(outdated.map(({ filters }) => filters.organizationId))
    expect(events).toHaveLength(matches.length)
    return { stored: { at: new Date(0), repeated: new Set() }, fanOuts: new Map(), undecided }
  }
  const loadFilters = async (organizationId: string) => filtersOf(organizationId, newest[organizationId]!)
  return { groups, writer: createEventWriter(store, loadFilters) }
}

describe('event writer with filters', () => {
  test('a publish decided by an older filter is decided again, and others of its group are stored at once', async () => {
    const { groups, writer } = createStore({ a: 2, b: 1 })
    await Promise.all([
      writer.write('a', [event('a')], decision(filtersOf('a', 1))),
      writer.write('b', [event('b')], decision(filtersOf('b', 1))),
    ])
    expect(groups).toEqual(['a1,b1', 'a2'])
    await writer.stop()
  })

  test('publishes of one organization share a statement only when the same filters decided them', async () => {
    const { groups, writer } = createStore({ a: 2 })
    const [first, second] = [filtersOf('a', 1), filtersOf('a', 2)]
    const write = (filters: FilterSet) => writer.write('a', [event('a')], decision(filters))
    await Promise.all([write(second), write(first), write({ ...second }), write(first)])
    expect(groups).toEqual(['a2,a2', 'a2,a2'])
    await writer.stop()
  })

  test('no publish of a long queue fails because of one change of a filter', async () => {
    const { writer } = createStore({ a: 2 })
    const old = filtersOf('a', 1)
    const answers = await Promise.allSettled(
      Array.from({ length: 8_000 }, () => writer.write('a', [event('a')], decision(old))),
    )
    expect(answers.filter(({ status }) => status === 'rejected')).toEqual([])
    await writer.stop()
  })

  test('the filters of an organization are read once for all publishes of a group', async () => {
    let loads = 0
    const newest = filtersOf('a', 2)
    const store: StoreGroup = async (_events, _size, matches) => {
      const isOld = matches.some(({ filters }) => filters !== newest)
      return {
        stored: { at: new Date(0), repeated: new Set() },
        fanOuts: new Map(),
        undecided: new Set(isOld ? ['a'] : []),
      }
    }
    const { write, stop } = createEventWriter(store, async () => {
      loads++
      return newest
    })
    const old = filtersOf('a', 1)
    await Promise.all(Array.from({ length: 20 }, () => write('a', [event('a')], decision(old))))
    expect(loads).toBe(1)
    await stop()
  })

  test('a publish fails with advice when filters change before each of its statements', async () => {
    let version = 1
    const store: StoreGroup = async () => {
      version++
      return { stored: { at: new Date(0), repeated: new Set() }, fanOuts: new Map(), undecided: new Set(['a']) }
    }
    const { write, stop } = createEventWriter(store, async () => filtersOf('a', version))
    await expect(write('a', [event('a')], decision(filtersOf('a', 1)))).rejects.toThrow(
      'The channels or predicates of endpoints changed each time before the events could be stored.',
    )
    expect(version).toBe(1 + DECISIONS)
    await stop()
  })

  test('too many deliveries by cached filters are decided by newer filters before the publish is refused', async () => {
    const { groups, writer } = createStore({ a: 2, b: 2 })
    const countOf = (excessive: number[]) => (version: string) =>
      excessive.includes(Number(version)) ? DELIVERIES_AT_MOST.large + 1 : 1
    await writer.write('a', [event('a')], decision(filtersOf('a', 1), countOf([1])))
    expect(groups).toEqual(['a2'])
    await expect(writer.write('b', [event('b')], decision(filtersOf('b', 1), countOf([1, 2])))).rejects.toThrow(
      'would make 100001 deliveries, of at most 100000 at once',
    )
    expect(groups).toEqual(['a2'])
    await writer.stop()
  })

  test('decisions for a bounded number of organizations are made at once, and delay no publish of others', async () => {
    const organizations = Array.from({ length: DECIDING_AT_ONCE + 5 }, (_, n) => `o${n}`)
    const { writer } = createStore({ ...Object.fromEntries(organizations.map((id) => [id, 2])), other: 1 })
    const { promise: mayDecide, resolve: release } = Promise.withResolvers<void>()
    let deciding = 0
    const slow = (organizationId: string) => {
      const { matches, decide } = decision(filtersOf(organizationId, 1))
      const held = async (filters: FilterSet) => {
        deciding++
        await mayDecide
        return decide(filters)
      }
      return writer.write(organizationId, [event(organizationId)], { matches, decide: held })
    }
    const written = organizations.map(slow)
    await expect.poll(() => deciding).toBe(DECIDING_AT_ONCE)
    await writer.write('other', [event('other')], decision(filtersOf('other', 1)))
    expect(deciding).toBe(DECIDING_AT_ONCE)
    release()
    await Promise.all(written)
    await writer.stop()
  })

  test('an error of a decision fails its own publish only', async () => {
    const { writer } = createStore({ a: 2 })
    const broken = { ...decision(filtersOf('a', 1)), decide: () => Promise.reject(new Error('no')) }
    const answers = await Promise.allSettled([
      writer.write('a', [event('a')], broken),
      writer.write('a', [event('a')], decision(filtersOf('a', 1))),
    ])
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'fulfilled'])
    await writer.stop()
  })
})
