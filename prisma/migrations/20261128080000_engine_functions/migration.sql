-- Columns get the names of the glossary, and the three hot statements become functions (prisma/functions).
ALTER TABLE "deliveries" RENAME COLUMN "untold" TO "sending_unlogged";
ALTER TABLE "deliveries" RENAME COLUMN "explanation" TO "status_reason";
ALTER TABLE "attempts" RENAME COLUMN "explanation" TO "message";
ALTER TABLE "replays" RENAME COLUMN "explanation" TO "status_reason";

-- Claims due deliveries: sets each to SENDING under a new version and a lease, and returns everything that an attempt needs.
--
-- Reads   deliveries (partial indexes deliveries_due, deliveries_leased and deliveries_next_retry), webhook_endpoints, endpoint_health, endpoint_secrets, events.
-- Writes  deliveries, and endpoint_health.next_send_at of endpoints with a rate limit. The delivery log is not written: a claim takes
--         deliveries of all organizations and would wait for the log head of each.
-- Locks   1. the advisory lock of claims (LOCKS.claim in src/database/locks.ts), until the commit;
--         2. deliveries, skipping rows that others have locked;
--         3. endpoint_health, in the order of the endpoint ids.
--
-- One call, because a claim counts the deliveries in flight of each endpoint, and the count must include every earlier claim. Each
-- statement of a volatile function takes a new snapshot, so the claim sees all that was committed while it waited for the lock. A caller
-- must join nothing to the call: the snapshot of the outer statement is older than the lock.
--
-- Fair: endpoint by endpoint through the index deliveries_due, from each endpoint at most its free concurrency and rate over all workers
-- and an equal share of the batch, longest waiting first. A backlog of one endpoint is never read past these bounds, so it
-- delays no other endpoint. Deliveries of a deleted or disabled endpoint, and of expired events, are only listed in `undeliverable`.
--
-- The planner settings keep generic plans that were made while the tables were small from scanning whole tables later.

CREATE FUNCTION claim_deliveries_v1(
  -- The time of the claim; NULL is the time of the database.
  at timestamptz,
  max_deliveries int,
  lease_seconds int,
  -- Organizations that use their whole share of the worker.
  full_organizations text[]
) RETURNS TABLE (
  -- NULL in the only row of a claim that took nothing.
  id text,
  organization_id text,
  version int,
  trigger attempt_trigger,
  scheduled_attempts int,
  event_id text,
  event_type text,
  endpoint_id text,
  body text,
  -- Position among the claimed deliveries of the endpoint, from 1.
  nth int,
  -- Milliseconds until the delivery may be sent, and between two deliveries of the endpoint; 0 without a rate limit.
  send_in float8,
  spacing float8,
  -- The endpoint (ClaimedEndpoint in worker/claim.ts), in the first delivery of each endpoint.
  endpoint json,
  -- Due deliveries that must not be sent: [id, version, target status].
  undeliverable json,
  -- Organizations with an endpoint that reached its share of the batch, so that the next claim finds more.
  organizations_with_more text[],
  -- True when another claim may find more: more endpoints wait than the batch has room for, or a row changed before its lock.
  truncated boolean,
  -- Endpoints at their maximum concurrency; in the first row only, because they may be many.
  saturated_endpoints text[],
  -- Milliseconds until an endpoint with a rate limit may have its next delivery.
  next_slot_in_ms float8,
  -- Milliseconds until the next retry that was not due yet, through the index deliveries_next_retry.
  next_retry_in_ms float8
)
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET jit = off
AS $function$
#variable_conflict use_column
DECLARE
  claimed_at timestamptz := coalesce(at, now());
  -- Time span for which send times of endpoints with a rate limit are assigned in advance.
  slots_ahead CONSTANT interval := '0.5 seconds';
