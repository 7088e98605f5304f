import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  compileFilter,
  type FilterColumns,
  findMismatch,
  hashFilter,
  toFilterable,
} from '../../../src/domain/endpoints/subscription-filter.ts'

const all: FilterColumns = { eventTypes: ['*'], channels: [], predicate: null }
const paid = '{"equals":{"path":["data","state"],"value":"paid"}}'
const event = (more: { type?: string; channels?: string[]; data?: unknown } = {}) => {
  const { type = 'order.made', channels = [], data = {} } = more
  return toFilterable({ type, channels, body: Buffer.from(JSON.stringify({ id: 'evt_1', type, data })) })
}
const mismatch = (filter: Partial<FilterColumns>, of: Parameters<typeof event>[0]) =>
  findMismatch(compileFilter({ ...all, ...filter }), event(of))

describe('subscription filter', () => {
  test('the type is decided first, then the channels, then the predicate', () => {
    const filter = { eventTypes: ['order.*'], channels: ['eu'], predicate: paid }
    expect(mismatch(filter, { type: 'user.made' })).toEqual({ reason: 'EVENT_TYPE' })
    expect(mismatch(filter, {})).toEqual({ reason: 'CHANNEL' })
    expect(mismatch(filter, { channels: ['eu'] })).toEqual({
      reason: 'PREDICATE',
      path: ['data', 'state'],
      condition: 'equals',
    })
    expect(mismatch(filter, { channels: ['us', 'eu'], data: { state: 'paid' } })).toBeUndefined()
  })

  test('a predicate reads the fields of the body and the channels', () => {
    const reads = (path: string[], value: unknown) =>
      mismatch({ predicate: JSON.stringify({ equals: { path, value } }) }, { channels: ['a', 'b'], data: [7] })
    expect(reads(['channels', '1'], 'b')).toBeUndefined()
    expect(reads(['id'], 'evt_1')).toBeUndefined()
    expect(reads(['data', '0'], 7)).toBeUndefined()
    expect(reads(['data', '0'], 8)).toMatchObject({ reason: 'PREDICATE' })
  })

  test('the body is not parsed when no predicate needs it', () => {
    const broken = toFilterable({ type: 'a', channels: [], body: Buffer.from('{') })
    expect(findMismatch(compileFilter(all), broken)).toBeUndefined()
  })

  test('test events are wanted by no filter, and system events by name or prefix, whatever channels and predicate', () => {
    const disabled = { type: 'webhook.endpoint.disabled' }
    expect(mismatch({ eventTypes: ['*', 'webhook.*', 'webhook.test'] }, { type: 'webhook.test' })).toBeDefined()
    expect(mismatch({}, disabled)).toEqual({ reason: 'EVENT_TYPE' })
    for (const pattern of ['webhook.*', 'webhook.endpoint.*', 'webhook.endpoint.disabled'])
      expect(mismatch({ eventTypes: [pattern], channels: ['eu'], predicate: paid }, disabled)).toBeUndefined()
  })

  test('two filters have the same hash only when all of their parts are equal (property)', () => {
    const columns = fc.record({
      eventTypes: fc.array(fc.constantFrom('a', 'b', '*'), { minLength: 1, maxLength: 2 }),
      channels: fc.array(fc.constantFrom('a', 'b'), { maxLength: 2 }),
      predicate: fc.constantFrom(null, paid, `{"not":${paid}}`),
    })
    fc.assert(
      fc.property(columns, columns, (one, other) => {
        const selects = (filter: FilterColumns) => filter.channels.length > 0 || filter.predicate !== null
        expect(hashFilter(one) === null).toBe(!selects(one))
        if (selects(one) && selects(other))
          expect(hashFilter(one) === hashFilter(other)).toBe(JSON.stringify(one) === JSON.stringify(other))
      }),
    )
  })
})
