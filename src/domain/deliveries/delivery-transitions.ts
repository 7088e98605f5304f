import { CHANGED, logChanges, sendingState } from '../../bus/delivery-log.ts'
import type { Transaction } from '../../database/client.ts'
import type { AttemptTrigger, DeliveryStatus, Event, WebhookEndpoint } from '../../database/generated/client.ts'
import { Prisma } from '../../database/generated/client.ts'
import type { Clock } from '../../lib/clock.ts'
import { HELD_REASON, register } from '../events/fan-out.ts'
import { DUE_CHANNEL } from '../events/notify-channel.ts'
import { countCreated } from './count-deliveries.ts'

/** Status reason of a delivery whose endpoint was deleted. SQL literals contain the text, so it has no quotes. */
export const DELETED_REASON = 'Canceled because the endpoint was deleted.'

/** Maximum deliveries that one statement moves. */
export const MOVED_AT_ONCE = 1_000

/**
 * State changes that people cause. Each statement moves only deliveries in a state that allows the change; the DROP
 * moves serve the deletion of an endpoint, for its waiting and its held deliveries.
 */
export type DeliveryMove = 'HOLD' | 'RELEASE' | 'CANCEL' | 'DROP_WAITING' | 'DROP_HELD' | 'RETRY'

/** Notifies the workers at the commit when a row of `changed` is due. */
const WAKE = Prisma.raw(
  `(SELECT count(pg_notify('${DUE_CHANNEL}', '')) FROM (SELECT FROM changed WHERE next_attempt_at IS NOT NULL LIMIT 1) due)`,
)

/** The current time as queue statements take it; see `Clock.forQueue`. */
export const queueTime = (clock: Clock) => Prisma.sql`coalesce(${clock.forQueue()}::timestamptz, now())`

function statement(move: DeliveryMove, clock: Clock): { set: Prisma.Sql; from: Prisma.Sql } {
  switch (move) {
    case 'HOLD':
      return {
        set: Prisma.sql`status = 'HELD', next_attempt_at = NULL,
          status_reason = ${HELD_REASON}`,
        from: Prisma.sql`d.status IN ('PENDING', 'RETRYING') AND d.trigger <> 'TEST'`,
      }
    case 'RELEASE':
      return {
        set: Prisma.sql`status = CASE WHEN d.attempt_count = 0 THEN 'PENDING' ELSE 'RETRYING' END::delivery_status,
          next_attempt_at = d.created_at, status_reason = NULL`,
        from: Prisma.sql`d.status = 'HELD'`,
      }
    case 'CANCEL':
      return {
        set: Prisma.sql`status = 'CANCELED', next_attempt_at = NULL, lease_until = NULL,
          status_reason = 'Canceled on request. It can be retried.'`,
        from: Prisma.sql`d.status IN ('PENDING', 'SENDING', 'RETRYING', 'HELD')`,
      }
    case 'DROP_WAITING':
    case 'DROP_HELD':
      return {
        set: Prisma.sql`status = 'CANCELED', next_attempt_at = NULL, status_reason = ${DELETED_REASON}`,
        // One state at a time: no index covers both.
        from: move === 'DROP_HELD' ? Prisma.sql`d.status = 'HELD'` : Prisma.sql`d.status IN ('PENDING', 'RETRYING')`,
      }
    case 'RETRY':
      return {
        set: Prisma.sql`status = CASE WHEN d.attempt_count = 0 THEN 'PENDING' ELSE 'RETRYING' END::delivery_status,
          trigger = CASE WHEN d.trigger = 'TEST' THEN 'TEST' ELSE 'MANUAL' END::attempt_trigger, next_attempt_at = ${queueTime(clock)}, status_reason = 'Retried on request.'`,
        from: Prisma.sql`d.status IN ('RETRYING', 'SUCCEEDED', 'DEAD', 'EXPIRED', 'CANCELED')`,
      }
  }
}

