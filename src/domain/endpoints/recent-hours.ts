import type { Database } from '../../database/client.ts'
import { createBatchLookup } from '../../lib/batch-lookup.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Read } from '../limits/read-concurrency.ts'
import type { Viewer } from '../people/viewer.ts'

/** Hours of an answer, the current one included. */
export const HOURS = 24
const HOUR_MS = 3_600_000

/** Attempts at an endpoint by hour, oldest first. */
export interface RecentHours {
  /** Start of the first hour. */
  from: Date
  succeeded: number[]
  failed: number[]
}

interface Row {
  endpoint_id: string
  hour: Date
  attempts: number
  failed: number
}

const READ = `
SELECT endpoint_id, hour, attempts, failed_attempts AS failed FROM endpoint_hours
WHERE endpoint_id = ANY ($2) AND organization_id = $1 AND hour >= $3 AND hour <= $4`

/** Reads the counted hours of endpoints. The endpoints of a page share one statement of at most 24 rows each. */
export function createRecentHours(deps: { database: Database; clock: Clock; read: Read }) {
  const { boundedPool } = deps.database

  const find = createBatchLookup<RecentHours>(async (organizationId, ids) => {
    const current = Math.floor(deps.clock.now().getTime() / HOUR_MS) * HOUR_MS
    const from = current - (HOURS - 1) * HOUR_MS
    const values = [organizationId, ids, new Date(from), new Date(current)]
    const { rows } = await deps.read(organizationId, () => boundedPool.query<Row>({ text: READ, values }))
    const byEndpoint = Map.groupBy(rows, (row) => row.endpoint_id)
    return new Map(ids.map((id) => [id, toHours(from, byEndpoint.get(id) ?? [])]))
  })

  return async ({ organizationId }: Viewer, endpointId: string): Promise<RecentHours> =>
    (await find(organizationId, endpointId))!
}

function toHours(from: number, rows: readonly Row[]): RecentHours {
  const [succeeded, failed] = [new Array<number>(HOURS).fill(0), new Array<number>(HOURS).fill(0)]
  for (const row of rows) {
    const index = (row.hour.getTime() - from) / HOUR_MS
    succeeded[index] = row.attempts - row.failed
    failed[index] = row.failed
  }
  return { from: new Date(from), succeeded, failed }
}
