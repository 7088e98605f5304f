// The statements that remove the rows of a deleted organization, each a bounded batch. Every statement begins with `ours`: it locks the
// organization, so that two processes take turns, and finds nothing unless the organization is deleted. Rows that another transaction has
// locked are skipped and found by a later batch, so no statement waits for one of them, and none can deadlock. Rows are removed by their
// address, because a list of ids may be planned as a walk through the whole table.

/** Maximum deliveries, and maximum events, of one batch. A delivery has some tens of attempts at most. */
const DELIVERIES_AT_ONCE = 500
/** Maximum rows of one batch of any other table. */
const ROWS_AT_ONCE = 1_000
/** Maximum series of usage of one batch, which share the rows of a batch for their buckets. */
const SERIES_AT_ONCE = 10
const BUCKETS_OF_A_SERIES = ROWS_AT_ONCE / SERIES_AT_ONCE

const OURS = `
WITH ours AS MATERIALIZED (
  SELECT id FROM organizations WHERE id = $1 AND deleted_at IS NOT NULL FOR NO KEY UPDATE SKIP LOCKED
)`

export interface PurgeStep {
  /** Statement with the organization as `$1`. `removed` of its row is the number of removed rows. */
  text: string
  /** Table with an index by organization that shows which rows are left, such as rows that were locked. */
  leftIn: string
}

/** A batch of a table with the column `organization_id`. */
function rowsOf(table: string): PurgeStep {
  return {
    leftIn: table,
    text: `${OURS}, chosen AS MATERIALIZED (
  SELECT t.place FROM ours CROSS JOIN LATERAL (
    SELECT ctid AS place FROM ${table} WHERE organization_id = ours.id LIMIT ${ROWS_AT_ONCE} FOR UPDATE SKIP LOCKED
  ) t
), gone AS (
  DELETE FROM ${table} WHERE ctid = ANY (ARRAY(SELECT place FROM chosen)) RETURNING 1
)
SELECT count(*)::int AS removed FROM gone`,
  }
}

/** Deliveries in any state with their attempts and index entries. A worker that sends one records nothing for it. */
const DELIVERIES: PurgeStep = {
  leftIn: 'delivery_index',
  text: `${OURS}, chosen AS MATERIALIZED (
  SELECT d.id, d.place FROM ours CROSS JOIN LATERAL (
    SELECT id FROM delivery_index WHERE organization_id = ours.id ORDER BY id LIMIT ${DELIVERIES_AT_ONCE}
  ) r CROSS JOIN LATERAL (
    SELECT id, ctid AS place FROM deliveries WHERE id = r.id LIMIT 1 FOR UPDATE SKIP LOCKED
  ) d
), gone AS MATERIALIZED (
  DELETE FROM deliveries WHERE ctid = ANY (ARRAY(SELECT place FROM chosen)) RETURNING id
), attempts_gone AS (
  DELETE FROM attempts WHERE ctid = ANY (ARRAY(
    SELECT a.place FROM gone CROSS JOIN LATERAL (SELECT ctid AS place FROM attempts WHERE delivery_id = gone.id OFFSET 0) a))
), index_gone AS (
  DELETE FROM delivery_index WHERE ctid = ANY (ARRAY(
    SELECT r.place FROM gone CROSS JOIN LATERAL (
      SELECT ctid AS place FROM delivery_index WHERE organization_id = $1 AND id = gone.id OFFSET 0
    ) r))
)
SELECT count(*)::int AS removed FROM gone`,
}

/** Events without deliveries. A count, because NOT EXISTS may be planned as a scan of all deliveries. */
const EVENTS: PurgeStep = {
  leftIn: 'events',
  text: `${OURS}, chosen AS MATERIALIZED (
  SELECT v.id, v.place FROM ours CROSS JOIN LATERAL (
    SELECT id, ctid AS place FROM events WHERE organization_id = ours.id ORDER BY id
    LIMIT ${DELIVERIES_AT_ONCE} FOR UPDATE SKIP LOCKED
  ) v
), gone AS (
  DELETE FROM events WHERE ctid = ANY (ARRAY(
    SELECT place FROM chosen WHERE (SELECT count(*) FROM delivery_index r WHERE r.event_id = chosen.id) = 0)) RETURNING 1
)
SELECT count(*)::int AS removed FROM gone`,
}

/** Buckets of usage, and each series without a further bucket. */
const USAGE_SERIES: PurgeStep = {
  leftIn: 'usage_series',
  text: `${OURS}, chosen AS MATERIALIZED (
  SELECT s.id, s.place FROM ours CROSS JOIN LATERAL (
    SELECT id, ctid AS place FROM usage_series WHERE organization_id = ours.id LIMIT ${SERIES_AT_ONCE} FOR UPDATE SKIP LOCKED
  ) s
), buckets AS MATERIALIZED (
  SELECT chosen.id, b.place FROM chosen CROSS JOIN LATERAL (
    SELECT ctid AS place FROM usage_buckets WHERE series_id = chosen.id LIMIT ${BUCKETS_OF_A_SERIES} FOR UPDATE SKIP LOCKED
  ) b
), buckets_gone AS (
  DELETE FROM usage_buckets WHERE ctid = ANY (ARRAY(SELECT place FROM buckets)) RETURNING 1
), gone AS (
  DELETE FROM usage_series WHERE ctid = ANY (ARRAY(SELECT place FROM chosen
    WHERE (SELECT count(*) FROM usage_buckets b WHERE b.series_id = chosen.id)
      = (SELECT count(*) FROM buckets WHERE buckets.id = chosen.id))) RETURNING 1
)
SELECT (SELECT count(*) FROM gone)::int + (SELECT count(*) FROM buckets_gone)::int AS removed`,
}

/**
 * The steps in their order: replays first, because they create deliveries; endpoints after their deliveries. Rows of
 * endpoints and keys take those that refer to them along. A new table of tenants joins this list.
 */
export const PURGE_STEPS: readonly PurgeStep[] = [
  rowsOf('replays'),
  rowsOf('bulk_actions'),
  DELIVERIES,
  EVENTS,
  rowsOf('delivery_changes'),
  rowsOf('delivery_log_heads'),
  rowsOf('delivery_stats'),
  // After the statistics, because they hold their growth.
  rowsOf('delivery_totals'),
  rowsOf('delivery_minutes'),
  rowsOf('endpoint_hours'),
  rowsOf('stream_listeners'),
  rowsOf('webhook_endpoints'),
  rowsOf('event_types'),
  rowsOf('persisted_documents'),
  rowsOf('api_keys'),
  rowsOf('invitations'),
  rowsOf('members'),
  rowsOf('audit_entries'),
  rowsOf('usage_chunks'),
  USAGE_SERIES,
]

/** Statement with the organization as `$1`. `found` of its row is true while the step has left rows. */
export const findLeft = ({ leftIn }: PurgeStep) =>
  `SELECT EXISTS (SELECT FROM ${leftIn} WHERE organization_id = $1) AS found`
