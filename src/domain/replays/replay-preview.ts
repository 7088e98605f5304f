import type pg from 'pg'
import type { Counted } from '../../lib/pagination.ts'
import { compileFilter, type FilterColumns } from '../endpoints/subscription-filter.ts'
import type { Read } from '../limits/read-concurrency.ts'
import { findWantedEvents, type ReplaySelection } from './find-wanted-events.ts'

/** Maximum pages of 1,000 events that a preview examines. */
export const PREVIEW_PAGES = 100

/**
 * Counts the events that a replay would send now. Examines the oldest events of the selection.
 *
 * @returns the count, which is `isExact` when every event was examined
 */
export async function previewReplay(
  deps: { pool: pg.Pool; read: Read },
  selection: ReplaySelection,
  endpoint: FilterColumns,
): Promise<Counted> {
  const { pool, read } = deps
  const filter = compileFilter(endpoint)
  let [count, cursor] = [0, selection.cursor]
  for (let pages = 0; pages < PREVIEW_PAGES; pages++) {
    const page = await read(selection.organizationId, () => findWantedEvents(pool, { ...selection, cursor }, filter))
    count += page.ids.length
    if (page.isLast) return { count, isExact: true }
    cursor = page.last
  }
  return { count, isExact: false }
}
