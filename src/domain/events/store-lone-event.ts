import type pg from 'pg'
import { CHANGED, logChanges } from '../../bus/delivery-log.ts'
import { countCreated } from '../deliveries/count-deliveries.ts'
import { patternsOf } from '../event-types/patterns.ts'
import { fanOut } from './fan-out.ts'
import { NAMED_AT_MOST, WAKE_CHANNEL } from './notify-channel.ts'
import { DELIVERIES_AT_MOST, type NewEvent, type StoreResult, typeKey, WAIT_FOR_KEYS_MS } from './store-events.ts'

/**
 * Stores one event like the statement for groups (`store-events.ts`), with fewer plan nodes: their set-up is most of
 * the cost when events come one at a time. The notification names the deliveries that are due.
 */
const STORE = `
WITH wanted AS MATERIALIZED (
  SELECT e.id AS endpoint_id, e.enabled, e.url, e.rate_limit FROM webhook_endpoints e
  WHERE e.organization_id = $4 AND e.deleted_at IS NULL AND e.event_types && $6::text[]
), stored AS (
  INSERT INTO events (id, organization_id, type, body, idempotency_key, idempotency_hash, created_at)
  SELECT $3, $4, $5, $7::bytea, $8, $9::bytea, coalesce($1::timestamptz, now())
  WHERE (SELECT count(*) FROM wanted) <= ${DELIVERIES_AT_MOST.ordinary}
    AND CASE WHEN $8::text IS NULL THEN true ELSE set_config('lock_timeout', '${WAIT_FOR_KEYS_MS}', true) IS NOT NULL END
  ON CONFLICT (organization_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING
  RETURNING id, organization_id, type, created_at
), ${fanOut('CROSS JOIN wanted w', ', w.rate_limit')}, ${countCreated('made')}, changed AS (
  SELECT ${CHANGED}, d.event_type, d.endpoint_url FROM made d
), ${logChanges('counted')}, woken AS (
  SELECT pg_notify('${WAKE_CHANNEL}',
    CASE WHEN count(*) <= ${NAMED_AT_MOST} AND count(rate_limit) = 0 THEN string_agg(id, ' ') ELSE '' END)
  FROM made WHERE status = 'PENDING' HAVING count(*) > 0
)
SELECT coalesce($1::timestamptz, now()) AS stored_at, (SELECT count(*) FROM woken) AS woken,
  (SELECT count(*)::int FROM wanted) AS endpoints, EXISTS (SELECT FROM stored) AS stored,
  array(SELECT organization_id FROM heads) AS organization_ids`

interface Row {
  stored_at: Date
  endpoints: number
  stored: boolean
  organization_ids: string[]
}

/**
 * Stores one event and its deliveries, and resolves after the commit. The result is that of `storeEvents` for an
 * ordinary group.
 */
export async function storeLoneEvent(
  pool: pg.Pool,
  event: NewEvent,
  time: Date | null,
  deliveryIdTime: string,
): Promise<StoreResult> {
  const { id, organizationId, type, body, idempotencyKey, idempotencyHash } = event
  const { rows } = await pool.query<Row>({
    name: 'store-lone-event',
    text: STORE,
    values: [time, deliveryIdTime, id, organizationId, type, patternsOf(type), body, idempotencyKey, idempotencyHash],
  })
  const { stored_at: at, endpoints, stored, organization_ids: organizationIds } = rows[0]!
  return {
    stored: endpoints <= DELIVERIES_AT_MOST.ordinary ? { at, repeated: new Set(stored ? [] : [id]) } : undefined,
    organizationIds,
    fanOuts: new Map([[typeKey(event), endpoints]]),
  }
}
