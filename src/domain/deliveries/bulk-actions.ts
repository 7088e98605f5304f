import { z } from 'zod'
import { jobChannel, type LiveBus } from '../../bus/bus.ts'
import type { Database } from '../../database/client.ts'
import type { BulkAction, BulkActionKind, DeliveryStatus } from '../../database/generated/client.ts'
import type { Clock } from '../../lib/clock.ts'
import { ConflictError, NotFoundError } from '../../lib/errors.ts'
import type { MakeId } from '../../lib/ids.ts'
import { type Counted, countedUpTo, page } from '../../lib/pagination.ts'
import { validate } from '../../lib/validate.ts'
import type { Audit } from '../audit/audit.ts'
import { DUE_CHANNEL, JOB_STARTED } from '../events/notify-channel.ts'
import type { Read } from '../limits/read-concurrency.ts'
import type { Viewer } from '../people/viewer.ts'
import { changeable, stepBulkAction, toStored } from './bulk-action-batch.ts'
import { queueTime } from './delivery-transitions.ts'
import { type DeliveryFilter, findDeliveries } from './search-deliveries.ts'

/** Maximum count of a preview. */
export const BULK_PREVIEW_AT_MOST = 10_000
/** Maximum running bulk actions of one organization. */
const RUNNING_AT_MOST = 10

/** States from which a delivery may be retried or canceled in bulk, for each kind. */
const STATUSES: Record<BulkActionKind, readonly [DeliveryStatus, ...DeliveryStatus[]]> = {
  RETRY: ['DEAD', 'EXPIRED', 'CANCELED', 'RETRYING'],
  CANCEL: ['PENDING', 'RETRYING', 'HELD'],
}

export interface BulkActionInput {
  kind: BulkActionKind
  filter: DeliveryFilter
}

const inputFor = (kind: BulkActionKind) =>
  z.object({
    filter: z.looseObject({
      statuses: z
        .array(z.enum(STATUSES[kind], `must be one of ${STATUSES[kind].join(', ')} to ${kind.toLowerCase()}`), {
          error: 'is required: name the states of the deliveries',
        })
        .min(1),
    }),
  })

/** Retries or cancels all deliveries that a filter finds, batch by batch. */
export type BulkActions = ReturnType<typeof createBulkActions>

export function createBulkActions(deps: {
  database: Database
  clock: Clock
  makeId: MakeId
  audit: Audit
  bus: LiveBus
  read: Read
}) {
  const { clock, database, bus } = deps
  const { prisma, pool } = database

  /** @throws ValidationError for a filter without states, or with one that the kind does not change */
  function check({ kind, filter }: BulkActionInput): void {
    validate(inputFor(kind), { filter })
  }

  return {
    /** Starts a bulk action. The first batch runs here, so that a small one ends at once; the workers run the rest. */
    async create(viewer: Viewer, input: BulkActionInput): Promise<BulkAction> {
      check(input)
      const { organizationId, principal } = viewer
      const id = deps.makeId('blk')
      await prisma.$transaction(async (tx) => {
        // Publishing goes on: it holds the organization for its foreign keys only.
        await tx.$queryRaw`SELECT 1 FROM organizations WHERE id = ${organizationId} FOR NO KEY UPDATE`
        if ((await tx.bulkAction.count({ where: { organizationId, status: 'RUNNING' } })) >= RUNNING_AT_MOST)
          throw new ConflictError(
            'TOO_MANY_BULK_ACTIONS',
            `An organization runs at most ${RUNNING_AT_MOST} bulk actions at once. Wait for one to end, or cancel one.`,
          )
        // The clock by which deliveries are stored.
        const [{ now }] = await tx.$queryRaw<[{ now: Date }]>`SELECT ${queueTime(clock)} AS now`
        const stored = toStored(input.filter)
        await tx.bulkAction.create({
          data: {
            ...{ id, organizationId, kind: input.kind, filter: stored, status: 'RUNNING' },
            ...{ createdBy: principal.id, createdByName: principal.name, createdAt: now, updatedAt: now },
          },
        })
        const details = { kind: input.kind, filter: stored }
        await deps.audit(tx, viewer, { action: 'bulkAction.create', resource: id, details })
      })
      await stepBulkAction({ database, clock, bus }, id)
      const action = await prisma.bulkAction.findFirstOrThrow({ where: { id, organizationId } })
      if (action.status === 'RUNNING') await pool.query('SELECT pg_notify($1, $2)', [DUE_CHANNEL, JOB_STARTED])
      return action
    },

    /** Counts the deliveries that a bulk action would change now, up to 10,000. */
    async preview({ organizationId }: Viewer, input: BulkActionInput): Promise<Counted> {
      check(input)
      const filter = changeable(input.kind, input.filter)
      const query = { take: BULK_PREVIEW_AT_MOST + 1 }
      const found = await deps.read(organizationId, () => findDeliveries(prisma, organizationId, filter, query))
      return countedUpTo(BULK_PREVIEW_AT_MOST, found.length)
    },

    /** Stops the bulk action. Deliveries already changed stay so. @throws ConflictError when it has ended */
    async cancel(viewer: Viewer, id: string): Promise<BulkAction> {
      const { organizationId } = viewer
      const canceled = await prisma.$transaction(async (tx) => {
        const now = clock.now()
        const data = { status: 'CANCELED', finishedAt: now, updatedAt: now } as const
        const { count } = await tx.bulkAction.updateMany({ where: { id, organizationId, status: 'RUNNING' }, data })
        const found = await tx.bulkAction.findFirst({ where: { id, organizationId } })
        if (found === null) throw new NotFoundError('bulk action', id)
        if (count === 0)
          throw new ConflictError(
            'BULK_ACTION_FINISHED',
            `The bulk action is ${found.status}, which is final. Only a running one can be canceled.`,
          )
        await deps.audit(tx, viewer, { action: 'bulkAction.cancel', resource: id, details: { count: found.count } })
        return found
      })
      bus.publish(jobChannel(organizationId), [id])
      return canceled
    },

    get: (viewer: Viewer, id: string, query: object = {}): Promise<BulkAction | null> =>
      prisma.bulkAction.findFirst({ ...query, where: { id, organizationId: viewer.organizationId } }),

    /** Rows by their ids; ids of other organizations are left out. */
    getMany: (viewer: Viewer, ids: readonly string[], query: object = {}): Promise<BulkAction[]> =>
      prisma.bulkAction.findMany({ ...query, where: { id: { in: [...ids] }, organizationId: viewer.organizationId } }),

    list: (viewer: Viewer, query: object): Promise<BulkAction[]> =>
      prisma.bulkAction.findMany(page(query, { organizationId: viewer.organizationId })),
  }
}
