/** Time span for which send times of rate-limited endpoints are assigned in advance. */
const SLOTS_AHEAD = '0.5 seconds'
/** Consecutive failures after which an endpoint gets only a few requests per second, until it accepts again. */
export const FAILING_AFTER = 10
const FAILING_PER_SECOND = 10
/** Factor on the spacing of a rate limit, so that the limit holds despite a tenth of a second of delay. */
const SLOT_MARGIN = 1.1

/** SQL for the endpoint of a claimed delivery, as `ClaimedEndpoint`. */
export const endpointOf = (e: string, now: string) => `
  json_build_object('url', ${e}.url, 'timeoutSeconds', ${e}.timeout_seconds, 'maxAttempts', ${e}.max_attempts,
    'backoffSeconds', ${e}.backoff_seconds, 'signatureScheme', ${e}.signature_scheme, 'headersEncrypted', ${e}.headers_encrypted,
    'secrets', coalesce((SELECT json_agg(s.ciphertext ORDER BY s.id DESC) FROM endpoint_secrets s
      WHERE s.endpoint_id = ${e}.id AND (s.expires_at IS NULL OR s.expires_at > ${now})), '[]'))`

/** SQL for the target status of a due delivery that must not be sent; null for one to send. */
export const undeliverableStatus = (names: { delivery: string; endpoint: string; event: string; now: string }) => `CASE
  WHEN ${names.endpoint}.deleted_at IS NOT NULL THEN 'CANCELED'
  WHEN NOT ${names.endpoint}.enabled AND ${names.delivery}.trigger <> 'TEST' THEN 'HELD'
  WHEN ${names.event}.created_at + ${names.endpoint}.max_age_seconds * interval '1 second' < ${names.now}
    AND ${names.delivery}.trigger <> 'MANUAL' THEN 'EXPIRED'
  END`

const ASIDE = undeliverableStatus({ delivery: 'p', endpoint: 'q', event: 'v', now: 'clock.now' })

/**
 * Claims due deliveries fairly: endpoint by endpoint through the index `deliveries_due`, from each at most its free
 * concurrency and rate over all workers and an equal share of the batch, longest waiting first. A backlog of one
 * endpoint is never read past these bounds, so it delays no other. The new version fences off earlier holders. The
 * delivery log is not written here (worker/record-results.ts tells why).
 *
 * Deliveries of a deleted or disabled endpoint, and of expired events, are only listed in `aside`.
 */
