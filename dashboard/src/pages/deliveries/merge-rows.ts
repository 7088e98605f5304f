import type { DeliveriesQuery, DeliveriesQueryVariables } from '../../graph/operations.ts'

export type DeliveryRow = DeliveriesQuery['deliveries']['nodes'][number]
export type DeliveryFilter = NonNullable<DeliveriesQueryVariables['filter']>

/** Rows of the first page, with the live ones on top. More would cost drawing, and nobody reads them. */
export const ROWS_AT_MOST = 100

interface Page {
  rows: readonly DeliveryRow[]
  /** True for the newest page, which takes arrived deliveries. */
  isNewest: boolean
  hasNextPage: boolean
}

/** Rows of a page in their newest state, with arrived ones; a row that left the filter leaves the list. */
export function mergeRows(page: Page, changes: ReadonlyMap<string, DeliveryRow>, filter: DeliveryFilter) {
  const known = new Set(page.rows.map(({ id }) => id))
  const current = page.rows
    .map((row) => newer(row, changes.get(row.id)))
    .filter((row) => !changes.has(row.id) || matches(row, filter))
  if (!page.isNewest) return current
  const lastId = page.hasNextPage ? (page.rows.at(-1)?.id ?? '') : ''
  const arrived = [...changes.values()].filter((row) => !known.has(row.id) && row.id > lastId && isNew(row, filter))
  return [...arrived, ...current].sort(newestFirst).slice(0, ROWS_AT_MOST)
}

/**
 * The changes that a list still needs: those of rows that it shows, and of the newest that arrived for it.
 * The ids of one millisecond are in no order, so a change may be older than others and its row be on top.
 *
 * @param shown ids of rows whose state must stay current
 */
export function neededChanges(
  changes: Iterable<DeliveryRow>,
  shown: ReadonlySet<string>,
  filter: DeliveryFilter,
): ReadonlyMap<string, DeliveryRow> {
  const newest = new Map([...changes].map((row) => [row.id, row]))
  const arrived = [...newest.values()].filter((row) => !shown.has(row.id))
  const needed = arrived
    .filter((row) => isNew(row, filter))
    .sort(newestFirst)
    .slice(0, ROWS_AT_MOST)
  const kept = new Set(needed)
  return new Map([...newest].filter(([id, row]) => shown.has(id) || kept.has(row)))
}

const newestFirst = (a: DeliveryRow, b: DeliveryRow): number => (a.id < b.id ? 1 : -1)

/** Rows that stood in the list when it was scrolled, in their places and in their newest state, read or told. */
export function freezeRows(
  frozen: readonly DeliveryRow[],
  read: readonly DeliveryRow[],
  changes: ReadonlyMap<string, DeliveryRow>,
): DeliveryRow[] {
  const known = new Map(read.map((row) => [row.id, row]))
  return frozen.map((row) => newer(newer(row, known.get(row.id)), changes.get(row.id)))
}

const newer = (row: DeliveryRow, change: DeliveryRow | undefined): DeliveryRow =>
  change !== undefined && change.version > row.version ? change : row

/** True for an arrived delivery of the filter. Its publisher is not in the message, so the list is read for that. */
export const isNew = (row: DeliveryRow, filter: DeliveryFilter): boolean =>
  filter.publishedById == null && matches(row, filter)

/** True when a delivery has all that the filter asks for, besides the publisher and the endpoint. */
export function matches({ status, event, createdAt }: DeliveryRow, filter: DeliveryFilter): boolean {
  const { statuses, types, eventId, from, to } = filter
  return (
    (!statuses?.length || statuses.includes(status)) &&
    (!types?.length || types.includes(event.type)) &&
    (eventId == null || eventId === event.id) &&
    (from == null || createdAt >= from) &&
    (to == null || createdAt < to)
  )
}
