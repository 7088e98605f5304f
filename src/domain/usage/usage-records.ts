import type { Database } from '../../database/client.ts'
import { CursorError } from '../../lib/pagination.ts'
import type { Read } from '../limits/read-concurrency.ts'
import type { Viewer } from '../people/viewer.ts'
import type { UsageRecord } from './usage-record.ts'

/** A stored request with its position in the list. */
export interface StoredRecord extends UsageRecord {
  cursor: string
}

/** Start and direction of a page; newest first unless `inverted`. */
export interface RecordsPage {
  after?: string | undefined
  before?: string | undefined
  limit: number
  inverted: boolean
}

/** Reads recorded requests, newest first, of an organization or of unknown keys. */
export function createReadRecords({ database, read }: { database: Database; read: Read }) {
  const list = async (organizationId: string, keyId: string | null, page: RecordsPage) => {
    const values = [organizationId, keyId, ...placeOf(page.after), ...placeOf(page.before), page.limit]
    const text = page.inverted ? OLDEST_FIRST : NEWEST_FIRST
    const { rows } = await read(organizationId, () => database.boundedPool.query<StoredRecord>({ text, values }))
    return rows
  }
  return {
    ofOrganization: (viewer: Viewer, keyId: string | null, page: RecordsPage) =>
      list(viewer.organizationId, keyId, page),
    ofUnknownKeys: (page: RecordsPage) => list('', null, page),
  }
}

/**
 * Reads chunk by chunk and stops at the end of the page. The CASE with a sub-select hides the selectivity of the key
 * from the planner, which would otherwise sort all chunks of the key.
 */
const select = (order: 'ASC' | 'DESC') => `
SELECT nullif(organization_id, '') AS "organizationId", key_id AS "keyId", tier, at, operation, outcome, status,
  duration_microseconds AS "durationMicroseconds", request_bytes AS "requestBytes", response_bytes AS "responseBytes", ip,
  user_agent AS "userAgent", error, batch_id || ':' || number AS cursor
FROM usage_records
WHERE organization_id = $1
  AND CASE WHEN (SELECT $2::text) IS NULL THEN true ELSE chunk_key_ids @> ARRAY[$2] END
  AND CASE WHEN (SELECT $2::text) IS NULL THEN true ELSE key_id = $2 END
  AND ($3::uuid IS NULL OR batch_id <= $3) AND ($5::uuid IS NULL OR batch_id >= $5)
  AND ($3::uuid IS NULL OR (batch_id, number) < ($3::uuid, $4::int))
  AND ($5::uuid IS NULL OR (batch_id, number) > ($5::uuid, $6::int))
ORDER BY batch_id ${order}, number ${order} LIMIT $7`
const NEWEST_FIRST = select('DESC')
const OLDEST_FIRST = select('ASC')

function placeOf(cursor: string | undefined): [string | null, number | null] {
  if (cursor === undefined) return [null, null]
  const [, batch, number] = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}):(\d{1,9})$/.exec(cursor) ?? []
  if (batch === undefined) throw new CursorError()
  return [batch, Number(number)]
}