BEGIN
  -- A claim forgotten in a crash of PostgreSQL is made again. By set_config and not by a SET clause of the function, which would be undone
  -- before the commit.
  PERFORM set_config('synchronous_commit', 'off', true);
  -- Bounds the lock when the client takes no answer. PostgreSQL 16 and older have no such setting.
  IF current_setting('transaction_timeout', true) = '0' THEN
    PERFORM set_config('transaction_timeout', '30s', true);
  END IF;
  PERFORM pg_advisory_xact_lock(7340003);

  RETURN QUERY
  WITH RECURSIVE waiting AS (
    (SELECT endpoint_id, next_attempt_at FROM deliveries WHERE status IN ('PENDING', 'RETRYING')
      ORDER BY endpoint_id, next_attempt_at LIMIT 1)
    UNION ALL
    SELECT following.* FROM waiting w CROSS JOIN LATERAL (
      SELECT d.endpoint_id, d.next_attempt_at FROM deliveries d
      WHERE d.status IN ('PENDING', 'RETRYING') AND d.endpoint_id > w.endpoint_id ORDER BY d.endpoint_id, d.next_attempt_at LIMIT 1
    ) following
  ), able AS (
    SELECT e.id, e.organization_id, e.enabled, e.deleted_at, e.max_age_seconds, e.max_concurrency - sending.count AS free,
      -- Slots lie a tenth further apart than the limit asks, for delays on the way. A failing endpoint gets 10 a second.
      1.1 / least(e.rate_limit, CASE WHEN s.consecutive_failures >= 10 THEN 10 END) * interval '1 second' AS spacing,
      greatest(s.next_send_at, claimed_at) AS slot
    -- Endpoints are found one by one: a join is planned as a nested loop without an index.
    FROM waiting w CROSS JOIN LATERAL (SELECT * FROM webhook_endpoints e WHERE e.id = w.endpoint_id LIMIT 1) e
    LEFT JOIN endpoint_health s ON s.endpoint_id = e.id
    CROSS JOIN LATERAL (
      SELECT count(*) FROM deliveries d WHERE d.endpoint_id = e.id AND d.status = 'SENDING' AND d.lease_until >= claimed_at
    ) sending
    WHERE w.next_attempt_at <= claimed_at AND e.organization_id <> ALL (full_organizations)
  ), bounds AS (
    SELECT able.*, ceil(max_deliveries::float8 / count(*) OVER ())::int AS share,
      1 + floor(extract(epoch FROM claimed_at + slots_ahead - slot) / extract(epoch FROM spacing))::int AS slots
    FROM able
  ), quotas AS (
    SELECT *, greatest(least(free, slots, share), 0) AS quota FROM bounds
  ), picked AS (
    SELECT due.*, row_number() OVER (PARTITION BY due.endpoint_id ORDER BY due.next_attempt_at) AS nth FROM (
      -- Organizations take turns: old deliveries of one organization at a thousand endpoints must not fill batch after batch.
      SELECT * FROM (
        SELECT d.id, d.place, d.version, d.trigger, d.event_id, d.endpoint_id, d.next_attempt_at,
          row_number() OVER (PARTITION BY q.organization_id ORDER BY d.next_attempt_at) AS turn
        FROM quotas q CROSS JOIN LATERAL (
          SELECT d.*, d.ctid AS place FROM deliveries d
          WHERE d.endpoint_id = q.id AND d.status IN ('PENDING', 'RETRYING') AND d.next_attempt_at <= claimed_at
          ORDER BY d.next_attempt_at LIMIT q.quota FOR UPDATE SKIP LOCKED
        ) d
      ) d
      ORDER BY d.turn, d.next_attempt_at LIMIT max_deliveries
    ) due
  ), changed AS (
    UPDATE deliveries d SET status = 'SENDING', sending_unlogged = true, version = d.version + 1, updated_at = claimed_at,
      lease_until = claimed_at + lease_seconds * interval '1 second'
    -- Finds each row by the address at which it was locked, which saves a search of the index.
    FROM picked p, quotas q, events v WHERE d.ctid = p.place AND q.id = p.endpoint_id AND v.id = p.event_id
      AND q.deleted_at IS NULL AND (q.enabled OR p.trigger = 'TEST')
      AND (v.created_at + q.max_age_seconds * interval '1 second' >= claimed_at OR p.trigger = 'MANUAL')
    -- Bytes travel as hexadecimal, twice as long; the envelope is JSON in UTF-8, and so is the database (src/database/migrate.ts).
    RETURNING d.id, d.organization_id, d.version, d.trigger, d.scheduled_attempts, d.event_id, d.endpoint_id, v.type AS event_type,
      convert_from(v.body, 'UTF8') AS body, p.nth, q.slot - claimed_at + (p.nth - 1) * q.spacing AS send_in, q.spacing
  ), reserved AS (
    INSERT INTO endpoint_health AS s (endpoint_id, next_send_at)
    SELECT q.id, q.slot + max(p.nth) * q.spacing FROM picked p JOIN quotas q ON q.id = p.endpoint_id
    WHERE q.spacing IS NOT NULL GROUP BY q.id, q.slot, q.spacing ORDER BY q.id
    ON CONFLICT (endpoint_id) DO UPDATE SET next_send_at = excluded.next_send_at
    RETURNING 1
  ), left_out AS (
    -- The target status of a delivery that must not be sent; NULL for a row that another transaction changed before the lock: the row
    -- has a new address, so the update missed it, and is still due.
    SELECT p.id, p.version, CASE
      WHEN q.deleted_at IS NOT NULL THEN 'CANCELED'
      WHEN NOT q.enabled AND p.trigger <> 'TEST' THEN 'HELD'
      WHEN v.created_at + q.max_age_seconds * interval '1 second' < claimed_at AND p.trigger <> 'MANUAL' THEN 'EXPIRED'
      END AS target
    FROM picked p JOIN quotas q ON q.id = p.endpoint_id JOIN events v ON v.id = p.event_id
    WHERE (SELECT count(*) FROM changed) < (SELECT count(*) FROM picked)
  ), rest AS (
    SELECT (SELECT sum(quota) FROM quotas) > max_deliveries AND (SELECT count(*) FROM picked) >= max_deliveries
        OR EXISTS (SELECT FROM left_out WHERE target IS NULL) AS truncated,
      EXISTS (SELECT FROM left_out) AS any_left_out,
      (SELECT json_agg(json_build_array(id, version, target)) FROM left_out WHERE target IS NOT NULL) AS undeliverable,
      array_agg(DISTINCT q.organization_id) FILTER (WHERE q.share < least(q.free, q.slots)) AS organizations_with_more,
      array_agg(q.id) FILTER (WHERE q.free <= q.quota) AS saturated_endpoints,
      min(extract(epoch FROM q.slot + coalesce(taken.count, 0) * q.spacing - slots_ahead - claimed_at) * 1000)
        FILTER (WHERE q.slots <= q.quota)::float8 AS next_slot_in_ms
    FROM quotas q LEFT JOIN (
      SELECT endpoint_id, count(*) FROM picked GROUP BY endpoint_id
    ) taken ON taken.endpoint_id = q.id WHERE coalesce(taken.count, 0) >= q.quota
  )
  SELECT c.id, c.organization_id, c.version, c.trigger, c.scheduled_attempts, c.event_id, c.event_type, c.endpoint_id, c.body, c.nth::int,
    coalesce(extract(epoch FROM c.send_in) * 1000, 0)::float8, coalesce(extract(epoch FROM c.spacing) * 1000, 0)::float8,
    -- Unless the first delivery of the endpoint may be one that must not be sent.
    CASE WHEN c.nth = 1 OR rest.any_left_out THEN (
      SELECT json_build_object('url', e.url, 'timeoutSeconds', e.timeout_seconds, 'maxAttempts', e.max_attempts,
        'backoffSeconds', e.backoff_seconds, 'signatureScheme', e.signature_scheme, 'headersEncrypted', e.headers_encrypted,
        'secrets', coalesce((SELECT json_agg(s.ciphertext ORDER BY s.id DESC) FROM endpoint_secrets s
          WHERE s.endpoint_id = e.id AND (s.expires_at IS NULL OR s.expires_at > claimed_at)), '[]'))
      FROM webhook_endpoints e WHERE e.id = c.endpoint_id) END,
    rest.undeliverable, rest.organizations_with_more, rest.truncated,
    CASE WHEN row_number() OVER () = 1 THEN rest.saturated_endpoints END,
    rest.next_slot_in_ms,
    (SELECT greatest(extract(epoch FROM d.next_attempt_at - coalesce(at, clock_timestamp())) * 1000, 0)::float8
      FROM deliveries d WHERE d.status = 'RETRYING' AND d.next_attempt_at > claimed_at ORDER BY d.next_attempt_at LIMIT 1)
  FROM rest LEFT JOIN changed c ON true;
