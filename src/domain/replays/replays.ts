import { z } from 'zod'
import { type LiveBus, replayChannel } from '../../bus/bus.ts'
import { announce } from '../../bus/delivery-log.ts'
import type { Database } from '../../database/client.ts'
import { type DeliveryStatus, Prisma, type Replay } from '../../database/generated/client.ts'
import type { Clock } from '../../lib/clock.ts'
import { ConflictError, NotFoundError } from '../../lib/errors.ts'
import { idsWithin, type MakeId } from '../../lib/ids.ts'
import { page } from '../../lib/pagination.ts'
import { validate } from '../../lib/validate.ts'
import type { Audit } from '../audit/audit.ts'
import { queueTime } from '../deliveries/delivery-transitions.ts'
import type { Endpoints } from '../endpoints/endpoints.ts'
import { REPLAY_WAKE, WAKE_CHANNEL } from '../events/notify-channel.ts'
import type { Read } from '../limits/read-concurrency.ts'
import type { Viewer } from '../people/viewer.ts'
import { MATCHES, replayPage, WANTED, WITH_DELIVERY } from './replay-batch.ts'

/** A preview counts this far. */
export const PREVIEW_AT_MOST = 100_000
/** Replays of one organization that run at once. */
const RUNNING_AT_MOST = 10
/** What may be sent again: nothing that is on its way. */
const FINISHED: DeliveryStatus[] = ['SUCCEEDED', 'DEAD', 'EXPIRED', 'CANCELED']
const UNSUCCESSFUL: DeliveryStatus[] = ['DEAD', 'EXPIRED', 'CANCELED']

const replayInput = z.object({
  endpointId: z.string(),
  types: z.array(z.string().min(1).max(128)).max(200).nullish(),
  statuses: z
    .array(z.enum(FINISHED as [DeliveryStatus, ...DeliveryStatus[]], `must be one of ${FINISHED.join(', ')}`))
    .min(1)
    .nullish(),
  from: z.date().nullish(),
  to: z.date().nullish(),
})

export type ReplayInput = z.input<typeof replayInput>

/** Sends stored events to an endpoint once more, or for the first time when it was made after them (W3, W10). */
export type Replays = ReturnType<typeof createReplays>

