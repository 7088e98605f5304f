import { describe, expect, test } from 'vitest'
import { compileFilter } from '../../../src/domain/endpoints/subscription-filter.ts'
import { type FilterSet, matchEvents } from '../../../src/domain/events/match-endpoints.ts'

const filterOf = (id: string, channels: string[]) => ({
  ...{ id, hash: id },
  filter: compileFilter({ eventTypes: ['*'], channels, predicate: null }),
})
const filters: FilterSet = {
  ...{ organizationId: 'o', version: '1', reads: 1, bytes: 1 },
  endpoints: [filterOf('one', ['a']), filterOf('two', ['a', 'b']), filterOf('none', ['c'])],
}
const events = [['a'], ['b'], []].map((channels, index) => ({
  ...{ id: `evt_${index}`, type: 't', channels, body: Buffer.from('{}') },
}))

describe('match of events', () => {
  test('each endpoint gets the ids of the events that it wants', async () => {
    const { eventIds, count } = await matchEvents(filters, events, async (_index, work) => work())
    expect(Object.fromEntries(eventIds)).toEqual({ one: ['evt_0'], two: ['evt_0', 'evt_1'] })
    expect(count).toBe(3)
  })

  test('each event is matched in a turn of its own, and a refused turn ends the matching', async () => {
    const turns: number[] = []
    const matching = matchEvents(filters, events, async (index, work) => {
      turns.push(index)
      if (index === 1) throw new Error('The time is spent.')
      return work()
    })
    await expect(matching).rejects.toThrow('The time is spent.')
    expect(turns).toEqual([0, 1])
  })
})
