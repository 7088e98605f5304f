import type pg from 'pg'
import { type Counted, countedUpTo } from '../../lib/pagination.ts'
import { compileFilter, type FilterColumns } from '../endpoints/subscription-filter.ts'
import type { Read } from '../limits/read-concurrency.ts'
import { findWantedEvents, type ReplaySelection } from './find-wanted-events.ts'
import { MATCHES, WANTED, WITH_DELIVERY } from './replay-conditions.ts'

/** Maximum count of a preview. */
export const PREVIEW_AT_MOST = 100_000
/** Maximum pages of 1,000 events that a preview examines for an endpoint with channels or a predicate. */
export const PREVIEW_PAGES = 50

const COUNT = `
WITH r AS (
  SELECT $1::text AS organization_id, $3::text[] AS types, $4::delivery_status[] AS statuses, $5::delivery_status[] AS wanted,
    $6::timestamptz AS "from", $7::timestamptz AS "to", coalesce($8::timestamptz, now()) AS created_at
)
SELECT count(*)::int FROM (
  SELECT 1 FROM r JOIN webhook_endpoints e ON e.id = $2 JOIN events v ON ${MATCHES} AND v.id > coalesce($9, '')
  ${WITH_DELIVERY} WHERE ${WANTED} LIMIT ${PREVIEW_AT_MOST + 1}
) matching`

/**
 * Counts the events that a replay would send now.
 *
 * @returns the count, which is `isExact` when every event was examined and the count is within PREVIEW_AT_MOST
 */
export async function previewReplay(
  deps: { pool: pg.Pool; read: Read },
  selection: ReplaySelection,
  endpoint: FilterColumns & { filterHash: string | null },
): Promise<Counted> {
  const { pool, read } = deps
  const { organizationId } = selection
  if (endpoint.filterHash === null) {
    const { endpointId, types, statuses, wanted, from, to, createdAt, cursor } = selection
    const values = [organizationId, endpointId, types, statuses, wanted, from, to, createdAt, cursor]
    const { rows } = await read(organizationId, () => pool.query<{ count: number }>(COUNT, values))
    return countedUpTo(PREVIEW_AT_MOST, rows[0]!.count)
  }
  const filter = compileFilter(endpoint)
  let [count, cursor] = [0, selection.cursor]
  for (let pages = 0; pages < PREVIEW_PAGES && count <= PREVIEW_AT_MOST; pages++) {
    const page = await read(organizationId, () => findWantedEvents(pool, { ...selection, cursor }, filter))
    count += page.ids.length
    if (page.isLast) return countedUpTo(PREVIEW_AT_MOST, count)
    cursor = page.last
  }
  return { ...countedUpTo(PREVIEW_AT_MOST, count), isExact: false }
}
