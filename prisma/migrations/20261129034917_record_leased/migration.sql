-- Records a batch of results of listeners, unless a lease among them was lost: the ids of lost ones are returned, and nothing is
-- recorded. Otherwise as record_results_v3.
--
-- Reads   deliveries and attempts by primary key.
-- Locks   deliveries in the order of their ids, then as record_results_v3.
--
-- record_results_v3 records a late attempt, because the receiver of a worker saw it. A listener hands the result in itself, perhaps twice
-- and on two nodes at once, and the second one must change nothing: no attempt, no statistics, no health. So the lease is checked
-- under the lock of its row.

CREATE FUNCTION record_leased_v1(
  -- As for record_results_v3.
  at timestamptz,
  results json,
  health json
) RETURNS TABLE (
  health_changed text[],
  disabled text[],
  -- Deliveries with a lost lease. An attempt that is recorded already has lost none: the answer to its first writing was lost.
  lost text[]
)
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET jit = off
AS $function$
#variable_conflict use_column
DECLARE
  lost_ids text[];
BEGIN
  WITH input AS MATERIALIZED (
    SELECT * FROM json_to_recordset(results) AS i(delivery_id text, claimed_version int, attempt_id text)
    -- Takes every row; see record_results_v3.
    LIMIT json_array_length(results)
  ), leased AS MATERIALIZED (
    SELECT d.id FROM input i JOIN deliveries d ON d.id = i.delivery_id
    WHERE d.version = i.claimed_version AND d.status::text = 'SENDING'
    ORDER BY d.id FOR NO KEY UPDATE OF d
  )
  SELECT array(
    SELECT i.delivery_id FROM input i WHERE NOT EXISTS (SELECT FROM leased l WHERE l.id = i.delivery_id)
      -- A count, because EXISTS may be planned as a scan of all attempts.
      AND (SELECT count(*) FROM attempts a WHERE a.id = i.attempt_id) = 0
  ) INTO lost_ids;
  IF cardinality(lost_ids) > 0 THEN
    RETURN QUERY SELECT '{}'::text[], '{}'::text[], lost_ids;
  ELSE
    RETURN QUERY SELECT r.health_changed, r.disabled, '{}'::text[] FROM record_results_v3(at, results, health) r;
  END IF;
END
$function$;