export const CLAIM = `
WITH RECURSIVE clock AS (
  SELECT coalesce($1::timestamptz, now()) AS now
), waiting AS (
  (SELECT endpoint_id, next_attempt_at FROM deliveries WHERE status IN ('PENDING', 'RETRYING')
    ORDER BY endpoint_id, next_attempt_at LIMIT 1)
  UNION ALL
  SELECT following.* FROM waiting w CROSS JOIN LATERAL (
    SELECT d.endpoint_id, d.next_attempt_at FROM deliveries d
    WHERE d.status IN ('PENDING', 'RETRYING') AND d.endpoint_id > w.endpoint_id ORDER BY d.endpoint_id, d.next_attempt_at LIMIT 1
  ) following
), able AS (
  SELECT e.id, e.organization_id, e.url, e.enabled, e.deleted_at, e.max_age_seconds,
    e.max_concurrency - sending.count AS free,
    ${SLOT_MARGIN} / least(e.rate_limit, CASE WHEN s.consecutive_failures >= ${FAILING_AFTER} THEN ${FAILING_PER_SECOND} END)
      * interval '1 second' AS spacing, greatest(s.next_send_at, clock.now) AS slot
  -- Endpoints are found one by one: a join is planned as a nested loop without an index.
  FROM waiting w CROSS JOIN LATERAL (SELECT * FROM webhook_endpoints e WHERE e.id = w.endpoint_id LIMIT 1) e
  LEFT JOIN endpoint_health s ON s.endpoint_id = e.id
  CROSS JOIN clock CROSS JOIN LATERAL (
    SELECT count(*) FROM deliveries d WHERE d.endpoint_id = e.id AND d.status = 'SENDING' AND d.lease_until >= clock.now
  ) sending
  WHERE w.next_attempt_at <= clock.now AND e.organization_id <> ALL($4::text[])
), bounds AS (
  SELECT able.*, ceil($2::float8 / count(*) OVER ())::int AS share, 1 + floor(
    extract(epoch FROM clock.now + interval '${SLOTS_AHEAD}' - slot) / extract(epoch FROM spacing))::int AS slots
  FROM able, clock
), quotas AS (
  SELECT *, greatest(least(free, slots, share), 0) AS quota FROM bounds
), picked AS (
  SELECT due.*, row_number() OVER (PARTITION BY due.endpoint_id ORDER BY due.next_attempt_at) AS nth FROM (
    -- Organizations take turns: old deliveries of one organization at a thousand endpoints must not fill batch after batch.
    SELECT * FROM (
      SELECT d.id, d.place, d.version, d.trigger, d.event_id, d.endpoint_id, d.next_attempt_at,
        row_number() OVER (PARTITION BY q.organization_id ORDER BY d.next_attempt_at) AS turn
      FROM quotas q CROSS JOIN clock CROSS JOIN LATERAL (
        SELECT d.*, d.ctid AS place FROM deliveries d
        WHERE d.endpoint_id = q.id AND d.status IN ('PENDING', 'RETRYING') AND d.next_attempt_at <= clock.now
        ORDER BY d.next_attempt_at LIMIT q.quota FOR UPDATE SKIP LOCKED
      ) d
    ) d
    ORDER BY d.turn, d.next_attempt_at LIMIT $2::int
  ) due
), changed AS (
  UPDATE deliveries d SET status = 'SENDING', untold = true, version = d.version + 1, updated_at = clock.now,
    lease_until = clock.now + $3::int * interval '1 second'
  -- Finds each row by the address at which it was locked, which saves a search of the index.
  FROM picked p, quotas q, events v, clock WHERE d.ctid = p.place AND q.id = p.endpoint_id AND v.id = p.event_id AND ${ASIDE} IS NULL
  -- Bytes travel as hexadecimal, twice as long; the envelope is JSON in UTF-8, and so is the database (src/database/migrate.ts).
  RETURNING d.id, d.organization_id, d.version, d.trigger, d.scheduled_attempts, d.event_id, d.endpoint_id, v.type AS event_type,
    convert_from(v.body, 'UTF8') AS body, p.nth, q.slot - clock.now + (p.nth - 1) * q.spacing AS send_in, q.spacing
), slots AS (
  INSERT INTO endpoint_health AS s (endpoint_id, next_send_at)
  SELECT q.id, q.slot + max(p.nth) * q.spacing FROM picked p JOIN quotas q ON q.id = p.endpoint_id
  WHERE q.spacing IS NOT NULL GROUP BY q.id, q.slot, q.spacing ORDER BY q.id
  ON CONFLICT (endpoint_id) DO UPDATE SET next_send_at = excluded.next_send_at
  RETURNING 1
), left_out AS (
  SELECT p.id, p.version, ${ASIDE} AS aside
  FROM picked p JOIN quotas q ON q.id = p.endpoint_id JOIN events v ON v.id = p.event_id CROSS JOIN clock
  WHERE (SELECT count(*) FROM changed) < (SELECT count(*) FROM picked)
), rest AS (
  SELECT (SELECT sum(quota) FROM quotas) > $2::int AND (SELECT count(*) FROM picked) >= $2::int
      -- A row that another transaction changed before the lock has a new address, so the update missed it; it is still due.
      OR EXISTS (SELECT FROM left_out WHERE aside IS NULL) AS cut,
    EXISTS (SELECT FROM left_out) AS any_left_out,
    (SELECT json_agg(json_build_array(id, version, aside)) FROM left_out WHERE aside IS NOT NULL) AS aside,
    array_agg(DISTINCT q.organization_id) FILTER (WHERE q.share < least(q.free, q.slots)) AS more,
    array_agg(q.id) FILTER (WHERE q.free <= q.quota) AS full,
    min(extract(epoch FROM q.slot + coalesce(taken.count, 0) * q.spacing - interval '${SLOTS_AHEAD}' - clock.now) * 1000)
      FILTER (WHERE q.slots <= q.quota)::float8 AS next_slot_in
  FROM quotas q CROSS JOIN clock LEFT JOIN (
    SELECT endpoint_id, count(*) FROM picked GROUP BY endpoint_id
  ) taken ON taken.endpoint_id = q.id WHERE coalesce(taken.count, 0) >= q.quota
)
SELECT rest.aside, rest.more, rest.cut, rest.next_slot_in,
  -- In the first row only, because the list may be long.
  CASE WHEN row_number() OVER () = 1 THEN rest.full END AS full,
  c.id, c.organization_id, c.version, c.trigger, c.scheduled_attempts, c.event_id, c.event_type, c.endpoint_id, c.body, c.nth::int,
  coalesce(extract(epoch FROM c.send_in) * 1000, 0)::float8 AS send_in,
  coalesce(extract(epoch FROM c.spacing) * 1000, 0)::float8 AS spacing,
  -- In the first delivery of each endpoint only, unless that one may be undeliverable.
  CASE WHEN c.nth = 1 OR rest.any_left_out THEN (
    SELECT ${endpointOf('e', 'clock.now')} FROM webhook_endpoints e WHERE e.id = c.endpoint_id) END AS endpoint
FROM rest CROSS JOIN clock LEFT JOIN changed c ON true`