END
$function$;

-- Records a batch of results: moves the deliveries, inserts the attempts, counts statistics, updates the health of endpoints, disables
-- endpoints that failed too often, and appends to the delivery log. A delivery occurs at most once in a batch.
--
-- Reads   deliveries and attempts by primary key, webhook_endpoints.
-- Writes  deliveries, attempts, delivery_stats, endpoint_health, webhook_endpoints; for a disabled endpoint audit_entries, events and
--         their deliveries; delivery_log_heads and delivery_changes; and a notification when a delivery is due at once.
-- Locks   deliveries, delivery_stats, endpoint_health, webhook_endpoints, delivery_log_heads: in this order in every statement, the rows
--         of each table in the order of their keys. Deliveries are the exception: results of two workers for the same deliveries may
--         deadlock and are then written again.
--
-- One statement, because the commit that records the last allowed failure also disables the endpoint. A delivery moves only while its
-- version is the claimed one; a late attempt is recorded all the same, because the receiver saw it, and an attempt recorded before
-- is left alone; it counts for the health of the endpoint and not for statistics. One function, because planning the statement costs several times as much as running it for one result.
--
-- The log entry of a result includes the SENDING state before it, so that claims need not write the log: they would wait for the log head
-- of every organization. Long attempts are logged by worker/log-sending.ts.

