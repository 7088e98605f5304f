import { z } from 'zod'
import { jobChannel, type LiveBus } from '../../bus/bus.ts'
import { notifyLogGrew } from '../../bus/delivery-log.ts'
import type { Database } from '../../database/client.ts'
import type { DeliveryStatus, Replay } from '../../database/generated/client.ts'
import type { Clock } from '../../lib/clock.ts'
import { ConflictError, NotFoundError } from '../../lib/errors.ts'
import { idRange, type MakeId } from '../../lib/ids.ts'
import type { Counted } from '../../lib/pagination.ts'
import { validate } from '../../lib/validate.ts'
import type { Audit } from '../audit/audit.ts'
import { queueTime } from '../deliveries/delivery-transitions.ts'
import type { Endpoints } from '../endpoints/endpoints.ts'
import { DUE_CHANNEL, JOB_STARTED } from '../events/notify-channel.ts'
import type { Read } from '../limits/read-concurrency.ts'
import type { Viewer } from '../people/viewer.ts'
import { runReplayBatch } from './replay-batch.ts'
import { previewReplay } from './replay-preview.ts'

/** Maximum running replays of one organization. */
const RUNNING_AT_MOST = 10
/** Final states, whose deliveries may be sent again. */
const FINISHED: DeliveryStatus[] = ['SUCCEEDED', 'DEAD', 'EXPIRED', 'CANCELED']
const UNSUCCESSFUL: DeliveryStatus[] = ['DEAD', 'EXPIRED', 'CANCELED']

const replayInput = z
  .object({
    endpointId: z.string(),
    types: z.array(z.string().min(1).max(128)).max(200).nullish(),
    statuses: z
      .array(z.enum(FINISHED as [DeliveryStatus, ...DeliveryStatus[]], `must be one of ${FINISHED.join(', ')}`))
      .min(1)
      .nullish(),
    from: z.date().nullish(),
    to: z.date().nullish(),
  })
  .refine(({ from, to }) => !from || !to || from < to, { path: ['from'], message: 'must be before to' })

export type ReplayInput = z.input<typeof replayInput>

/** Sends stored events to an endpoint again, or for the first time to an endpoint created later. */
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
    /** Starts a replay. The first batch runs here, so that a small replay ends at once; the workers run the rest. */
    async start(viewer: Viewer, input: ReplayInput): Promise<Replay> {
      const { endpointId, types, statuses, from, to } = validate(replayInput, input)
      const { organizationId } = viewer
      const id = deps.makeId('rpl')
      await prisma.$transaction(async (tx) => {
        // The clock by which events are stored.
        const [{ now }] = await tx.$queryRaw<[{ now: Date }]>`SELECT ${queueTime(clock)} AS now`
        const endpoint = await deps.endpoints.find(tx, viewer, endpointId)
        if (!endpoint.enabled)
          throw new ConflictError('ENDPOINT_DISABLED', 'The endpoint is disabled. Enable it before the replay.')
        if ((await tx.replay.count({ where: { organizationId, status: 'RUNNING' } })) >= RUNNING_AT_MOST)
          throw new ConflictError(
            'TOO_MANY_REPLAYS',
            `An organization runs at most ${RUNNING_AT_MOST} replays at once. Wait for one to end, or cancel one.`,
          )
        await tx.replay.create({
          data: {
            ...{ id, organizationId, endpointId, types: types ?? [], statuses: statuses ?? [], from: from ?? null },
            ...{
              to: to ?? null,
              cursor: eventsFrom(from) ?? null,
              status: 'RUNNING',
              createdBy: viewer.principal.id,
              createdByName: viewer.principal.name,
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
          action: 'replay.create',
          resource: endpointId,
          details: JSON.parse(JSON.stringify(details)),
        })
      })
      await step(id)
      const replay = await prisma.replay.findFirstOrThrow({ where: { id, organizationId } })
      if (replay.status === 'RUNNING') await pool.query('SELECT pg_notify($1, $2)', [DUE_CHANNEL, JOB_STARTED])
      return replay
    },

    /** Counts the events that a replay would send now, of the oldest 100,000 of its time range. */
    async preview(viewer: Viewer, input: ReplayInput): Promise<Counted> {
      const { endpointId, types, statuses, from, to } = validate(replayInput, input)
      const { organizationId } = viewer
      const endpoint = await prisma.webhookEndpoint.findFirst({
        where: { id: endpointId, organizationId, deletedAt: null },
      })
      if (endpoint === null) throw new NotFoundError('webhook endpoint', endpointId)
      const selection = {
        ...{ organizationId, endpointId, types: types ?? [], statuses: statuses ?? [] },
        wanted: statuses ?? UNSUCCESSFUL,
        ...{ from: from ?? null, to: to ?? null, createdAt: clock.forQueue(), cursor: eventsFrom(from) ?? null },
      }
      return previewReplay({ pool: deps.database.boundedPool, read: deps.read }, selection, endpoint)
    },

    /** Stops the replay. Deliveries already due go on. @throws ConflictError when the replay has ended */
    async cancel(viewer: Viewer, id: string): Promise<Replay> {
      const { organizationId } = viewer
      const replay = await prisma.$transaction(async (tx) => {
        const now = clock.now()
        const data = {
          status: 'CANCELED',
          statusReason: 'Canceled on request.',
          finishedAt: now,
          updatedAt: now,
        } as const
        const { count } = await tx.replay.updateMany({ where: { id, organizationId, status: 'RUNNING' }, data })
        const found = await tx.replay.findFirst({ where: { id, organizationId } })
        if (found === null) throw new NotFoundError('replay', id)
        if (count === 0)
          throw new ConflictError(
            'REPLAY_FINISHED',
            `The replay is ${found.status}, which is final. Only a running replay can be canceled.`,
          )
        await deps.audit(tx, viewer, {
          action: 'replay.cancel',
          resource: id,
          details: { count: found.count },
        })
        return found
      })
      bus.publish(jobChannel(organizationId), [id])
      return replay
    },

    get: (viewer: Viewer, id: string, query: object = {}): Promise<Replay | null> =>
      prisma.replay.findFirst({ ...query, where: { id, organizationId: viewer.organizationId } }),

    /** Rows by their ids; ids of other organizations are left out. */
    getMany: (viewer: Viewer, ids: readonly string[], query: object = {}): Promise<Replay[]> =>
      prisma.replay.findMany({ ...query, where: { id: { in: [...ids] }, organizationId: viewer.organizationId } }),
  }

  async function step(replayId: string): Promise<void> {
    await stepReplay({ pool, clock, bus: deps.bus, makeId: deps.makeId }, replayId)
  }
}

/** A lower bound for the ids of events stored at or after a time, so that a replay skips older ones. */
const eventsFrom = (time: Date | null | undefined) => idRange('evt', time, null).gte

/** Runs one batch of a replay and announces its changes. @returns false when no replay was due */
export async function stepReplay(
  deps: { pool: Database['pool']; clock: Clock; makeId: MakeId; bus: LiveBus },
  replayId?: string,
): Promise<boolean> {
  const options = { now: deps.clock.forQueue(), deliveryIdTime: deps.makeId('dlv').slice(4, 14) }
  const done = await runReplayBatch(deps.pool, { ...options, ...(replayId !== undefined && { replayId }) })
  if (done === undefined) return false
  notifyLogGrew(deps.bus, [done.organization_id])
  deps.bus.publish(jobChannel(done.organization_id), [done.id])
  return true
}
