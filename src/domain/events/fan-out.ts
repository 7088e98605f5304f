/** Status reason of a held delivery. SQL literals contain the text, so it has no quotes. */
export const HELD_EXPLANATION = 'Held because the endpoint is disabled. It is sent when the endpoint is enabled.'

/**
 * SQL for the id of a delivery: a time followed by a hash of event and endpoint. Ids sort by time, and a pair of event
 * and endpoint yields one id per time.
 *
 * @param time SQL for 10 characters, as in a ULID
 */
export const deliveryId = (time: string, eventId: string, endpointId: string) =>
  `'dlv_' || ${time} || substr(encode(sha256(convert_to(${eventId} || ${endpointId}, 'UTF8')), 'hex'), 1, 16)`

/**
 * CTE `registered`: inserts new deliveries into the delivery index, where lists find them. Every statement that creates
 * deliveries uses it, except replays, which need the index to detect existing deliveries
 * (src/domain/replays/replay-batch.ts).
 *
 * @param made the CTE with the new deliveries
 */
export const register = (made: string) => `
registered AS (
  INSERT INTO delivery_index (id, organization_id, event_id, endpoint_id, created_at)
  SELECT id, organization_id, event_id, endpoint_id, created_at FROM ${made} RETURNING 1
)`

/**
 * CTEs `made`, `fanned` and `registered`: create a delivery of each event in `stored` for every subscribed endpoint.
 * Parameter $2 of the statement is the time in the ids.
 *
 * @param wanting SQL that joins `stored` to the subscribed endpoints, as `w(endpoint_id, enabled, url)`
 * @param more SQL for further columns of `made`
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
