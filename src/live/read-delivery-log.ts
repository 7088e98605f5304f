import type pg from 'pg'
import { changesOf, type Logged } from '../bus/delivery-log-entry.ts'

/**
 * Maximum log rows of one read, of up to 500 changes each. One extra row tells whether the last position is complete:
 * all parts of a position commit together.
 */
export const PARTS_AT_ONCE = 2

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

/** The latest position of the log; 0 for an empty one. */
export async function latestPosition(pool: pg.Pool, organizationId: string): Promise<number> {
  const { rows } = await pool.query<{ position: number }>(
    'SELECT position::float8 FROM delivery_log_heads WHERE organization_id = $1',
    [organizationId],
  )
  return rows[0]?.position ?? 0
}
