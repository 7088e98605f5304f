-- Claims due deliveries of HTTP endpoints: sets each to SENDING under a new version and a lease, and returns everything that an attempt needs.
-- Deliveries of streams are claimed by their listeners (claim_stream_v1).
--
-- Reads   deliveries (partial indexes deliveries_due, deliveries_leased and deliveries_next_retry), webhook_endpoints, endpoint_health, endpoint_secrets,
--         stream_listeners, events.
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

CREATE FUNCTION claim_deliveries_v2(
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
  next_retry_in_ms float8,
  -- True while a stream without a listener has due deliveries, which a sweep then holds.
  unheard_streams boolean
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
  ), endpoints AS MATERIALIZED (
    -- Endpoints are found one by one: a join is planned as a nested loop without an index.
    SELECT e.* FROM waiting w CROSS JOIN LATERAL (SELECT * FROM webhook_endpoints e WHERE e.id = w.endpoint_id LIMIT 1) e
    WHERE w.next_attempt_at <= claimed_at
  ), able AS (
    SELECT e.id, e.organization_id, e.enabled, e.deleted_at, e.max_age_seconds, e.max_concurrency - sending.count AS free,
      -- Slots lie a tenth further apart than the limit asks, for delays on the way. A failing endpoint gets 10 a second.
      1.1 / least(e.rate_limit, CASE WHEN s.consecutive_failures >= 10 THEN 10 END) * interval '1 second' AS spacing,
      greatest(s.next_send_at, claimed_at) AS slot
    FROM endpoints e LEFT JOIN endpoint_health s ON s.endpoint_id = e.id
    CROSS JOIN LATERAL (
      SELECT count(*) FROM deliveries d WHERE d.endpoint_id = e.id AND d.status = 'SENDING' AND d.lease_until >= claimed_at
    ) sending
    WHERE e.kind = 'HTTP' AND e.organization_id <> ALL (full_organizations)
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
      FROM deliveries d WHERE d.status = 'RETRYING' AND d.next_attempt_at > claimed_at ORDER BY d.next_attempt_at LIMIT 1),
    (SELECT count(*) FROM endpoints e WHERE e.kind = 'STREAM' AND e.deleted_at IS NULL AND (
      SELECT count(*) FROM stream_listeners l WHERE l.endpoint_id = e.id AND l.lease_until >= claimed_at) = 0) > 0
  FROM rest LEFT JOIN changed c ON true;
END
$function$;
