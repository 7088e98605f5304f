import { z } from 'zod'
import type { PrismaClient } from '../../prisma/client.ts'
import type { DeliveryStatus } from '../../prisma/generated/client.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Audit } from '../access/audit.ts'
import type { Viewer } from '../access/viewer.ts'
import type { Clock } from '../clock.ts'
import { ConflictError } from '../errors.ts'
import type { MakeId } from '../ids.ts'
import type { LiveBus } from '../live/bus.ts'
import { announce, CHANGE_COLUMNS, type DeliveryChangeRow } from '../live/delivery-change.ts'
import { validate } from '../validate.ts'
import { queueTime, wake } from './delivery-moves.ts'
import { TEST_EVENT_TYPE } from './endpoint-state.ts'
import type { Endpoints } from './endpoints.ts'

/** Deliveries that one call makes or sends again at most. */
export const REPLAY_AT_ONCE = 1_000
/** What may be sent again: nothing that is on its way. */
const FINISHED: DeliveryStatus[] = ['SUCCEEDED', 'DEAD', 'EXPIRED', 'CANCELED']
const UNSUCCESSFUL: DeliveryStatus[] = ['DEAD', 'EXPIRED', 'CANCELED']

const replayInput = z.object({
  endpointId: z.string(),
  types: z.array(z.string()).max(200).nullish(),
  statuses: z
    .array(z.enum(FINISHED as [DeliveryStatus, ...DeliveryStatus[]], `must be one of ${FINISHED.join(', ')}`))
    .min(1)
    .nullish(),
  from: z.date().nullish(),
  to: z.date().nullish(),
})

export type ReplayInput = z.input<typeof replayInput>

/** Replays stored events to an endpoint (W3): also those that were published before it was made. */
export type Replay = (viewer: Viewer, input: ReplayInput) => Promise<{ count: number; hasMore: boolean }>

export function createReplay(deps: {
  prisma: PrismaClient
  clock: Clock
  makeId: MakeId
  audit: Audit
  bus: LiveBus
  endpoints: Endpoints
}): Replay {
  return async (viewer, input) => {
    const { endpointId, types, statuses, from, to } = validate(replayInput, input)
    const changed = await deps.prisma.$transaction(async (tx) => {
      const endpoint = await deps.endpoints.find(tx, viewer, endpointId)
      if (!endpoint.enabled) throw new ConflictError('ENDPOINT_DISABLED', 'Enable the endpoint before a replay to it.')
      const sql = Prisma.sql
      const now = queueTime(deps.clock)
      const idTime = deps.makeId('dlv').slice(4, 14)
      // Written by hand: one step decides what is eligible and changes it, while workers are at the same rows.
      const rows = await tx.$queryRaw<DeliveryChangeRow[]>`
        WITH eligible AS (
          SELECT v.id, v.organization_id, v.type FROM events v
          JOIN webhook_endpoints e ON e.id = ${endpointId}
          LEFT JOIN deliveries d ON d.event_id = v.id AND d.endpoint_id = e.id
          WHERE v.organization_id = ${viewer.organizationId} AND v.type <> ${TEST_EVENT_TYPE}
            AND EXISTS (SELECT 1 FROM unnest(e.event_types) AS pattern WHERE pattern IN ('*', v.type)
              OR (right(pattern, 2) = '.*' AND starts_with(v.type, left(pattern, -1))))
            AND (d.status = ANY(${statuses ?? UNSUCCESSFUL}::delivery_status[])
              OR (d.id IS NULL AND ${statuses == null}))
            ${types?.length ? sql`AND v.type = ANY(${types})` : Prisma.empty}
            ${from ? sql`AND v.created_at >= ${from}` : Prisma.empty}
            ${to ? sql`AND v.created_at < ${to}` : Prisma.empty}
          ORDER BY v.id LIMIT ${REPLAY_AT_ONCE}
        ), replayed AS (
          INSERT INTO deliveries AS d
            (id, organization_id, event_id, endpoint_id, status, trigger, next_attempt_at, created_at, updated_at)
          SELECT 'dlv_' || ${idTime} || substr(encode(sha256(convert_to(v.id || ${endpointId}, 'UTF8')), 'hex'), 1, 16),
            v.organization_id, v.id, ${endpointId}, 'PENDING', 'REPLAY', ${now}, ${now}, ${now}
          FROM eligible v
          ON CONFLICT (event_id, endpoint_id) DO UPDATE SET
            status = CASE WHEN d.attempt_count = 0 THEN 'PENDING' ELSE 'RETRYING' END::delivery_status,
            trigger = 'REPLAY', scheduled_attempts = 0, version = d.version + 1, next_attempt_at = ${now},
            explanation = 'Replayed by a person.', updated_at = ${now}
          WHERE d.status = ANY(${FINISHED}::delivery_status[])
          RETURNING d.*
        )
        SELECT ${Prisma.raw(CHANGE_COLUMNS)}, v.type AS event_type, ${endpoint.url} AS endpoint_url
        FROM replayed d JOIN eligible v ON v.id = d.event_id`
      await wake(tx)
      const details = { count: rows.length, types: types ?? null, statuses: statuses ?? null }
      await deps.audit(tx, viewer, { action: 'deliveries.replay', resource: endpointId, details })
      return rows
    })
    announce(deps.bus, changed)
    return { count: changed.length, hasMore: changed.length === REPLAY_AT_ONCE }
  }
}