CREATE FUNCTION record_results_v1(
  -- The time of the record; NULL is the time of the database.
  at timestamptz,
  -- Array of results, with the columns of `input` below.
  results json,
  -- Array of health updates, one per endpoint and in the order of endpoint ids, with the columns of `updates` below.
  health json
) RETURNS TABLE (
  -- Endpoints with changed health, and those of them that were disabled.
  health_changed text[],
  disabled text[]
)
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET jit = off
AS $function$
#variable_conflict use_column
DECLARE
  recorded_at timestamptz := coalesce(at, now());
BEGIN
  RETURN QUERY
  WITH input AS MATERIALIZED (
    SELECT * FROM json_to_recordset(results) AS i(
      delivery_id text, claimed_version int, attempt_id text, event_type text,
      -- The attempt: its trigger, start in milliseconds since 1970, duration with its bucket (src/lib/histogram.ts), and the response.
      attempt_trigger attempt_trigger, started_ms bigint, duration_microseconds int, duration_bucket int,
      status_code int, response_headers jsonb, response_body_base64 text, error_code text, message text,
      -- The outcome: attempts of the retry policy used up (0 or 1), and seconds until the next attempt; NULL when none follows.
      outcome_status delivery_status, outcome_reason text, scheduled int, retry_after_seconds float8,
      -- True for a failure on Signalbox's side, which does not count.
      keeps_trigger boolean
    )
    -- Takes every row. An unknown limit makes the planner expect few rows and look each up; for 100 rows, which it expects of JSON, it
    -- would scan deliveries while the table has no statistics.
    LIMIT json_array_length(results)
  ), updates AS MATERIALIZED (
    SELECT * FROM json_to_recordset(health) AS u(
      -- Failures after the last success of the batch, or all of them without a success.
      endpoint_id text, failures int, has_recovered boolean, is_gone boolean, message text,
      -- Ids of the audit entry and the event of a disabling; NULL without failures.
      audit_id text, event_id text
    )
  ), moved AS (
    UPDATE deliveries d SET
      status = i.outcome_status, version = d.version + 1, attempt_count = d.attempt_count + 1,
      scheduled_attempts = d.scheduled_attempts + i.scheduled,
      trigger = CASE WHEN d.trigger = 'TEST' OR i.keeps_trigger THEN d.trigger
        ELSE 'SCHEDULED'::attempt_trigger END,
      next_attempt_at = recorded_at + i.retry_after_seconds * interval '1 second', lease_until = NULL,
      status_reason = coalesce(i.outcome_reason, i.message), updated_at = recorded_at
    -- The row before the change; every column read of it except the flag is fixed for the claimed version.
    FROM input i JOIN deliveries old ON old.id = i.delivery_id
    -- The status too, because a crash of PostgreSQL may forget a claim, and another change then takes its version. As text, or the planner
    -- would read all leased deliveries through their partial index.
    WHERE d.id = i.delivery_id AND d.version = i.claimed_version AND d.status::text = 'SENDING'
    RETURNING d.id, d.organization_id, d.status, d.trigger, d.attempt_count, d.version, d.next_attempt_at,
      d.status_reason, d.created_at, d.updated_at, d.event_id, d.endpoint_id, i.*,
      CASE WHEN old.status = 'SENDING' AND d.sending_unlogged THEN json_build_array(old.trigger, old.attempt_count,
        old.next_attempt_at, old.status_reason, old.updated_at) END AS sending
  ), late AS (
    UPDATE deliveries d SET attempt_count = d.attempt_count + 1 FROM input i
    -- Compares the counts first: when every delivery has moved, PostgreSQL evaluates nothing else.
    WHERE (SELECT count(*) FROM moved) < (SELECT count(*) FROM input) AND d.id = i.delivery_id
      AND NOT EXISTS (SELECT FROM moved m WHERE m.id = i.delivery_id)
      -- A count, because EXISTS may be planned as a scan of all attempts.
      AND (SELECT count(*) FROM attempts a WHERE a.id = i.attempt_id) = 0
    RETURNING d.id, d.organization_id, d.status, d.trigger, d.attempt_count, d.version, d.next_attempt_at,
      d.status_reason, d.created_at, d.updated_at, d.event_id, d.endpoint_id, i.*, NULL::json AS sending
  ), recorded AS (
    INSERT INTO attempts (id, organization_id, delivery_id, number, trigger, status_code, response_headers, response_body,
      duration_microseconds, error_code, message, started_at, next_attempt_at)
    SELECT attempt_id, organization_id, id, attempt_count, attempt_trigger, status_code, response_headers,
      decode(response_body_base64, 'base64'), duration_microseconds, error_code, message,
      to_timestamp(started_ms / 1000::float8), next_attempt_at
    FROM (SELECT * FROM moved UNION ALL SELECT * FROM late) made
    RETURNING 1
  ), stats AS (
    INSERT INTO delivery_stats AS s (endpoint_id, day, bucket, organization_id, attempts, failed_attempts, succeeded, dead,
      retries, duration_microseconds)
    SELECT m.endpoint_id, (recorded_at AT TIME ZONE 'UTC')::date, m.duration_bucket, m.organization_id, count(*), count(m.error_code),
      count(*) FILTER (WHERE m.status = 'SUCCEEDED'), count(*) FILTER (WHERE m.status = 'DEAD'),
      coalesce(sum(m.attempt_count - 1) FILTER (WHERE m.status IN ('SUCCEEDED', 'DEAD')), 0), sum(m.duration_microseconds)
    FROM moved m WHERE (SELECT count(*) FROM recorded) >= 0 GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3
    ON CONFLICT (endpoint_id, day, bucket) DO UPDATE SET attempts = s.attempts + excluded.attempts,
      failed_attempts = s.failed_attempts + excluded.failed_attempts, succeeded = s.succeeded + excluded.succeeded,
      dead = s.dead + excluded.dead, retries = s.retries + excluded.retries,
      duration_microseconds = s.duration_microseconds + excluded.duration_microseconds
    RETURNING 1
  ), health AS (
    INSERT INTO endpoint_health AS s (endpoint_id, consecutive_failures, failing_since, last_failure_at, last_failure)
    SELECT u.endpoint_id, u.failures, CASE WHEN u.failures > 0 THEN recorded_at END,
      CASE WHEN u.failures > 0 THEN recorded_at END, u.message
    FROM updates u LEFT JOIN endpoint_health s USING (endpoint_id)
    WHERE (u.failures > 0 OR s.consecutive_failures > 0) AND (SELECT count(*) FROM stats) >= 0
      -- A batch is written again when the answer to its first writing was lost; the first writing has counted its failures.
      -- Attempts are found one by one: without statistics, a join is planned as a scan of all attempts.
      AND (u.failures = 0 OR (SELECT sum(written.count) FROM input i CROSS JOIN LATERAL (
        SELECT count(*) FROM attempts t WHERE t.id = i.attempt_id) written) = 0)
    ORDER BY u.endpoint_id
    ON CONFLICT (endpoint_id) DO UPDATE SET
      consecutive_failures = CASE WHEN (SELECT has_recovered FROM updates u WHERE u.endpoint_id = s.endpoint_id) THEN 0
        ELSE s.consecutive_failures END + excluded.consecutive_failures,
      failing_since = CASE WHEN (SELECT has_recovered FROM updates u WHERE u.endpoint_id = s.endpoint_id)
        THEN excluded.failing_since ELSE coalesce(s.failing_since, excluded.failing_since) END,
      last_failure_at = coalesce(excluded.last_failure_at, s.last_failure_at),
      last_failure = coalesce(excluded.last_failure, s.last_failure)
    RETURNING endpoint_id, consecutive_failures
  ), disabled AS (
    UPDATE webhook_endpoints e SET enabled = false, updated_at = recorded_at, disabled_reason = CASE WHEN u.is_gone THEN u.message
      ELSE format('Disabled after %s failures in a row. The last: %s', h.consecutive_failures, u.message) END
    FROM health h JOIN updates u USING (endpoint_id)
    WHERE e.id = h.endpoint_id AND e.enabled AND e.deleted_at IS NULL
      AND (u.is_gone OR (u.failures > 0 AND h.consecutive_failures >= e.disable_after_failures))
    RETURNING e.id, e.organization_id, e.url, e.disabled_reason, h.consecutive_failures, u.audit_id, u.event_id
  ), audited AS (
    INSERT INTO audit_entries (id, organization_id, actor, action, resource, outcome, details, created_at)
    SELECT audit_id, organization_id, 'system', 'webhookEndpoint.disable', id, 'SUCCEEDED',
      jsonb_build_object('reason', disabled_reason), recorded_at
    FROM disabled
  ), event AS (
    INSERT INTO events (id, organization_id, type, body, created_at)
    SELECT event_id, organization_id, 'webhook.endpoint.disabled', convert_to(json_build_object('id', event_id,
        'type', 'webhook.endpoint.disabled', 'timestamp', to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'organizationId', organization_id, 'data', json_build_object('endpointId', id, 'url', url,
          'reason', disabled_reason, 'consecutiveFailures', consecutive_failures), 'previous', null, 'metadata', null)::text, 'UTF8'),
      recorded_at
    FROM disabled RETURNING id, organization_id, type
  ), fanned AS (
    INSERT INTO deliveries AS d
      (id, organization_id, event_id, endpoint_id, status, trigger, next_attempt_at, created_at, updated_at)
    SELECT 'dlv_' || substr(v.id, 5, 10) || substr(encode(sha256(convert_to(v.id || e.id, 'UTF8')), 'hex'), 1, 16),
      v.organization_id, v.id, e.id, 'PENDING', 'SCHEDULED', recorded_at, recorded_at, recorded_at
    FROM event v JOIN disabled x ON x.event_id = v.id
    JOIN webhook_endpoints e ON e.organization_id = v.organization_id AND e.enabled AND e.deleted_at IS NULL AND e.id <> x.id
      AND e.event_types && ARRAY['webhook.endpoint.disabled', 'webhook.endpoint.*', 'webhook.*']
    RETURNING d.*
  ), registered AS (
    INSERT INTO delivery_index (id, organization_id, event_id, endpoint_id, created_at)
    SELECT id, organization_id, event_id, endpoint_id, created_at FROM fanned RETURNING 1
  ), counted AS (
    INSERT INTO delivery_stats AS s (endpoint_id, day, bucket, organization_id, created)
    SELECT endpoint_id, (created_at AT TIME ZONE 'UTC')::date, -1, organization_id, count(*)
    FROM fanned GROUP BY 1, 2, 4 ORDER BY 1, 2
    ON CONFLICT (endpoint_id, day, bucket) DO UPDATE SET created = s.created + excluded.created
    RETURNING 1
  ), changed AS (
    SELECT d.id, d.organization_id, d.status, d.trigger, d.attempt_count, d.version, d.next_attempt_at,
      d.status_reason, d.created_at, d.updated_at, d.event_id, d.endpoint_id, d.event_type, e.url AS endpoint_url, d.sending
    FROM moved d JOIN webhook_endpoints e ON e.id = d.endpoint_id
    UNION ALL
    SELECT d.id, d.organization_id, d.status, d.trigger, d.attempt_count, d.version, d.next_attempt_at,
      d.status_reason, d.created_at, d.updated_at, d.event_id, d.endpoint_id, 'webhook.endpoint.disabled', e.url AS endpoint_url, NULL
    FROM fanned d JOIN webhook_endpoints e ON e.id = d.endpoint_id
  ), parts AS MATERIALIZED (
    SELECT organization_id, part, json_agg(change) AS changes FROM (
      SELECT organization_id, (row_number() OVER (PARTITION BY organization_id) - 1) / 500 AS part,
        json_build_array(id, status, trigger, attempt_count, version, next_attempt_at, status_reason, created_at, updated_at,
          event_id, event_type, endpoint_id, endpoint_url, sending) AS change
      FROM changed
    ) c GROUP BY organization_id, part
  ), heads AS (
    -- The first position is a time, for the same reason: the head itself may be lost and made anew (src/bus/delivery-log.ts).
    INSERT INTO delivery_log_heads AS h (organization_id, position, previous, started_at)
    SELECT organization_id, extract(epoch FROM now())::bigint, 0, pg_postmaster_start_time()
    FROM parts WHERE part = 0 AND (SELECT count(*) FROM counted) >= 0
    ORDER BY organization_id
    ON CONFLICT (organization_id) DO UPDATE SET previous = h.position, started_at = excluded.started_at,
      position = h.position + CASE WHEN h.started_at = excluded.started_at THEN 1 ELSE 1000000 END
    RETURNING organization_id, position, previous
  ), logged AS (
    INSERT INTO delivery_changes (organization_id, position, previous, part, changes, created_at)
    SELECT h.organization_id, h.position, h.previous, p.part, p.changes, now() FROM heads h JOIN parts p USING (organization_id)
  ), notified AS (
    -- Notifies the workers when a delivery is due at once, such as that of an endpoint-disabled event. A late result locks the row
    -- of a delivery that may be due, and a claim may have skipped the row.
    SELECT pg_notify('signalbox_due', '') FROM (
      SELECT FROM (SELECT next_attempt_at FROM changed UNION ALL SELECT next_attempt_at FROM late) d
      WHERE next_attempt_at <= recorded_at LIMIT 1
    ) any_due
  )
  SELECT array(SELECT endpoint_id FROM health WHERE (SELECT count(*) FROM notified) >= 0), array(SELECT id FROM disabled);
