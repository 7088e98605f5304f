import type pg from 'pg'
import { changesOf, type Logged } from '../bus/delivery-log-entry.ts'
import { AT_END, type Place } from '../bus/log-cursor.ts'

/**
 * Maximum log rows of one read, of up to 500 changes each. One extra row tells whether the last position is complete:
 * all parts of a position commit together.
 */
const PARTS_AT_ONCE = 2

/**
 * A subscriber that takes nothing for one to two of these intervals reads its rows again. A shorter interval would make
 * a subscriber that takes a change now and then read hundreds each time.
 */
const KEEP_MS = 10_000

/** A log row: the changes of one statement, or a part of them. */
export interface Part {
  position: number
  /** The position before this one, which retention may have removed. */
  previous: number
  part: number
  changes: Logged[]
}

/** Reads the log from a place on: PARTS_AT_ONCE rows, and one more if there is one. */
export async function readParts(
  pool: pg.Pool,
  organizationId: string,
  from: { position: number; part: number },
): Promise<Part[]> {
  const { rows } = await pool.query<Part>({
    text: `SELECT position::float8, previous::float8, part, changes FROM delivery_changes
      WHERE organization_id = $1 AND (position, part) >= ($2::bigint, $3::int)
      ORDER BY position, part LIMIT ${PARTS_AT_ONCE + 1}`,
    values: [organizationId, from.position, from.part],
  })
  return rows.map((row) => ({ ...row, changes: row.changes.flatMap(changesOf) }))
}

/** True when a read goes to the last row of the log. */
export const isWhole = (parts: readonly Part[]): boolean => parts.length <= PARTS_AT_ONCE

/** The latest position of the log; 0 for an empty one. */
export async function latestPosition(pool: pg.Pool, organizationId: string): Promise<number> {
  const { rows } = await pool.query<{ position: number }>(
    'SELECT position::float8 FROM delivery_log_heads WHERE organization_id = $1',
    [organizationId],
  )
  return rows[0]?.position ?? 0
}

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
