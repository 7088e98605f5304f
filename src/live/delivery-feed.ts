import type pg from 'pg'
import type { LiveBus } from '../bus/bus.ts'
import { type DeliveryChange, toChange } from '../bus/delivery-log-entry.ts'
import { AT_END, type Place, readCursor, writeCursor } from '../bus/log-cursor.ts'
import type { DeliveryStatus } from '../database/generated/enums.ts'
import type { Viewer } from '../domain/people/viewer.ts'
import { createLogWatch, type LogWatch } from './log-listener.ts'
import { createShelves, isAt, nextOn, type Shelf } from './read-buffer.ts'
import { headOf, type Part, readParts } from './read-delivery-log.ts'

/** How often the log is looked at while the bus is degraded, and hints of other processes do not arrive. */
const POLL_MS = 1_000
/** The safety net: who made a change may have been killed before it said so. */
const SAFETY_MS = 30_000

export interface DeliveryUpdatesFilter {
  endpointId?: string | null
  statuses?: readonly DeliveryStatus[] | null
}

export interface DeliveryUpdate {
  change: DeliveryChange
  /** Where the subscriber has come to. */
  cursor: string
  /** Whether changes before this one were missed, because the log no longer has them. */
  gap: boolean
}

export interface DeliveryUpdates extends AsyncGenerator<DeliveryUpdate, void, void> {
  /** Ends the reader at once. */
  close(): void
}

/**
 * Changes of deliveries, live (L1, L3). The log in the database is what is read; the bus only says when. So nobody misses a
 * change or gets one twice, whichever process made it and whatever was restarted meanwhile; and a slow subscriber costs
 * nobody anything, since it reads on from where it is.
 */
export type DeliveryFeed = ReturnType<typeof createDeliveryFeed>

export function createDeliveryFeed(deps: {
  pool: pg.Pool
  bus: LiveBus
  /** How often the log is looked at without a hint. Default: 30 s. */
  safetyMs?: number
  /** How long rows are kept for a subscriber that takes none. Default: 10 s. */
  keepMs?: number
}) {
  const { safetyMs = SAFETY_MS } = deps
  const watch = createLogWatch(deps.bus)
  const shelves = createShelves(deps.keepMs)

  return {
    /** Rows of the log that are kept for subscribers who have not taken them yet. */
    rowsKept: shelves.kept,

    /**
     * Every change of the viewer's organization's deliveries that the filter lets through.
     *
     * @param options.after a cursor: from the change after it, otherwise from now on
     * @throws ValidationError when the cursor is none
     */
    async subscribe(
      viewer: Pick<Viewer, 'organizationId'>,
      filter: DeliveryUpdatesFilter,
      options: { after?: string | null; onClose?: () => void } = {},
    ): Promise<DeliveryUpdates> {
      const { organizationId } = viewer
      const after = options.after == null ? undefined : readCursor(options.after)
      const reader = { closed: false, wake: () => {} }
      const watched = await watch(organizationId, () => reader.wake())
      const shelf = shelves.open()
      const close = () => {
        if (reader.closed) return
        reader.closed = true
        reader.wake()
        shelves.close(shelf)
        watched.leave()
        options.onClose?.()
      }
      try {
        const head = await headOf(deps.pool, organizationId)
        // A cursor from past the end is of a database that is no more.
        const beyond = after !== undefined && after.position > head
        const place = after === undefined || beyond ? { ...AT_END, position: head } : after
        const updates = follow(organizationId, filter, place, { head, gap: beyond, watched, reader, shelf, close })
        // A generator that waits would hear of its end only after the next change.
        const end = async () => {
          close()
          return { done: true as const, value: undefined }
        }
        return Object.assign(updates, { close, return: end })
      } catch (error) {
        close()
        throw error
      }
    },
  }

  async function* follow(
    organizationId: string,
    filter: DeliveryUpdatesFilter,
    start: Place,
    about: {
      head: number
      gap: boolean
      watched: LogWatch
      reader: { closed: boolean; wake: () => void }
      shelf: Shelf
      close: () => void
    },
  ): AsyncGenerator<DeliveryUpdate, void, void> {
    const statuses = filter.statuses?.length ? new Set(filter.statuses) : undefined
    const { watched, reader, shelf } = about
    let { head, gap } = about
    let place = start
    while (!reader.closed) {
      const hints = watched.hints()
      const { isAtEnd, isAfterGap } = await look().catch((error) => {
        // Who only iterates does not close what failed.
        about.close()
        throw error
      })
      if (isAtEnd) {
        if (watched.hints() === hints && !reader.closed) await nextHint(reader)
        continue
      }
      if (isAfterGap) gap = true
      for (let next = nextOn(shelf, place); next !== undefined; next = nextOn(shelf, place)) {
        const { change } = next
        place = next.after
        if (filter.endpointId && change[11] !== filter.endpointId) continue
        if (statuses !== undefined && !statuses.has(change[1])) continue
        if (reader.closed) return
        yield { change: toChange(organizationId, change), cursor: writeCursor(place), gap }
        shelf.used = true
        gap = false
      }
      head = Math.max(head, place.position)
    }

    /** Puts what comes next on the shelf: apart, so that nothing else holds it while the generator waits. */
    async function look() {
      const read = () => readParts(deps.pool, organizationId, place)
      const parts = await watched.share(`${place.position} ${place.part}`, read)
      const [first] = parts
      const isAtEnd = first === undefined && place.position >= head
      // Each position names the one before: what should be here and is not was removed from the log.
      const isAfterGap = first === undefined || comesAfterGap(place, first)
      if (first === undefined && !isAtEnd) place = { ...AT_END, position: head }
      // A cursor that was made up, of a change that its row never had: it would be looked for again and again.
      if (first !== undefined && isAt(place, first) && place.index >= first.changes.length)
        place = { ...place, part: place.part + 1, index: 0 }
      if (!reader.closed) shelf.parts = parts
      return { isAtEnd, isAfterGap }
    }
  }

  /** Whether changes between a place and the first row that is left after it were removed from the log. */
  function comesAfterGap(place: Place, first: Part): boolean {
    if (first.position === place.position) return first.part !== place.part
    return place.part !== AT_END.part || first.previous > place.position || first.part > 0
  }

  function nextHint(reader: { wake: () => void }): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, deps.bus.status() === 'degraded' ? POLL_MS : safetyMs).unref()
      // Not written where it is assigned: V8 would make it as old, and with it all that it refers to.
      const wake = () => {
        clearTimeout(timer)
        resolve()
      }
      reader.wake = wake
    })
  }
}
