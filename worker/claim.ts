import type pg from 'pg'
import type { SignatureScheme } from '../prisma/generated/enums.ts'
import { HELD_EXPLANATION } from '../src/events/store-events.ts'
import { CHANGE_COLUMNS, type DeliveryChangeRow } from '../src/live/delivery-change.ts'

/** A claimed delivery with everything that sending needs, so that no other statement runs before its settling. */
export interface ClaimedRow extends DeliveryChangeRow {
  /** Attempts of the retry schedule made before this one. */
  scheduled_attempts: number
  body: Uint8Array
  timeout_seconds: number
  max_attempts: number
  backoff_seconds: number[]
  rate_limit: number | null
  signature_scheme: SignatureScheme
  headers_encrypted: string | null
  /** The newest first. */
  secrets: string[] | null
}

/**
 * Claims what is due, fairly: endpoint by endpoint through the index `deliveries_due`, from each no more than it may
 * have in flight here and no more than an equal share of the batch, the longest waiting first. A backlog of one endpoint is never read past its quota, so it delays
 * no other. SKIP LOCKED lets any number of workers claim side by side; the new version fences whoever held it before.
 *
 * A delivery whose endpoint is deleted or disabled, or whose event is too old, is moved to where it belongs instead.
 */
const CLAIM = `
WITH RECURSIVE clock AS (
  SELECT coalesce($1::timestamptz, now()) AS now
), waiting AS (
  (SELECT endpoint_id FROM deliveries WHERE status IN ('PENDING', 'RETRYING') ORDER BY endpoint_id LIMIT 1)
  UNION ALL
  SELECT (SELECT d.endpoint_id FROM deliveries d
    WHERE d.status IN ('PENDING', 'RETRYING') AND d.endpoint_id > w.endpoint_id ORDER BY d.endpoint_id LIMIT 1)
  FROM waiting w WHERE w.endpoint_id IS NOT NULL
), quotas AS (
  SELECT * FROM unnest($2::text[], $3::int[]) AS q(endpoint_id, quota)
), able AS (
  SELECT w.endpoint_id, coalesce(q.quota, least($4::int, e.rate_limit)) AS quota
  FROM waiting w JOIN webhook_endpoints e ON e.id = w.endpoint_id LEFT JOIN quotas q ON q.endpoint_id = w.endpoint_id
  CROSS JOIN clock
  WHERE coalesce(q.quota, 1) > 0 AND e.organization_id <> ALL($7::text[]) AND EXISTS (
    SELECT 1 FROM deliveries d
    WHERE d.endpoint_id = w.endpoint_id AND d.status IN ('PENDING', 'RETRYING') AND d.next_attempt_at <= clock.now)
), picked AS (
  SELECT due.id, due.trigger, due.event_id, w.endpoint_id
  FROM able w CROSS JOIN clock CROSS JOIN LATERAL (
    SELECT d.id, d.trigger, d.event_id, d.next_attempt_at FROM deliveries d
    WHERE d.endpoint_id = w.endpoint_id AND d.status IN ('PENDING', 'RETRYING') AND d.next_attempt_at <= clock.now
    ORDER BY d.next_attempt_at
    LIMIT least(w.quota, ceil($5::float8 / (SELECT count(*) FROM able))::int)
    FOR UPDATE SKIP LOCKED
  ) due
  ORDER BY due.next_attempt_at LIMIT $5::int
), decided AS (
  SELECT p.id, CASE
    WHEN e.deleted_at IS NOT NULL THEN 'CANCELED'
    WHEN NOT e.enabled AND p.trigger <> 'TEST' THEN 'HELD'
    WHEN v.created_at + e.max_age_seconds * interval '1 second' < clock.now AND p.trigger <> 'MANUAL' THEN 'EXPIRED'
    ELSE 'SENDING' END::delivery_status AS status
  FROM picked p JOIN webhook_endpoints e ON e.id = p.endpoint_id JOIN events v ON v.id = p.event_id CROSS JOIN clock
), claimed AS (
  UPDATE deliveries d SET
    status = decided.status,
    version = d.version + 1,
    lease_until = CASE WHEN decided.status = 'SENDING' THEN clock.now + $6::int * interval '1 second' END,
    next_attempt_at = CASE WHEN decided.status = 'SENDING' THEN d.next_attempt_at END,
    explanation = CASE decided.status
      WHEN 'CANCELED' THEN 'Canceled because the endpoint was deleted.'
      WHEN 'HELD' THEN '${HELD_EXPLANATION}'
      WHEN 'EXPIRED' THEN 'Expired: the event became older than the maximum age that the endpoint allows. It can be retried.'
      ELSE d.explanation END,
    updated_at = clock.now
  FROM decided, clock WHERE d.id = decided.id
  RETURNING d.*
)
SELECT ${CHANGE_COLUMNS}, d.scheduled_attempts, v.type AS event_type, v.body,
  e.url AS endpoint_url, e.timeout_seconds, e.max_attempts, e.backoff_seconds, e.rate_limit, e.signature_scheme,
  e.headers_encrypted, (
    SELECT array_agg(s.ciphertext ORDER BY s.id DESC) FROM endpoint_secrets s
    WHERE s.endpoint_id = e.id AND (s.expires_at IS NULL OR s.expires_at > clock.now)
  ) AS secrets
FROM claimed d JOIN events v ON v.id = d.event_id JOIN webhook_endpoints e ON e.id = d.endpoint_id CROSS JOIN clock`

export interface ClaimOptions {
  now: Date | null
  /** Deliveries claimed at most. */
  limit: number
  /** From one endpoint at most, unless `quotas` names it. */
  perEndpoint: number
  /** Endpoints that have something in flight here, and how much more they may have. */
  quotas: ReadonlyMap<string, number>
  leaseSeconds: number
  /** Organizations that hold their share of this worker already. */
  fullOrganizations: readonly string[]
}

export async function claim(pool: pg.Pool, options: ClaimOptions): Promise<ClaimedRow[]> {
  const { now, limit, perEndpoint, quotas, leaseSeconds, fullOrganizations } = options
  const { rows } = await pool.query<ClaimedRow>({
    name: 'claim',
    text: CLAIM,
    values: [now, [...quotas.keys()], [...quotas.values()], perEndpoint, limit, leaseSeconds, fullOrganizations],
  })
  return rows
}

/** Milliseconds until the next delivery is due, or undefined when none waits. Through the index `deliveries_next_due`. */
export async function nextDue(pool: pg.Pool, now: Date | null): Promise<number | undefined> {
  const { rows } = await pool.query<{ wait: number | null }>({
    name: 'next-due',
    text: `SELECT extract(epoch FROM min(next_attempt_at) - coalesce($1::timestamptz, now()))::float8 * 1000 AS wait
      FROM deliveries WHERE status IN ('PENDING', 'RETRYING')
        AND next_attempt_at > coalesce($1::timestamptz, now())`,
    values: [now],
  })
  return rows[0]?.wait ?? undefined
}