/**
 * Moves one delivery, up to 1,000 of a list, or up to 1,000 deliveries of one endpoint. Raw SQL, because the check of the state and the change
 * must be one step while workers change the same rows.
 *
 * @param which `statuses` narrows a list to deliveries that are still in one of these states
 * @returns the number of moved deliveries
 */
export async function moveDeliveries(
  tx: Transaction,
  which: { organizationId: string } & (
    | { deliveryIds: readonly string[]; statuses?: readonly DeliveryStatus[] }
    | { endpointId: string }
  ),
  move: DeliveryMove,
  clock: Clock,
): Promise<number> {
  const { set, from } = statement(move, clock)
  const only =
    'deliveryIds' in which
      ? Prisma.sql`d.id = ANY(${[...which.deliveryIds]})
          ${which.statuses ? Prisma.sql`AND d.status = ANY(${[...which.statuses]}::delivery_status[])` : Prisma.empty}`
      : Prisma.sql`d.endpoint_id = ${which.endpointId}`
  // A cancel of an endpoint's deliveries covers held ones only: deliveries on their way go on.
  const scope = 'endpointId' in which && move === 'CANCEL' ? Prisma.sql`d.status = 'HELD'` : from
  // The index of waiting deliveries is ordered by due time, the index of held ones by creation.
  const order = move === 'HOLD' || move === 'DROP_WAITING' ? Prisma.sql`d.next_attempt_at` : Prisma.sql`d.id`
  // Skips rows that a worker has locked: waiting for several of them could end in a deadlock.
  const isOne = 'deliveryIds' in which && which.deliveryIds.length === 1
  const locked = isOne
    ? Prisma.sql`FOR UPDATE`
    : Prisma.sql`ORDER BY ${order} LIMIT ${MOVED_AT_ONCE} FOR UPDATE SKIP LOCKED`
  const [row] = await tx.$queryRaw<[{ moved: number }]>`
    WITH chosen AS (
      SELECT d.id, d AS was FROM deliveries d WHERE ${only} AND d.organization_id = ${which.organizationId} AND ${scope} ${locked}
    ), changed AS (
      UPDATE deliveries d SET ${set}, version = d.version + 1, sending_unlogged = false, updated_at = ${queueTime(clock)}
      FROM chosen, events v, webhook_endpoints e
      WHERE d.id = chosen.id AND v.id = d.event_id AND e.id = d.endpoint_id
      RETURNING ${Prisma.raw(CHANGED)}, v.type AS event_type, e.url AS endpoint_url, ${Prisma.raw(sendingState('(chosen.was)'))}
    ), ${Prisma.raw(logChanges(undefined, true))}
    SELECT count(*)::int AS moved, ${WAKE} FROM changed`
  return row.moved
}

/** Creates one delivery outside of publishing, due at once. */
export async function createDelivery(
  tx: Transaction,
  delivery: { id: string; event: Event; endpoint: WebhookEndpoint; trigger: AttemptTrigger },
  clock: Clock,
): Promise<void> {
  const { id, event, endpoint, trigger } = delivery
  await tx.$queryRaw`
    WITH made AS (
      INSERT INTO deliveries
        (id, organization_id, event_id, endpoint_id, status, trigger, next_attempt_at, created_at, updated_at)
      VALUES (${id}, ${event.organizationId}, ${event.id}, ${endpoint.id}, 'PENDING', ${trigger}::attempt_trigger,
        ${queueTime(clock)}, ${queueTime(clock)}, ${queueTime(clock)})
      RETURNING *, ${event.publishedBy}::text AS published_by
    ), ${Prisma.raw(register('made'))}, ${Prisma.raw(countCreated('made'))}, changed AS (
      SELECT ${Prisma.raw(CHANGED)}, ${event.type}::text AS event_type, ${endpoint.url}::text AS endpoint_url FROM made d
    ), ${Prisma.raw(logChanges('counted'))}
    SELECT ${WAKE} FROM changed`
}
