import type pg from 'pg'
import type { DeliveryStatus } from '../../prisma/generated/enums.ts'
import type { Viewer } from '../access/viewer.ts'
import type { LiveBus } from './bus.ts'
import { type DeliveryChange, headOf, PARTS_AT_ONCE, type Part, readParts, toChange } from './delivery-log.ts'
import { AT_END, type Place, readCursor, writeCursor } from './log-place.ts'
import { createLogWatch, type LogWatch } from './log-watch.ts'

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
}) {
  const { safetyMs = SAFETY_MS } = deps
  const watch = createLogWatch(deps.bus)

  return {
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
      const close = () => {
        if (reader.closed) return
        reader.closed = true
        reader.wake()
        watched.leave()
        options.onClose?.()
      }
      try {
        const head = await headOf(deps.pool, organizationId)
        // A cursor from past the end is of a database that is no more.
        const beyond = after !== undefined && after.position > head
        const place = after === undefined || beyond ? { ...AT_END, position: head } : after
        const updates = follow(organizationId, filter, place, { head, gap: beyond, watched, reader, close })
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
      close: () => void
    },
  ): AsyncGenerator<DeliveryUpdate, void, void> {
    const statuses = filter.statuses?.length ? new Set(filter.statuses) : undefined
    const { watched, reader } = about
    let { head, gap } = about
    let place = start
    while (!reader.closed) {
      const hints = watched.hints()
      const { position, part } = place
      const read = () => readParts(deps.pool, organizationId, place)
      const parts = await watched.share(`${position} ${part}`, read).catch((error) => {
        // Who only iterates does not close what failed.
        about.close()
        throw error
      })
      const [first] = parts
      if (first === undefined && place.position >= head) {
        if (watched.hints() === hints && !reader.closed) await nextHint(reader)
        continue
      }
      // Each position names the one before: what should be here and is not was removed from the log.
      if (first === undefined || isAfterGap(place, first)) gap = true
      if (first === undefined) place = { ...AT_END, position: head }
      for (const [nth, { position, part, changes }] of parts.slice(0, PARTS_AT_ONCE).entries()) {
        const isLast = parts[nth + 1]?.position !== position
        const after = isLast ? { ...AT_END, position } : { position, part: part + 1, index: 0 }
        const from = place.position === position && place.part === part ? place.index : 0
        for (let at = from; at < changes.length; at++) {
          place = at + 1 < changes.length ? { position, part, index: at + 1 } : after
          const change = changes[at]!
          if (filter.endpointId && change[11] !== filter.endpointId) continue
          if (statuses !== undefined && !statuses.has(change[1])) continue
          if (reader.closed) return
          yield { change: toChange(organizationId, change), cursor: writeCursor(place), gap }
          gap = false
        }
      }
      head = Math.max(head, place.position)
    }
  }

  /** Whether changes between a place and the first row that is left after it were removed from the log. */
  function isAfterGap(place: Place, first: Part): boolean {
    if (first.position === place.position) return first.part !== place.part
    return place.part !== AT_END.part || first.previous > place.position || first.part > 0
  }

  function nextHint(reader: { wake: () => void }): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, deps.bus.status() === 'degraded' ? POLL_MS : safetyMs).unref()
      reader.wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
