import type pg from 'pg'
import { createBatchLookup } from '../../lib/batch-lookup.ts'
import type { Clock } from '../../lib/clock.ts'
import type { InTurn } from '../../lib/fair-limit.ts'

const FIND_DUE = `
SELECT e.id FROM unnest($2::text[]) AS i(id) CROSS JOIN LATERAL (
  SELECT * FROM webhook_endpoints e WHERE e.id = i.id LIMIT 1
) e WHERE e.organization_id = $1 AND (e.deleted_at IS NOT NULL OR EXISTS (
  SELECT FROM deliveries d WHERE d.endpoint_id = e.id AND d.status IN ('PENDING', 'RETRYING')
    AND d.next_attempt_at <= coalesce($3::timestamptz, now())))`

/**
 * Checks whether a claim of a stream would find anything. The streams of an organization are announced to together, and
 * share one statement.
 */
export function createHasDue(deps: { pool: pg.Pool; clock: Clock; inTurn: InTurn }) {
  const find = createBatchLookup(async (organizationId, endpointIds) => {
    const values = [organizationId, endpointIds, deps.clock.forQueue()]
    const query = { text: FIND_DUE, values }
    const { rows } = await deps.inTurn(organizationId, () => deps.pool.query<{ id: string }>(query))
    return new Map(rows.map(({ id }) => [id, true]))
  })
  return async (organizationId: string, endpointId: string): Promise<boolean> =>
    (await find(organizationId, endpointId)) ?? false
}
