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

CREATE FUNCTION record_results_v3(
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
      -- The attempt: its trigger, start in milliseconds since 1970, duration with its bucket (src/lib/histogram.ts), the sent request
      -- without its secrets (src/domain/deliveries/attempt-request.ts), and the response.
      attempt_trigger attempt_trigger, started_ms bigint, duration_microseconds int, duration_bucket int, request json,
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
      status_reason = coalesce(i.outcome_reason, i.message), last_error_code = i.error_code, updated_at = recorded_at
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
    UPDATE deliveries d SET attempt_count = d.attempt_count + 1, last_error_code = i.error_code FROM input i
    -- Compares the counts first: when every delivery has moved, PostgreSQL evaluates nothing else.
    WHERE (SELECT count(*) FROM moved) < (SELECT count(*) FROM input) AND d.id = i.delivery_id
      AND NOT EXISTS (SELECT FROM moved m WHERE m.id = i.delivery_id)
      -- A count, because EXISTS may be planned as a scan of all attempts.
      AND (SELECT count(*) FROM attempts a WHERE a.id = i.attempt_id) = 0
    RETURNING d.id, d.organization_id, d.status, d.trigger, d.attempt_count, d.version, d.next_attempt_at,
      d.status_reason, d.created_at, d.updated_at, d.event_id, d.endpoint_id, i.*, NULL::json AS sending
  ), recorded AS (
    INSERT INTO attempts (id, organization_id, delivery_id, number, trigger, request, status_code, response_headers, response_body,
      duration_microseconds, error_code, message, started_at, next_attempt_at)
    SELECT attempt_id, organization_id, id, attempt_count, attempt_trigger, request, status_code, response_headers,
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
    UPDATE webhook_endpoints e SET enabled = false, version = e.version + 1, updated_at = recorded_at,
      disabled_reason = CASE WHEN u.is_gone THEN u.message
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
        'organizationId', organization_id, 'data', json_build_object('endpointId', id, 'url', redact_url_v1(url),
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
