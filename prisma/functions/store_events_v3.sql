-- Stores a group of events and a delivery of each for every endpoint that wants it, counts the deliveries, appends them to the delivery
-- log and notifies the workers at the commit. Returns one row.
--
-- The function finds the endpoints of a type in its own snapshot, so an endpoint committed before the publish is never missed. Channels
-- and predicates are evaluated by the caller (src/domain/endpoints/subscription-filter.ts). The function compares each filter of the
-- snapshot with the one that was evaluated, and stores nothing for an organization where one differs.
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

CREATE FUNCTION store_events_v3(
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
  max_key_wait_ms int,
  -- Array of the evaluated filters that select a type of the group, with the columns of `d` below; NULL without one.
  decisions json
) RETURNS TABLE (
  stored_at timestamptz,
  -- Organizations with new deliveries.
  organization_ids text[],
  -- Events that were not stored, because their idempotency key is taken. Events of `undecided` organizations are not among them.
  repeated text[],
  -- False when the group would create more deliveries than allowed.
  allowed boolean,
  -- Number of endpoints that select each type of the group by its type alone, by organization and type.
  fan_outs json,
  -- Organizations of which nothing was stored, because an endpoint has a filter that is not among the decisions.
  undecided text[]
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
    SELECT t.organization_id, t.type, t.events, array_agg(e.id) AS ids, array_agg(e.enabled) AS enabled, array_agg(e.url) AS urls,
      array_agg(e.filter_hash) AS filter_hashes, count(*) - count(e.filter_hash) AS fan_out
    -- The subscription filters that match the type, and its events in the group.
    FROM json_to_recordset(types) AS t(organization_id text, type text, filters text[], events int)
    JOIN webhook_endpoints e ON e.organization_id = t.organization_id AND e.deleted_at IS NULL AND e.event_types && t.filters
    GROUP BY t.organization_id, t.type, t.events
  ), decided AS MATERIALIZED (
    SELECT * FROM json_to_recordset(decisions) AS d(endpoint_id text, filter_hash text, event_ids text[])
  ), missed AS MATERIALIZED (
    SELECT DISTINCT organization_id
    FROM (SELECT organization_id, unnest(ids) AS endpoint_id, unnest(filter_hashes) AS filter_hash FROM wanted) w
    WHERE filter_hash IS NOT NULL AND (endpoint_id, filter_hash) NOT IN (SELECT endpoint_id, filter_hash FROM decided)
  ), permitted AS (
    SELECT coalesce((SELECT sum(events * fan_out) FROM wanted), 0)
      + coalesce((SELECT sum(cardinality(event_ids)) FROM decided), 0) <= max_deliveries AS yes
  ), input AS MATERIALIZED (
    SELECT * FROM json_to_recordset(new_events) AS i(id text, organization_id text, type text, channels text[], idempotency_key text,
      idempotency_hash_base64 text, published_by text, published_by_name text, request_id text, body_start int, body_length int)
    WHERE organization_id NOT IN (SELECT organization_id FROM missed)
  ), stored_with_key AS (
    INSERT INTO events (id, organization_id, type, channels, body, idempotency_key, idempotency_hash, published_by, published_by_name,
      request_id, created_at)
    SELECT i.id, i.organization_id, i.type, coalesce(i.channels, '{}'), substr(bodies, i.body_start, i.body_length), i.idempotency_key,
      decode(i.idempotency_hash_base64, 'base64'), i.published_by, i.published_by_name, i.request_id, event_time
    FROM input i WHERE i.idempotency_key IS NOT NULL AND (SELECT yes FROM permitted)
    -- One order in every statement, so that two groups with the same keys cannot deadlock.
    ORDER BY i.organization_id, i.idempotency_key
    ON CONFLICT (organization_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING
    RETURNING id, organization_id, type, published_by, created_at
  ), stored_without_key AS (
    INSERT INTO events (id, organization_id, type, channels, body, published_by, published_by_name, request_id, created_at)
    SELECT i.id, i.organization_id, i.type, coalesce(i.channels, '{}'), substr(bodies, i.body_start, i.body_length), i.published_by,
      i.published_by_name, i.request_id, event_time
    FROM input i WHERE i.idempotency_key IS NULL AND (SELECT yes FROM permitted)
    RETURNING id, organization_id, type, published_by, created_at
  ), stored AS (
    SELECT * FROM stored_with_key UNION ALL SELECT * FROM stored_without_key
  ), made AS MATERIALIZED (
    SELECT 'dlv_' || delivery_id_time || substr(encode(sha256(convert_to(s.id || w.endpoint_id, 'UTF8')), 'hex'), 1, 16) AS id,
      s.organization_id, s.id AS event_id, w.endpoint_id, 0 AS attempt_count, 1 AS version,
      CASE WHEN w.enabled THEN 'PENDING' ELSE 'HELD' END::delivery_status AS status, 'SCHEDULED'::attempt_trigger AS trigger,
      CASE WHEN w.enabled THEN s.created_at END AS next_attempt_at,
      CASE WHEN NOT w.enabled THEN 'Held because the endpoint is disabled. It is sent when the endpoint is enabled.' END AS status_reason,
      s.created_at, s.created_at AS updated_at, s.published_by, s.type AS event_type, w.url AS endpoint_url
    FROM stored s JOIN (
      SELECT organization_id, type, unnest(ids) AS endpoint_id, unnest(enabled) AS enabled, unnest(urls) AS url,
        unnest(filter_hashes) AS filter_hash
      FROM wanted
    ) w ON w.organization_id = s.organization_id AND w.type = s.type
    WHERE w.filter_hash IS NULL OR (s.id, w.endpoint_id) IN (SELECT unnest(event_ids), endpoint_id FROM decided)
  ), fanned AS (
    INSERT INTO deliveries
      (id, organization_id, event_id, endpoint_id, status, trigger, next_attempt_at, status_reason, created_at, updated_at)
    SELECT id, organization_id, event_id, endpoint_id, status, trigger, next_attempt_at, status_reason, created_at, updated_at
    FROM made RETURNING 1
  ), registered AS (
    INSERT INTO delivery_index (id, organization_id, event_id, endpoint_id, created_at, published_by)
    SELECT id, organization_id, event_id, endpoint_id, created_at, published_by FROM made RETURNING 1
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
    CASE WHEN (SELECT count(*) FROM stored) = (SELECT count(*) FROM input) THEN '{}'
      ELSE array(SELECT id FROM input EXCEPT SELECT id FROM stored) END,
    (SELECT yes FROM permitted),
    (SELECT json_object_agg(organization_id || ' ' || type, fan_out) FROM wanted),
    array(SELECT organization_id FROM missed);
END
$function$;
