import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { createEventWriter, type StoreGroup } from '../../../src/domain/events/event-writer.ts'
import { WAITING_EVENTS } from '../../../src/domain/events/publish-queue.ts'
import { DELIVERIES_AT_MOST, type GroupSize, type NewEvent } from '../../../src/domain/events/store-events.ts'

// Concurrent publishes are grouped into bounded statements, round robin by organization, and do not fail each other.
const event = (id: string, organizationId = 'o'): NewEvent => ({
  id,
  organizationId,
  type: 't',
  channels: [],
  body: Buffer.from('x'),
  idempotencyKey: null,
  idempotencyHash: null,
  ...{ publishedBy: null, publishedByName: null, requestId: null },
})
const events = (count: number, organizationId: string) =>
  Array.from({ length: count }, (_, n) => event(`${organizationId}${n}`, organizationId))

const stored = (at = 0): Awaited<ReturnType<StoreGroup>> => ({
  stored: { at: new Date(at), repeated: new Set<string>() },
  fanOuts: new Map(),
  undecided: new Set(),
})

/** A store that holds every group until the test releases it. Organizations named `large…` have 1,000 endpoints. */
function createHeldStore() {
  const groups: { names: string; go: () => void }[] = []
  const store = async (group: readonly NewEvent[], size: GroupSize): ReturnType<StoreGroup> => {
    const fanOuts = new Map(group.map(({ organizationId: id }) => [`${id} t`, id.startsWith('large') ? 1_000 : 1]))
    const deliveries = group.reduce((sum, { organizationId: id }) => sum + fanOuts.get(`${id} t`)!, 0)
    if (deliveries > DELIVERIES_AT_MOST[size]) return { stored: undefined, fanOuts, undecided: new Set() }
    const { promise, resolve } = Promise.withResolvers<void>()
    const names = [...new Set(group.map(({ organizationId }) => organizationId))].join()
    groups.push({ names: `${names} ${group.length}`, go: resolve })
    await promise
    return { ...stored(), fanOuts }
  }
  return { store, groups, names: () => groups.map(({ names }) => names) }
}

describe('event writer', () => {
  test('concurrent publishes share statements, and each publish gets its own result', async () => {
    const groups: number[] = []
    const { write, stop } = createEventWriter(async (group) => stored(groups.push(group.length)))
    const written = await Promise.all(Array.from({ length: 1_500 }, (_, n) => write('o', [event(`e${n}`)])))
    expect(written.map(({ at }) => at.getTime())).toEqual([...Array(1_000).fill(1), ...Array(500).fill(2)])
    expect(groups).toEqual([1_000, 500])
    await stop()
  })

  test('a failed statement fails its own publishes only', async () => {
    let calls = 0
    const { write } = createEventWriter(async () => {
      if (calls++ === 0) throw new Error('away')
      return stored()
    })
    await expect(write('o', [event('a')])).rejects.toThrow('away')
    expect(await write('o', [event('b')])).toEqual(stored().stored)
  })

  test('an event that the database rejects fails alone in its group', async () => {
    const { write } = createEventWriter(async (group) => {
      if (group.some(({ id }) => id === 'bad'))
        throw Object.assign(new pg.DatabaseError('no', 2, 'error'), { code: '22P02' })
      return stored()
    })
    const answers = await Promise.allSettled(['a', 'bad', 'b'].map((id) => write('o', [event(id)])))
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })

  test('the event writer rejects publishes past its limit, half of which one organization may use', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const { write, stop } = createEventWriter(async () => {
      await promise
      return stored()
    })
    const refused = 'Too many events wait to be stored. Nothing was stored'
    const half = (organizationId: string) =>
      events(WAITING_EVENTS / 2, organizationId).map((e) => write(e.organizationId, [e]))
    const waiting = half('a')
    await expect(write('a', [event('x', 'a')])).rejects.toThrow(refused)
    waiting.push(...half('b'))
    await expect(write('c', [event('x', 'c')])).rejects.toThrow(refused)
    resolve()
    await Promise.all(waiting)
    await write('c', [event('x', 'c')])
    await stop()
  })

  test('an organization with few events is not delayed by an organization with many', async () => {
    const { store, groups, names } = createHeldStore()
    const { write } = createEventWriter(store)
    const busy = Array.from({ length: 20 }, () => write('a', events(500, 'a')))
    await expect.poll(names).toEqual(['a 1000', 'a 1000'])
    const little = write('b', events(1, 'b'))
    groups[0]!.go()
    await expect.poll(names).toEqual(['a 1000', 'a 1000', 'a,b 501'])
    groups[2]!.go()
    await little
    for (let n = 0; n < groups.length; n++) {
      groups[n]!.go()
      await new Promise(setImmediate)
      await new Promise(setImmediate)
    }
    await Promise.all(busy)
  })

  test('a publish for very many endpoints delays its own organization only', async () => {
    const { store, groups, names } = createHeldStore()
    const { write, stop } = createEventWriter(store)
    const large = [1, 2, 3].map((n) => write(`large${n}`, events(11, `large${n}`)))
    const after = write('large1', events(1, 'large1'))
    await expect.poll(names).toEqual(['large1 11', 'large2 11'])
    // Both large organizations are busy, which leaves two statements for the others.
    const others = [write('a', events(500, 'a')), write('large3', events(1, 'large3'))]
    await expect.poll(names).toEqual(['large1 11', 'large2 11', 'a 500'])
    groups[2]!.go()
    await others[0]
    groups[0]!.go()
    await large[0]
    await expect.poll(names).toEqual(['large1 11', 'large2 11', 'a 500', 'large1 1', 'large3 11'])
    for (const { go } of groups) go()
    await expect.poll(() => names().at(-1)).toBe('large3 1')
    for (const { go } of groups) go()
    await Promise.all([...large, after, ...others])
    await stop()
  })

  test('a group that would create too many deliveries is split, and all of its events are stored', async () => {
    const { store, groups, names } = createHeldStore()
    const { write, stop } = createEventWriter(store)
    const written = [write('a', events(500, 'a')), ...[1, 2, 3].map(() => write('large', events(1, 'large')))]
    await expect.poll(names).toEqual(['a,large 501', 'large 2'])
    for (const { go } of groups) go()
    await Promise.all(written)
    await stop()
  })

  test('a publish that exceeds the deliveries of one statement is rejected with advice', async () => {
    const { store, groups } = createHeldStore()
    const { write, stop } = createEventWriter(store)
    await expect(write('large', events(101, 'large'))).rejects.toThrow(
      '101 events for all endpoints that want them would make 101000 deliveries, of at most 100000 at once. Nothing was stored; publish fewer at a time.',
    )
    expect(groups).toEqual([])
    const whole = write('large', events(100, 'large'))
    await expect.poll(() => groups.length).toBe(1)
    groups[0]!.go()
    await whole
    await stop()
  })
})
