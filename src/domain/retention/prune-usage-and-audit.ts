import type pg from 'pg'
import { idBefore, uuidBefore } from '../../lib/ids.ts'
import { WIDTHS, type Width } from '../usage/usage.ts'

/** Maximum rows that one statement removes. */
const AT_ONCE = 2_000
const DAY_MS = 86_400_000

/** Removes one batch of usage records, some thousand requests, once it was counted. */
const REMOVE_RECORDS = `
WITH old AS (
  SELECT id FROM usage_batches WHERE id < $1 AND counts IS NULL ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
), chunks_gone AS (
  DELETE FROM usage_chunks c USING old WHERE c.batch_id = old.id
), gone AS (
  DELETE FROM usage_batches b USING old WHERE b.id = old.id RETURNING 1
)
SELECT count(*)::int > 0 AS more FROM gone`

/** Maximum stored chunks of requests with unknown keys; each holds 1 to 60 records. */
export const UNKNOWN_CHUNKS = 1_000

/** Removes the oldest records of unknown keys, which anybody can cause; their counts stay. */
const REMOVE_UNKNOWN = `
WITH old AS (
  SELECT batch_id FROM usage_chunks WHERE organization_id = '' ORDER BY batch_id DESC OFFSET ${UNKNOWN_CHUNKS} LIMIT ${AT_ONCE}
), gone AS (
  DELETE FROM usage_chunks c USING old WHERE c.organization_id = '' AND c.batch_id = old.batch_id RETURNING 1
)
SELECT count(*)::int = ${AT_ONCE} AS more FROM gone`

/** Removes expired buckets of each granularity; the parameters are in the order of the granularities. */
const REMOVE_BUCKETS = `
WITH old AS MATERIALIZED (
  ${Object.keys(WIDTHS)
    .map((width, n) => `(SELECT ctid FROM usage_buckets WHERE width = '${width}' AND at < $${n + 1} LIMIT ${AT_ONCE})`)
    .join(' UNION ALL ')}
), gone AS (
  DELETE FROM usage_buckets WHERE ctid = ANY (ARRAY(SELECT ctid FROM old)) RETURNING 1
)
SELECT count(*)::int >= ${AT_ONCE} AS more FROM gone`

const REMOVE_AUDIT = `
WITH gone AS (
  DELETE FROM audit_entries WHERE id = ANY (ARRAY(SELECT id FROM audit_entries WHERE id < $1 ORDER BY id LIMIT ${AT_ONCE}))
  RETURNING 1
)
SELECT count(*)::int = ${AT_ONCE} AS more FROM gone`

/** Days for which ended replays and bulk actions are kept; the audit trail keeps them longer. */
const JOBS_DAYS = 30

const REMOVE_JOBS = `
WITH replays_gone AS (
  DELETE FROM replays WHERE id = ANY (ARRAY(
    SELECT id FROM replays WHERE id < $1 AND status <> 'RUNNING' ORDER BY id LIMIT ${AT_ONCE})) RETURNING 1
), bulk_actions_gone AS (
  DELETE FROM bulk_actions WHERE id = ANY (ARRAY(
    SELECT id FROM bulk_actions WHERE id < $2 AND status <> 'RUNNING' ORDER BY id LIMIT ${AT_ONCE})) RETURNING 1
)
SELECT greatest((SELECT count(*) FROM replays_gone), (SELECT count(*) FROM bulk_actions_gone)) = ${AT_ONCE} AS more`

/** Removes one batch. @returns true when more may be left */
export type PruneBatch = () => Promise<boolean>

/** @param days retention of usage records and audit entries in days; 0 keeps them forever */
export function createPruneUsageAndAudit(
  pool: pg.Pool,
  now: Date,
  days: { usage: number; audit: number },
): PruneBatch[] {
  const before = (count: number) => new Date(now.getTime() - count * DAY_MS)
  const run = (text: string, values: unknown[]) => async () => {
    const { rows } = await pool.query<{ more: boolean }>({ text, values })
    return rows[0]!.more
  }
  const widths = Object.keys(WIDTHS).map((width) => before(WIDTHS[width as Width].keptDays))
  return [
    run(REMOVE_BUCKETS, widths),
    run(REMOVE_UNKNOWN, []),
    run(REMOVE_JOBS, [idBefore('rpl', before(JOBS_DAYS)), idBefore('blk', before(JOBS_DAYS))]),
    ...(days.usage > 0 ? [run(REMOVE_RECORDS, [uuidBefore(before(days.usage))])] : []),
    ...(days.audit > 0 ? [run(REMOVE_AUDIT, [idBefore('aud', before(days.audit))])] : []),
  ]
}
