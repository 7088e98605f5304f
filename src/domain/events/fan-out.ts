/** Status reason of a held delivery. SQL literals contain the text, so it has no quotes. */
export const HELD_REASON = 'Held because the endpoint is disabled. It is sent when the endpoint is enabled.'

/**
 * SQL for the id of a delivery: a time followed by a hash of event and endpoint. Ids sort by time, and a pair of event
 * and endpoint yields one id per time.
 *
 * @param time SQL for 10 characters, as in a ULID
 */
export const deliveryId = (time: string, eventId: string, endpointId: string) =>
  `'dlv_' || ${time} || substr(encode(sha256(convert_to(${eventId} || ${endpointId}, 'UTF8')), 'hex'), 1, 16)`

/** Columns of the delivery index for events that no principal published. */
export const INDEXED = 'id, organization_id, event_id, endpoint_id, created_at'

/**
 * CTE `registered`: inserts new deliveries into the delivery index, where lists find them. Every statement that creates
 * deliveries uses it, except replays, which need the index to detect existing deliveries
 * (src/domain/replays/replay-batch.ts).
 *
 * @param made the CTE with the new deliveries
 * @param columns the copied columns. Default: all of them, with the principal that published the event
 */
export const register = (made: string, columns = `${INDEXED}, published_by`) => `
registered AS (
  INSERT INTO delivery_index (${columns})
  SELECT ${columns} FROM ${made} RETURNING 1
)`