export function createReplays(deps: {
  database: Database
  clock: Clock
  makeId: MakeId
  audit: Audit
  bus: LiveBus
  endpoints: Endpoints
  read: Read
}) {
  const { clock, bus } = deps
  const { prisma, pool } = deps.database

  return {
    /** Starts a replay. Its first page is done here, so that a small one is done at once; workers do the rest. */
    async start(viewer: Viewer, input: ReplayInput): Promise<Replay> {
      const { endpointId, types, statuses, from, to } = validate(replayInput, input)
      const { organizationId } = viewer
      const id = deps.makeId('rpl')
      await prisma.$transaction(async (tx) => {
        // The clock that events are stored by.
        const [{ now }] = await tx.$queryRaw<[{ now: Date }]>`SELECT ${queueTime(clock)} AS now`
        const endpoint = await deps.endpoints.find(tx, viewer, endpointId)
        if (!endpoint.enabled)
          throw new ConflictError('ENDPOINT_DISABLED', 'Enable the endpoint before a replay to it.')
        if ((await tx.replay.count({ where: { organizationId, status: 'RUNNING' } })) >= RUNNING_AT_MOST)
          throw new ConflictError(
            'TOO_MANY_REPLAYS',
            `${RUNNING_AT_MOST} replays run already. Wait for one, or cancel one.`,
          )
        await tx.replay.create({
          data: {
            ...{ id, organizationId, endpointId, types: types ?? [], statuses: statuses ?? [], from: from ?? null },
            ...{
              to: to ?? null,
              cursor: eventsFrom(from) ?? null,
              status: 'RUNNING',
              createdBy: viewer.principal.id,
              createdAt: now,
              updatedAt: now,
            },
          },
        })
        const details = {
          replayId: id,
          types: types ?? null,
          statuses: statuses ?? null,
          from: from ?? null,
          to: to ?? null,
        }
        await deps.audit(tx, viewer, {
          action: 'deliveries.replay',
          resource: endpointId,
          details: JSON.parse(JSON.stringify(details)),
        })
      })
      await step(id)
      const replay = await prisma.replay.findFirstOrThrow({ where: { id, organizationId } })
      if (replay.status === 'RUNNING') await pool.query('SELECT pg_notify($1, $2)', [WAKE_CHANNEL, REPLAY_WAKE])
      return replay
    },

    /** How many events a replay would send now; counts up to 100,000. */
    async preview(viewer: Viewer, input: ReplayInput): Promise<{ count: number; exact: boolean }> {
      const { endpointId, types, statuses, from, to } = validate(replayInput, input)
      const { organizationId } = viewer
      const endpoint = await prisma.webhookEndpoint.findFirst({
        where: { id: endpointId, organizationId, deletedAt: null },
      })
      if (endpoint === null) throw new NotFoundError('webhook endpoint', endpointId)
      const count = () => prisma.$queryRaw<[{ count: number }]>`
        WITH r AS (
          SELECT ${organizationId}::text AS organization_id, ${types ?? []}::text[] AS types,
            ${statuses ?? []}::delivery_status[] AS statuses, ${statuses ?? UNSUCCESSFUL}::delivery_status[] AS wanted,
            ${from ?? null}::timestamptz AS "from", ${to ?? null}::timestamptz AS "to",
            ${queueTime(clock)} AS created_at
        )
        SELECT count(*)::int FROM (
          SELECT 1 FROM r JOIN webhook_endpoints e ON e.id = ${endpointId} JOIN events v ON ${Prisma.raw(MATCHES)}
            AND v.id > ${eventsFrom(from) ?? ''}
          ${Prisma.raw(WITH_DELIVERY)} WHERE ${Prisma.raw(WANTED)} LIMIT ${PREVIEW_AT_MOST + 1}
        ) matching`
      const [row] = await deps.read(organizationId, count)
      return { count: Math.min(row.count, PREVIEW_AT_MOST), exact: row.count <= PREVIEW_AT_MOST }
    },

    /** What is on its way already goes on. @throws ConflictError when it has ended */
    async cancel(viewer: Viewer, id: string): Promise<Replay> {
      const { organizationId } = viewer
      const replay = await prisma.$transaction(async (tx) => {
        const now = clock.now()
        const data = {
          status: 'CANCELED',
          explanation: 'Canceled by a person.',
          finishedAt: now,
          updatedAt: now,
        } as const
        const { count } = await tx.replay.updateMany({ where: { id, organizationId, status: 'RUNNING' }, data })
        const found = await tx.replay.findFirst({ where: { id, organizationId } })
        if (found === null) throw new NotFoundError('replay', id)
        if (count === 0)
          throw new ConflictError('REPLAY_FINISHED', `It is ${found.status}: there is nothing left to cancel.`)
        await deps.audit(tx, viewer, {
          action: 'deliveries.replayCancel',
          resource: id,
          details: { count: found.count },
        })
        return found
      })
      bus.publish(replayChannel(organizationId), [id])
      return replay
    },

    get: (viewer: Viewer, id: string): Promise<Replay | null> =>
      prisma.replay.findFirst({ where: { id, organizationId: viewer.organizationId } }),

    list: (viewer: Viewer, query: object): Promise<Replay[]> =>
      prisma.replay.findMany(page(query, { organizationId: viewer.organizationId })),
  }

  async function step(replayId: string): Promise<void> {
    await stepReplay({ ...deps, pool }, replayId)
  }
}

/** Less than the id of any event that was stored at that time or later: a replay need not look at those before. */
const eventsFrom = (time: Date | null | undefined) => idsWithin('evt', time, null).gte

/** Does one page of a replay and tells who watches. @returns whether there was one to do */
export async function stepReplay(
  deps: { pool: Database['pool']; clock: Clock; makeId: MakeId; bus: LiveBus },
  replayId?: string,
): Promise<boolean> {
  const options = { now: deps.clock.forQueue(), deliveryIdTime: deps.makeId('dlv').slice(4, 14) }
  const done = await replayPage(deps.pool, { ...options, ...(replayId !== undefined && { replayId }) })
  if (done === undefined) return false
  announce(deps.bus, [done.organization_id])
  deps.bus.publish(replayChannel(done.organization_id), [done.id])
  return true
}
