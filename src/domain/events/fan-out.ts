/** What a held delivery says of itself; stands in statements, so it has no quotes in it. */
export const HELD_EXPLANATION = 'Held because the endpoint is disabled. It is sent when the endpoint is enabled.'

/**
 * The id of a delivery: a time, and a hash of event and endpoint. It sorts by time, and no two can be the same.
 *
 * @param time 10 characters, as in a ULID; as it stands in the statement, like the others
 */
export const deliveryId = (time: string, eventId: string, endpointId: string) =>
  `'dlv_' || ${time} || substr(encode(sha256(convert_to(${eventId} || ${endpointId}, 'UTF8')), 'hex'), 1, 16)`

/**
 * A CTE `registered` that enters new deliveries into the register, where they are found; of every statement that makes some. But for a
 * replay, which has to find out by the register what there is already (src/domain/replays/replay-batch.ts).
 *
 * @param made the CTE that has the new deliveries
 */
export const register = (made: string) => `
registered AS (
  INSERT INTO delivery_register (id, organization_id, event_id, endpoint_id, created_at)
  SELECT id, organization_id, event_id, endpoint_id, created_at FROM ${made} RETURNING 1
)`

/**
 * CTEs `made`, `fanned` and `registered` of a statement that stores events: a delivery of each event in `stored` for every endpoint that wants it.
 * The time in their ids is the statement's parameter $2.
 *
 * @param wanting joins to `stored` the endpoints that want each, as `w(endpoint_id, enabled, url)`
 * @param more further columns of `made`
 */
export function fanOut(wanting: string, more = ''): string {
  return `
made AS MATERIALIZED (
  SELECT ${deliveryId('$2', 's.id', 'w.endpoint_id')} AS id,
    s.organization_id, s.id AS event_id, w.endpoint_id, 0 AS attempt_count, 1 AS version,
    CASE WHEN w.enabled THEN 'PENDING' ELSE 'HELD' END::delivery_status AS status, 'SCHEDULED'::attempt_trigger AS trigger,
    CASE WHEN w.enabled THEN s.created_at END AS next_attempt_at,
    CASE WHEN NOT w.enabled THEN '${HELD_EXPLANATION}' END AS explanation,
    s.created_at, s.created_at AS updated_at, s.type AS event_type, w.url AS endpoint_url${more}
  FROM stored s ${wanting}
), fanned AS (
  INSERT INTO deliveries
    (id, organization_id, event_id, endpoint_id, status, trigger, next_attempt_at, explanation, created_at, updated_at)
  SELECT id, organization_id, event_id, endpoint_id, status, trigger, next_attempt_at, explanation, created_at, updated_at
  FROM made RETURNING 1
), ${register('made')}`
}
