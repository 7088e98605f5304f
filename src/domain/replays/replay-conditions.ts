import { subscribes } from '../endpoints/subscription-filter.ts'

/** Events that one batch examines. */
export const EVENTS_IN_A_PAGE = 1_000

/**
 * SQL condition for the events `v` of replay `r` to endpoint `e`: events of subscribed types published before the replay
 * started. Channels and the predicate of the endpoint are decided by `findWantedEvents`.
 */
export const MATCHES = `v.organization_id = r.organization_id AND v.created_at <= r.created_at
  AND v.created_at >= coalesce(r."from", '-infinity') AND v.created_at < coalesce(r."to", 'infinity')
  AND (r.types = '{}' OR v.type = ANY(r.types)) AND ${subscribes('e.event_types', 'v.type')}`

/**
 * SQL that joins the delivery `d` of event `v` to endpoint `e`. Row by row: the planner may otherwise read all
 * deliveries of the endpoint for each event.
 */
export const WITH_DELIVERY = `LEFT JOIN LATERAL (
    SELECT * FROM delivery_index WHERE event_id = v.id AND endpoint_id = e.id LIMIT 1
  ) known ON true LEFT JOIN LATERAL (SELECT id, status FROM deliveries WHERE id = known.id LIMIT 1) d ON true`

/**
 * SQL condition for a replayed event: its delivery `d` has a requested state, or no delivery exists and no states were
 * requested.
 */
export const WANTED = `(d.status = ANY(r.wanted) OR (d.id IS NULL AND r.statuses = '{}'))`
