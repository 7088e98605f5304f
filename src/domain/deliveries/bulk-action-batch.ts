import { jobChannel, type LiveBus } from '../../bus/bus.ts'
import { notifyLogGrew } from '../../bus/delivery-log.ts'
import type { Database, Transaction } from '../../database/client.ts'
import type { BulkAction, BulkActionKind, Prisma } from '../../database/generated/client.ts'
import type { Clock } from '../../lib/clock.ts'
import { moveDeliveries } from './delivery-transitions.ts'
import { type DeliveryFilter, findDeliveries } from './search-deliveries.ts'

/** Deliveries that one batch examines. */
export const DELIVERIES_IN_A_BATCH = 1_000

/** The filter of a bulk action as it is stored: times are texts. */
export function toStored(filter: DeliveryFilter): Prisma.InputJsonObject {
  return JSON.parse(JSON.stringify(filter))
}

/** The deliveries that a bulk action changes: those of a disabled endpoint cannot be retried. */
export function changeable(kind: BulkActionKind, filter: DeliveryFilter): DeliveryFilter {
  return kind === 'RETRY' ? { ...filter, enabledOnly: true } : filter
}

function fromStored({ kind, filter, createdAt }: BulkAction): DeliveryFilter {
  const { from, to, ...rest } = filter as Omit<DeliveryFilter, 'from' | 'to'> & { from?: string; to?: string }
  const upTo = to === undefined || to === null ? undefined : new Date(to)
  return changeable(kind, {
    ...(rest as DeliveryFilter),
    ...(from != null && { from: new Date(from) }),
    // A delivery made later is not part of the action.
    to: upTo !== undefined && upTo < createdAt ? upTo : new Date(createdAt.getTime() + 1),
  })
}

/**
 * Runs one batch of a bulk action and announces its changes: of the given one, or of the least recently touched one. A
 * batch commits wholly or not at all, and any number of processes may work on bulk actions.
 *
 * @returns false when none runs or another process holds its lock
 */
export async function stepBulkAction(
  deps: { database: Database; clock: Clock; bus: LiveBus },
  id?: string,
): Promise<boolean> {
  const { prisma } = deps.database
  const done = await prisma.$transaction(async (tx) => {
    const action = await lockNext(tx, id)
    if (action === undefined) return undefined
    const { organizationId, cursor } = action
    // From the oldest on, so that the cursor passes each delivery once.
    const query = { ...(cursor !== null && { cursor: { id: cursor } }), take: -DELIVERIES_IN_A_BATCH }
    const filter = fromStored(action)
    const ids = await findDeliveries(tx, organizationId, filter, query)
    const now = deps.clock.now()
    const ended = ids.length < DELIVERIES_IN_A_BATCH
    // Last in the transaction but for the progress: the lock on the delivery log blocks other changes.
    const which = { organizationId, deliveryIds: ids, statuses: filter.statuses ?? [] }
    const moved = ids.length === 0 ? 0 : await moveDeliveries(tx, which, action.kind, deps.clock)
    const status = ended ? ('COMPLETED' as const) : ('RUNNING' as const)
    await tx.bulkAction.update({
      where: { id: action.id },
      data: {
        ...{ cursor: ids.at(-1) ?? cursor, count: { increment: moved }, status, updatedAt: now },
        ...(ended && { finishedAt: now }),
      },
    })
    return action
  })
  if (done === undefined) return false
  notifyLogGrew(deps.bus, [done.organizationId])
  deps.bus.publish(jobChannel(done.organizationId), [done.id])
  return true
}

async function lockNext(tx: Transaction, id: string | undefined): Promise<BulkAction | undefined> {
  const [found] = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM bulk_actions WHERE status = 'RUNNING' AND (${id ?? null}::text IS NULL OR id = ${id ?? null})
    ORDER BY updated_at LIMIT 1 FOR UPDATE SKIP LOCKED`
  return found && (await tx.bulkAction.findUniqueOrThrow({ where: { id: found.id } }))
}