END
$function$;

-- Stores a group of events and a delivery of each for every subscribed endpoint, counts the deliveries, appends them to the delivery log
-- and notifies the workers at the commit. Returns one row.
--
-- Reads   webhook_endpoints, once for each event type of the group.
-- Writes  events, deliveries, delivery_index, delivery_stats, delivery_log_heads, delivery_changes.
-- Locks   idempotency keys in their order, each for a bounded time; then delivery_stats and delivery_log_heads, as every statement does.
--         A large group locks delivery_stats only after its deliveries are stored, because other publishes of the organization wait for
--         these rows; other groups lock first, because two of the same organization would block each other anyway.
--
-- One statement, because acknowledged means events and deliveries committed together. One function, because planning the statement costs
-- several times as much as storing one event.
--
-- The endpoints of a type are found once and joined to its events by a hash: the planner takes every list for a short one and would
-- compare each event with each endpoint. Only events with an idempotency key are inserted by ON CONFLICT, which costs each a lock and a
-- record in the log of PostgreSQL.

CREATE FUNCTION store_events_v1(
  -- The time of the events; NULL is the time of the database.
  at timestamptz,
  -- Time part of the delivery ids, 10 characters as in a ULID.
  delivery_id_time text,
  -- Nothing is stored when the group would create more deliveries.
  max_deliveries int,
  -- True for a single publish with very many deliveries.
  is_large boolean,
  -- Array of the event types of the group, with the columns of `t` below.
  types json,
  -- Array of events, with the columns of `input` below.
  new_events json,
  -- The bodies of all events, one after the other: JSON and arrays would carry bytes as text of twice the length.
  bodies bytea,
  -- Bounds the wait for another transaction that stores the same idempotency key; NULL for a group without keys.
  max_key_wait_ms int
) RETURNS TABLE (
  stored_at timestamptz,
  -- Organizations with new deliveries.
  organization_ids text[],
  -- Events that were not stored, because their idempotency key is taken.
  repeated text[],
  -- False when the group would create more deliveries than allowed.
  allowed boolean,
  -- Number of subscribed endpoints of each type of the group, by organization and type.
  fan_outs json
)
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET jit = off
AS $function$
#variable_conflict use_column
DECLARE
  event_time timestamptz := coalesce(at, now());
