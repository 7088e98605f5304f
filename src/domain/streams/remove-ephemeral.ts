import type { LiveBus } from '../../bus/bus.ts'
import { notifyEndpointChanged } from '../../bus/delivery-log.ts'
import { afterCommit } from '../../database/after-commit.ts'
import type { Database, Transaction } from '../../database/client.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Audit } from '../audit/audit.ts'
import { SYSTEM } from '../people/viewer.ts'

/** Days after its last listener in which an ephemeral stream is deleted. */
const KEPT_DAYS = 7
/** Maximum endpoints of one run. */
const REMOVED_AT_ONCE = 100

/** Ephemeral streams that nobody listens to any more, through the index webhook_endpoints_ephemeral. */
const FIND = `
SELECT e.id FROM webhook_endpoints e
WHERE e.ephemeral AND e.deleted_at IS NULL
  AND coalesce(e.last_listened_at, e.created_at) < coalesce($1::timestamptz, now()) - interval '${KEPT_DAYS} days'
  AND NOT EXISTS (SELECT FROM stream_listeners l WHERE l.endpoint_id = e.id AND l.lease_until >= coalesce($1::timestamptz, now()))
ORDER BY e.id LIMIT ${REMOVED_AT_ONCE} FOR NO KEY UPDATE SKIP LOCKED`

/**
 * Deletes ephemeral streams some days after their last listener. The sweeps of the worker cancel their deliveries.
 *
 * @returns the number of deleted endpoints
 */
export async function removeEphemeral(deps: {
  database: Database
  clock: Clock
  audit: Audit
  bus: LiveBus
}): Promise<number> {
  return deps.database.prisma.$transaction(async (tx: Transaction) => {
    const found = await tx.$queryRawUnsafe<{ id: string }[]>(FIND, deps.clock.forQueue())
    const now = deps.clock.now()
    for (const { id } of found) {
      const { organizationId } = await tx.webhookEndpoint.update({
        where: { id },
        data: {
          version: { increment: 1 },
          ...{ enabled: false, disabledReason: 'Deleted.', deletedAt: now, updatedAt: now },
        },
      })
      await tx.endpointSecret.deleteMany({ where: { endpointId: id } })
      const reason = `No listener was connected for ${KEPT_DAYS} days.`
      const actor = { principal: SYSTEM, organizationId, ip: null }
      await deps.audit(tx, actor, { action: 'webhookEndpoint.delete', resource: id, details: { reason } })
      afterCommit(tx, () => notifyEndpointChanged(deps.bus, organizationId, id))
    }
    return found.length
  })
}
