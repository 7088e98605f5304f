-- Claims due deliveries of one stream for a listener: sets each to SENDING under a new version and a lease, and returns everything that
-- a message and its result need.
--
-- Reads   deliveries (partial indexes deliveries_due and deliveries_leased), webhook_endpoints, endpoint_secrets, events.
-- Writes  deliveries. The delivery log is not written, as by claim_deliveries_v2.
-- Locks   1. an advisory lock of the endpoint (LOCKS.stream in src/database/locks.ts), until the commit;
--         2. deliveries, skipping rows that others have locked.
--
-- One call, because a claim counts the leased deliveries of the endpoint over all listeners, and the count must include every earlier
-- claim. The lock belongs to the endpoint, so that no stream waits for another one or for the claims of workers. Deliveries of a disabled
-- endpoint and of expired events are only listed in `undeliverable`.

CREATE FUNCTION claim_stream_v1(
  -- The time of the claim; NULL is the time of the database.
  at timestamptz,
  organization text,
  endpoint text,
  max_deliveries int,
  -- Maximum bytes of all bodies; the first delivery is claimed in any case.
  max_bytes int,
  lease_seconds int
) RETURNS TABLE (
  -- NULL in the only row of a claim that took nothing.
  id text,
  version int,
  trigger attempt_trigger,
  attempt_count int,
  scheduled_attempts int,
  next_attempt_at timestamptz,
  status_reason text,
  created_at timestamptz,
  updated_at timestamptz,
  lease_until timestamptz,
  event_id text,
  event_type text,
  body text,
  -- The settings that signatures and results need (StreamEndpoint in src/domain/streams/claim-stream.ts); NULL when the organization
  -- has no such stream.
  settings json,
  -- Due deliveries that must not be sent: [id, version, target status].
  undeliverable json,
  -- True when another claim finds more: the bytes ended the batch, or a row changed before its lock.
  truncated boolean,
  -- Milliseconds until the next retry of the endpoint that was not due yet.
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
BEGIN
  -- A claim forgotten in a crash of PostgreSQL is made again. By set_config and not by a SET clause of the function, which would be undone
  -- before the commit.
  PERFORM set_config('synchronous_commit', 'off', true);
  -- Bounds the lock when the client takes no answer. PostgreSQL 16 and older have no such setting.
  IF current_setting('transaction_timeout', true) = '0' THEN
    PERFORM set_config('transaction_timeout', '30s', true);
  END IF;
  PERFORM pg_advisory_xact_lock(7340006, hashtext(endpoint));

  RETURN QUERY
  WITH stream AS MATERIALIZED (
    SELECT e.id, e.enabled, e.max_age_seconds, e.max_attempts, e.backoff_seconds, e.signature_scheme, e.headers_encrypted,
      least(max_deliveries, greatest(e.max_concurrency - (
        SELECT count(*) FROM deliveries d WHERE d.endpoint_id = e.id AND d.status = 'SENDING' AND d.lease_until >= claimed_at
      ), 0)) AS quota
    FROM webhook_endpoints e
    WHERE e.id = endpoint AND e.organization_id = organization AND e.kind = 'STREAM' AND e.deleted_at IS NULL
  ), picked AS MATERIALIZED (
    SELECT d.id, d.place, d.version, d.trigger, v.created_at + s.max_age_seconds * interval '1 second' AS expires_at,
      v.type, v.body, sum(octet_length(v.body)) OVER (ORDER BY d.next_attempt_at, d.id) - octet_length(v.body) AS bytes_before
    FROM stream s CROSS JOIN LATERAL (
      SELECT d.*, d.ctid AS place FROM deliveries d
      WHERE d.endpoint_id = s.id AND d.status IN ('PENDING', 'RETRYING') AND d.next_attempt_at <= claimed_at
      ORDER BY d.next_attempt_at LIMIT s.quota FOR UPDATE SKIP LOCKED
    ) d CROSS JOIN LATERAL (SELECT * FROM events v WHERE v.id = d.event_id LIMIT 1) v
  ), changed AS (
    UPDATE deliveries d SET status = 'SENDING', sending_unlogged = true, version = d.version + 1, updated_at = claimed_at,
      lease_until = claimed_at + lease_seconds * interval '1 second'
    -- Finds each row by the address at which it was locked, which saves a search of the index.
    FROM picked p, stream s WHERE d.ctid = p.place AND p.bytes_before < max_bytes
      AND (s.enabled OR p.trigger = 'TEST') AND (p.expires_at >= claimed_at OR p.trigger = 'MANUAL')
    -- Bytes travel as hexadecimal, twice as long; the envelope is JSON in UTF-8, and so is the database (src/database/migrate.ts).
    RETURNING d.*, p.type, convert_from(p.body, 'UTF8') AS text
  ), left_out AS (
    -- The target status of a delivery that must not be sent; NULL for a row past the bytes, or one that another transaction changed
    -- before the lock.
    SELECT p.id, p.version, CASE
      WHEN NOT s.enabled AND p.trigger <> 'TEST' THEN 'HELD'
      WHEN p.expires_at < claimed_at AND p.trigger <> 'MANUAL' THEN 'EXPIRED'
      END AS target
    FROM picked p CROSS JOIN stream s WHERE (SELECT count(*) FROM changed) < (SELECT count(*) FROM picked)
      AND p.id NOT IN (SELECT c.id FROM changed c)
  ), rest AS (
    SELECT (SELECT json_agg(json_build_array(id, version, target)) FROM left_out WHERE target IS NOT NULL) AS undeliverable,
      (SELECT count(*) FROM left_out WHERE target IS NULL) > 0 AS truncated
  )
  SELECT c.id, c.version, c.trigger, c.attempt_count, c.scheduled_attempts, c.next_attempt_at, c.status_reason, c.created_at,
    c.updated_at, c.lease_until, c.event_id, c.type, c.text,
    CASE WHEN row_number() OVER (ORDER BY c.next_attempt_at, c.id) = 1 THEN (
      SELECT json_build_object('maxAttempts', s.max_attempts, 'backoffSeconds', s.backoff_seconds,
        'signatureScheme', s.signature_scheme, 'headersEncrypted', s.headers_encrypted,
        'secrets', coalesce((SELECT json_agg(x.ciphertext ORDER BY x.id DESC) FROM endpoint_secrets x
          WHERE x.endpoint_id = s.id AND (x.expires_at IS NULL OR x.expires_at > claimed_at)), '[]'))
      FROM stream s) END,
    rest.undeliverable, rest.truncated,
    (SELECT greatest(extract(epoch FROM d.next_attempt_at - coalesce(at, clock_timestamp())) * 1000, 0)::float8
      FROM deliveries d WHERE d.endpoint_id = endpoint AND d.status IN ('PENDING', 'RETRYING') AND d.next_attempt_at > claimed_at
      ORDER BY d.next_attempt_at LIMIT 1)
  FROM rest LEFT JOIN changed c ON true
  ORDER BY c.next_attempt_at, c.id;
END
$function$;
