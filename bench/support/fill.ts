import type pg from 'pg'

/** Finished deliveries with their events and attempts, a hundredth of them dead, spread evenly over 30 days. */
export async function fill(pool: pg.Pool, size: number, types: readonly string[], endpointIds: readonly string[]) {
  const client = await pool.connect()
  await client.query("SET session_replication_role = 'replica'; SET synchronous_commit = off")
  const { rows } = await client.query('SELECT organization_id FROM webhook_endpoints LIMIT 1')
  const organizationId = rows[0].organization_id
  const values = [size, organizationId, types, endpointIds]
  // Ids that sort by time before those that are made from now on.
  const made = `SELECT n, '00' || lpad(n::text, 24, '0') AS id, now() - (($1::int - n) * interval '30 days' / $1::int) AS at,
    n % cardinality($3::text[]) + 1 AS nth, n % 100 = 0 AS dead FROM generate_series(1, $1::int) n`
  await client.query(
    `INSERT INTO events (id, organization_id, type, body, created_at)
      SELECT 'evt_' || id, $2, ($3::text[])[nth], convert_to('{"n":' || n || '}', 'UTF8'), at
      FROM (${made}) m WHERE cardinality($4::text[]) > 0`,
    values,
  )
  await client.query(
    `INSERT INTO deliveries (id, organization_id, event_id, endpoint_id, status, trigger, attempt_count,
        scheduled_attempts, version, created_at, updated_at, status_reason)
      SELECT 'dlv_' || id, $2, 'evt_' || id, ($4::text[])[nth], CASE WHEN dead THEN 'DEAD' ELSE 'SUCCEEDED' END::delivery_status,
        'SCHEDULED', 1, 1, 3, at, at, '127.0.0.1 accepted with 204.' FROM (${made}) m`,
    values,
  )
  await client.query(
    `INSERT INTO delivery_index (id, organization_id, event_id, endpoint_id, created_at)
      SELECT 'dlv_' || id, $2, 'evt_' || id, ($4::text[])[nth], at FROM (${made}) m`,
    values,
  )
  await client.query(
    `INSERT INTO attempts (id, organization_id, delivery_id, number, trigger, status_code, duration_microseconds,
        message, started_at)
      SELECT 'att_' || id, $2, 'dlv_' || id, 1, 'SCHEDULED', 204, 900, '127.0.0.1 accepted with 204.', at
      FROM (${made}) m WHERE cardinality($4::text[]) > 0`,
    values,
  )
  await client.query(
    `INSERT INTO delivery_stats (endpoint_id, day, bucket, organization_id, created, attempts, succeeded, dead)
      SELECT endpoint_id, (created_at AT TIME ZONE 'UTC')::date, 15, organization_id, count(*), count(*),
        count(*) FILTER (WHERE status = 'SUCCEEDED'), count(*) FILTER (WHERE status = 'DEAD')
      FROM deliveries GROUP BY 1, 2, 4`,
  )
  // Not for others: it waits for no disk.
  client.release(true)
  await pool.query('VACUUM ANALYZE')
  await pool.query('CHECKPOINT')
}