BEGIN
  IF max_key_wait_ms IS NOT NULL THEN
    PERFORM set_config('lock_timeout', max_key_wait_ms::text, true);
  END IF;
  RETURN QUERY
  WITH wanted AS MATERIALIZED (
    SELECT t.organization_id, t.type, t.events, array_agg(e.id) AS ids, array_agg(e.enabled) AS enabled, array_agg(e.url) AS urls
    -- The subscription filters that match the type, and its events in the group.
    FROM json_to_recordset(types) AS t(organization_id text, type text, filters text[], events int)
    JOIN webhook_endpoints e ON e.organization_id = t.organization_id AND e.deleted_at IS NULL AND e.event_types && t.filters
    GROUP BY t.organization_id, t.type, t.events
  ), permitted AS (
    SELECT coalesce(sum(events * cardinality(ids)) <= max_deliveries, true) AS yes FROM wanted
  ), input AS MATERIALIZED (
    SELECT * FROM json_to_recordset(new_events) AS i(id text, organization_id text, type text, idempotency_key text,
      idempotency_hash_base64 text, body_start int, body_length int)
  ), stored_with_key AS (
    INSERT INTO events (id, organization_id, type, body, idempotency_key, idempotency_hash, created_at)
    SELECT i.id, i.organization_id, i.type, substr(bodies, i.body_start, i.body_length), i.idempotency_key,
      decode(i.idempotency_hash_base64, 'base64'), event_time
    FROM input i WHERE i.idempotency_key IS NOT NULL AND (SELECT yes FROM permitted)
    -- One order in every statement, so that two groups with the same keys cannot deadlock.
    ORDER BY i.organization_id, i.idempotency_key
    ON CONFLICT (organization_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING
    RETURNING id, organization_id, type, created_at
  ), stored_without_key AS (
    INSERT INTO events (id, organization_id, type, body, created_at)
    SELECT i.id, i.organization_id, i.type, substr(bodies, i.body_start, i.body_length), event_time
    FROM input i WHERE i.idempotency_key IS NULL AND (SELECT yes FROM permitted)
    RETURNING id, organization_id, type, created_at
  ), stored AS (
    SELECT * FROM stored_with_key UNION ALL SELECT * FROM stored_without_key
  ), made AS MATERIALIZED (
    SELECT 'dlv_' || delivery_id_time || substr(encode(sha256(convert_to(s.id || w.endpoint_id, 'UTF8')), 'hex'), 1, 16) AS id,
      s.organization_id, s.id AS event_id, w.endpoint_id, 0 AS attempt_count, 1 AS version,
      CASE WHEN w.enabled THEN 'PENDING' ELSE 'HELD' END::delivery_status AS status, 'SCHEDULED'::attempt_trigger AS trigger,
      CASE WHEN w.enabled THEN s.created_at END AS next_attempt_at,
      CASE WHEN NOT w.enabled THEN 'Held because the endpoint is disabled. It is sent when the endpoint is enabled.' END AS status_reason,
      s.created_at, s.created_at AS updated_at, s.type AS event_type, w.url AS endpoint_url
    FROM stored s JOIN (
      SELECT organization_id, type, unnest(ids) AS endpoint_id, unnest(enabled) AS enabled, unnest(urls) AS url FROM wanted
    ) w ON w.organization_id = s.organization_id AND w.type = s.type
  ), fanned AS (
    INSERT INTO deliveries
      (id, organization_id, event_id, endpoint_id, status, trigger, next_attempt_at, status_reason, created_at, updated_at)
    SELECT id, organization_id, event_id, endpoint_id, status, trigger, next_attempt_at, status_reason, created_at, updated_at
    FROM made RETURNING 1
  ), registered AS (
    INSERT INTO delivery_index (id, organization_id, event_id, endpoint_id, created_at)
    SELECT id, organization_id, event_id, endpoint_id, created_at FROM made RETURNING 1
  ), counted AS (
    INSERT INTO delivery_stats AS s (endpoint_id, day, bucket, organization_id, created)
    SELECT endpoint_id, (created_at AT TIME ZONE 'UTC')::date, -1, organization_id, count(*)
    FROM made
    WHERE CASE WHEN is_large THEN (SELECT count(*) FROM (SELECT FROM fanned UNION ALL SELECT FROM registered) stored_by_then) >= 0 ELSE true END
    GROUP BY 1, 2, 4 ORDER BY 1, 2
    ON CONFLICT (endpoint_id, day, bucket) DO UPDATE SET created = s.created + excluded.created
    RETURNING 1
  ), parts AS MATERIALIZED (
    SELECT organization_id, part, json_agg(change) AS changes FROM (
      SELECT organization_id, (row_number() OVER (PARTITION BY organization_id) - 1) / 500 AS part,
        json_build_array(id, status, trigger, attempt_count, version, next_attempt_at, status_reason, created_at, updated_at,
          event_id, event_type, endpoint_id, endpoint_url) AS change
      FROM made
    ) c GROUP BY organization_id, part
  ), heads AS (
    -- The first position is a time, for the same reason: the head itself may be lost and made anew (src/bus/delivery-log.ts).
    INSERT INTO delivery_log_heads AS h (organization_id, position, previous, started_at)
    SELECT organization_id, extract(epoch FROM now())::bigint, 0, pg_postmaster_start_time()
    FROM parts WHERE part = 0 AND (SELECT count(*) FROM counted) >= 0
    ORDER BY organization_id
    ON CONFLICT (organization_id) DO UPDATE SET previous = h.position, started_at = excluded.started_at,
      position = h.position + CASE WHEN h.started_at = excluded.started_at THEN 1 ELSE 1000000 END
    RETURNING organization_id, position, previous
  ), logged AS (
    INSERT INTO delivery_changes (organization_id, position, previous, part, changes, created_at)
    SELECT h.organization_id, h.position, h.previous, p.part, p.changes, now() FROM heads h JOIN parts p USING (organization_id)
  ), notified AS (
    SELECT pg_notify('signalbox_due', '') FROM (SELECT FROM made WHERE status = 'PENDING' LIMIT 1) any_due
  )
  SELECT event_time, array(SELECT organization_id FROM heads WHERE (SELECT count(*) FROM notified) >= 0),
    CASE WHEN (SELECT count(*) FROM stored) = json_array_length(new_events) THEN '{}'
      ELSE array(SELECT id FROM input EXCEPT SELECT id FROM stored) END,
    (SELECT yes FROM permitted),
    (SELECT json_object_agg(organization_id || ' ' || type, cardinality(ids)) FROM wanted);
END
$function$;
