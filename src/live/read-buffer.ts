import type { Logged } from '../bus/delivery-log-entry.ts'
import { AT_END, type Place } from '../bus/log-cursor.ts'
import { PARTS_AT_ONCE, type Part } from './read-delivery-log.ts'

/**
 * A subscriber that takes nothing for one to two of these intervals reads its rows again. A shorter interval would make
 * a subscriber that takes a change now and then read hundreds each time.
 */
const KEEP_MS = 10_000

/** Log rows that a subscriber has read and not yet taken. */
export interface ReadBuffer {
  /** Undefined when empty or evicted. */
  parts: readonly Part[] | undefined
  /** True when a change was taken since the last eviction run. */
  used: boolean
}

export const isAt = (place: Place, { position, part }: Part) => position === place.position && part === place.part

/** The first buffered change after a place, and the place after that change; undefined when none is buffered. */
export function nextOn({ parts = [] }: ReadBuffer, place: Place): { change: Logged; after: Place } | undefined {
  for (const [nth, row] of parts.entries()) {
    if (nth === PARTS_AT_ONCE) return undefined
    const { position, part, changes } = row
    const index = isAt(place, row) ? place.index : 0
    const isBefore = position < place.position || (position === place.position && part < place.part)
    if (isBefore || index >= changes.length) continue
    const isLast = parts[nth + 1]?.position !== position
    const end = isLast ? { ...AT_END, position } : { position, part: part + 1, index: 0 }
    const after = index + 1 < changes.length ? { position, part, index: index + 1 } : end
    return { change: changes[index]!, after }
  }
  return undefined
}

/**
 * Read buffers of all subscribers. A row has up to 500 changes, so thousands of idle subscribers would fill the memory;
 * their rows are evicted and read again.
 */
export function createReadBuffers(keepMs = KEEP_MS) {
  const buffers = new Set<ReadBuffer>()
  let timer: NodeJS.Timeout | undefined

  function tidy(): void {
    for (const buffer of buffers) {
      if (!buffer.used) buffer.parts = undefined
      buffer.used = false
    }
  }

  return {
    open(): ReadBuffer {
      const buffer = { parts: undefined, used: false }
      buffers.add(buffer)
      timer ??= setInterval(tidy, keepMs).unref()
      return buffer
    },
    close(buffer: ReadBuffer): void {
      buffer.parts = undefined
      buffers.delete(buffer)
      if (buffers.size > 0) return
      clearInterval(timer)
      timer = undefined
    },
    /** Number of buffered rows. */
    kept: () => [...buffers].reduce((sum, { parts }) => sum + (parts?.length ?? 0), 0),
  }
}
