import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type DeliveryFilter,
  type DeliveryRow,
  mergeRows,
  neededChanges,
  ROWS_AT_MOST,
} from '../../../dashboard/src/pages/deliveries/merge-rows.ts'

// A list that takes every change, whichever were dropped on the way, shows what it would show if none had been.
const row = (n: number, version: number, status: DeliveryRow['status']) =>
  ({
    id: `dlv_${String(n).padStart(5, '0')}`,
    version,
    status,
    event: { id: 'evt_1', type: 'order.made' },
  }) as DeliveryRow

const seen: [DeliveryFilter, ids: number][] = [
  [{}, 400],
  // More rows that match would be dropped, and missed once those above them have left the filter.
  [{ statuses: ['DEAD'] }, ROWS_AT_MOST],
]
const status = fc.constantFrom<DeliveryRow['status']>('PENDING', 'DEAD')

describe('changes of a live list', () => {
  test.each(seen)('%j are dropped only where none is missed, in whichever order ids come (property)', (filter, ids) => {
    const n = fc.integer({ min: 0, max: ids - 1 })
    const step = fc.array(fc.record({ n, status }), { maxLength: 300, size: 'max' })
    const read = fc.uniqueArray(n, { maxLength: 50, size: 'max' })
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 4, size: 'max' }), read, (steps, read) => {
        const rows = read.sort((a, b) => b - a).map((n) => row(n, 0, 'DEAD'))
        const page = { rows, isNewest: true, hasNextPage: false }
        const shown = new Set(rows.map(({ id }) => id))
        const all = new Map<string, DeliveryRow>()
        let kept: ReadonlyMap<string, DeliveryRow> = new Map()
        let version = 0
        for (const step of steps) {
          const changed = step.map(({ n, status }) => row(n, ++version, status))
          for (const change of changed) all.set(change.id, change)
          kept = neededChanges([...kept.values(), ...changed], shown, filter)
          expect(mergeRows(page, kept, filter)).toEqual(mergeRows(page, all, filter))
          expect(kept.size).toBeLessThanOrEqual(ROWS_AT_MOST + rows.length)
        }
      }),
    )
  })
})
