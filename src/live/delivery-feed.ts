import type pg from 'pg'
import type { LiveBus } from '../bus/bus.ts'
import { type DeliveryChange, toChange } from '../bus/delivery-log-entry.ts'
import { AT_END, type Place, readCursor, writeCursor } from '../bus/log-cursor.ts'
import type { DeliveryStatus } from '../database/generated/enums.ts'
import type { Viewer } from '../domain/people/viewer.ts'
import { createLogListener, type LogListener } from './log-listener.ts'
import {
  createReadBuffers,
  isAt,
  isWhole,
  latestPosition,
  nextOn,
  type Part,
  type ReadBuffer,
  readParts,
} from './read-delivery-log.ts'

export interface DeliveryUpdatesFilter {
  endpointId?: string | null
  statuses?: readonly DeliveryStatus[] | null
}

export interface DeliveryUpdate {
  change: DeliveryChange
  /** Cursor after this change. */
  cursor: string
  /** True when changes before this one were missed because retention removed them from the log. */
  gap: boolean
}

export interface DeliveryUpdates extends AsyncGenerator<DeliveryUpdate, void, void> {
  /** Ends the reader at once. */
  close(): void
}

/**
 * Live changes of deliveries. Subscribers read the delivery log in the database, and the bus only announces growth:
 * nobody misses or repeats a change, whichever process restarts, and a slow subscriber reads on from its own place at
 * nobody's cost.
 */
export function createDeliveryFeed(deps: {
  pool: pg.Pool
  bus: LiveBus
  /** Poll interval without announcements. Default 30 s. */
  safetyMs?: number
  /** Time for which unread rows stay buffered for a subscriber that takes none. Default 10 s. */
  keepMs?: number
}) {
  const listen = createLogListener(deps.bus, deps.safetyMs)
  const buffers = createReadBuffers(deps.keepMs)

  return {
    /** Log rows buffered for all subscribers. */
    rowsKept: buffers.kept,

    /** Cursor after the last change of the organization's deliveries that is committed now. */
    endOf: async ({ organizationId }: Pick<Viewer, 'organizationId'>): Promise<string> =>
      writeCursor({ ...AT_END, position: await latestPosition(deps.pool, organizationId) }),

    /**
     * Every change of the organization's deliveries that matches the filter.
     *
     * @param options.after a cursor; without one the feed starts with the next change
     * @throws ValidationError when the cursor is invalid
     */
    async subscribe(
      viewer: Pick<Viewer, 'organizationId'>,
      filter: DeliveryUpdatesFilter,
      options: { after?: string | null; onClose?: () => void } = {},
    ): Promise<DeliveryUpdates> {
      const { organizationId } = viewer
      const after = options.after == null ? undefined : readCursor(options.after)
      const reader = { closed: false }
      const listener = await listen(organizationId)
      const buffer = buffers.open()
      const close = () => {
        if (reader.closed) return
        reader.closed = true
        buffers.close(buffer)
        listener.leave()
        options.onClose?.()
      }
      try {
        const head = await latestPosition(deps.pool, organizationId)
        // A cursor past the end belongs to a lost database.
        const beyond = after !== undefined && after.position > head
        const place = after === undefined || beyond ? { ...AT_END, position: head } : after
        const updates = follow(organizationId, filter, place, { head, gap: beyond, listener, reader, buffer, close })
        // The default `return` of a waiting generator would take effect only after the next change.
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
      listener: LogListener
      reader: { closed: boolean }
      buffer: ReadBuffer
      close: () => void
    },
  ): AsyncGenerator<DeliveryUpdate, void, void> {
    const statuses = filter.statuses?.length ? new Set(filter.statuses) : undefined
    const { listener, reader, buffer } = about
    let { head, gap } = about
    let place = start
    while (!reader.closed) {
      const hints = listener.hints()
      const { isAfterGap, hasLast } = await look().catch((error) => {
        // A consumer that only iterates does not close a failed feed.
        about.close()
        throw error
      })
      if (isAfterGap) gap = true
      for (let next = nextOn(buffer, place); next !== undefined; next = nextOn(buffer, place)) {
        const { change } = next
        place = next.after
        if (filter.endpointId && change[11] !== filter.endpointId) continue
        if (statuses !== undefined && !statuses.has(change[1])) continue
        if (reader.closed) return
        yield { change: toChange(organizationId, change), cursor: writeCursor(place), gap }
        buffer.used = true
        gap = false
      }
      head = Math.max(head, place.position)
      // The last row tells the end without another read, which thousands of readers would make one after another.
      const isAtEnd = hasLast && buffer.parts !== undefined && place.position === head
      if (!isAtEnd || listener.hints() !== hints || reader.closed) continue
      buffer.parts = undefined
      await listener.nextHint()
    }

    /** Buffers the next rows. A function of its own, so that the waiting generator holds no reference to them. */
    async function look() {
      const read = () => readParts(deps.pool, organizationId, place)
      const parts = await listener.share(`${place.position} ${place.part}`, read)
      const [first] = parts
      // Each position names the one before, so a missing predecessor was removed by retention.
      const isAfterGap = first === undefined ? place.position < head : comesAfterGap(place, first)
      if (first === undefined && isAfterGap) place = { ...AT_END, position: head }
      // A forged cursor past the end of its row would be looked up again and again.
      if (first !== undefined && isAt(place, first) && place.index >= first.changes.length)
        place = { ...place, part: place.part + 1, index: 0 }
      if (!reader.closed) buffer.parts = parts
      return { isAfterGap, hasLast: isWhole(parts) }
    }
  }

  /** True when retention removed changes between a place and the first remaining row. */
  function comesAfterGap(place: Place, first: Part): boolean {
    if (first.position === place.position) return first.part !== place.part
    return place.part !== AT_END.part || first.previous > place.position || first.part > 0
  }
}
