import type { LiveBus } from '../../bus/bus.ts'
import { notifyLogGrew } from '../../bus/delivery-log.ts'
import type { Database } from '../../database/client.ts'
import type { Attempt, Delivery, Event, WebhookEndpoint } from '../../database/generated/client.ts'
import { countRows, readRows } from '../../database/page-sql.ts'
import type { Clock } from '../../lib/clock.ts'
import { ConflictError, NotFoundError } from '../../lib/errors.ts'
import { page } from '../../lib/pagination.ts'
import type { Audit } from '../audit/audit.ts'
import type { AuditAction } from '../audit/audit-actions.ts'
import type { Read } from '../limits/read-concurrency.ts'
import type { Viewer } from '../people/viewer.ts'
import { type DeliveryMove, moveDeliveries } from './delivery-transitions.ts'
import { type DeliveryFilter, selectDeliveries } from './search-deliveries.ts'

/** Events and deliveries of an organization: lists, look-ups, retry and cancel. */
export type Deliveries = ReturnType<typeof createDeliveries>

export function createDeliveries(deps: { database: Database; clock: Clock; audit: Audit; bus: LiveBus; read: Read }) {
  const { prisma } = deps.database
  const { read } = deps

  return {
    /** Makes the delivery due now, also after a success. A manual attempt does not count against the retry policy. */
    retry: (viewer: Viewer, id: string) =>
      move(viewer, id, 'RETRY', 'delivery.retry', (delivery) =>
        delivery.status === 'HELD'
          ? new ConflictError(
              'DELIVERY_HELD',
              delivery.endpoint.enabled
                ? 'The stream of this delivery has no listener. Connect a listener to send the delivery.'
                : 'The endpoint of this delivery is disabled. Enable the endpoint to send the delivery.',
            )
          : new ConflictError(
              'DELIVERY_IN_PROGRESS',
              `The delivery is ${delivery.status} and will be sent anyway. Wait for its result.`,
            ),
      ),

    /** Sends nothing more. The result of an attempt in flight is recorded and changes no state. */
    cancel: (viewer: Viewer, id: string) =>
      move(
        viewer,
        id,
        'CANCEL',
        'delivery.cancel',
        ({ status }) =>
          new ConflictError(
            'DELIVERY_FINISHED',
            `The delivery is ${status}, which is final. Only a waiting or held delivery can be canceled.`,
          ),
      ),

    /** Rows by their ids; ids of other organizations are left out. */
    getMany: (viewer: Viewer, ids: readonly string[], query: object = {}): Promise<Delivery[]> =>
      prisma.delivery.findMany({ ...query, where: { id: { in: [...ids] }, organizationId: viewer.organizationId } }),

    list: (viewer: Viewer, filter: DeliveryFilter, query: object): Promise<Delivery[]> =>
      read(viewer.organizationId, () => list(viewer, filter, query)),

    count: ({ organizationId }: Viewer, filter: DeliveryFilter): Promise<number> =>
      read(organizationId, () => countRows(prisma, (query) => selectDeliveries(organizationId, filter, query))),

    /** One delivery per endpoint at most. */
    ofEvent: (viewer: Viewer, eventId: string, query: object): Promise<Delivery[]> => list(viewer, { eventId }, query),

    attempts: (viewer: Viewer, deliveryId: string, query: object): Promise<Attempt[]> =>
      prisma.attempt.findMany(page(query, { deliveryId, organizationId: viewer.organizationId }, 'asc')),

    getAttempts: (viewer: Viewer, ids: readonly string[], query: object = {}): Promise<Attempt[]> =>
      prisma.attempt.findMany({ ...query, where: { id: { in: [...ids] }, organizationId: viewer.organizationId } }),

    getEvents: (viewer: Viewer, ids: readonly string[], query: object = {}): Promise<Event[]> =>
      prisma.event.findMany({ ...query, where: { id: { in: [...ids] }, organizationId: viewer.organizationId } }),
  }

  /**
   * Returns the page as the search found it: a delivery that changed its state meanwhile must not shorten the page,
   * which would look like the last one.
   */
  function list({ organizationId }: Viewer, filter: DeliveryFilter, query: object): Promise<Delivery[]> {
    return readRows(prisma, selectDeliveries(organizationId, filter, query), (ids) =>
      prisma.delivery.findMany(page(query, { organizationId, id: { in: ids } })),
    )
  }

  async function move(
    viewer: Viewer,
    id: string,
    kind: DeliveryMove,
    action: AuditAction,
    refusal: (delivery: Delivery & { endpoint: WebhookEndpoint }) => Error,
  ): Promise<Delivery> {
    const { organizationId } = viewer
    await prisma.$transaction(async (tx) => {
      const scope = { id, organizationId }
      const before = await tx.delivery.findFirst({ where: scope, include: { endpoint: true } })
      if (before === null) throw new NotFoundError('delivery', id)
      if (kind === 'RETRY' && !before.endpoint.enabled)
        throw new ConflictError(
          'ENDPOINT_DISABLED',
          'The endpoint of this delivery is disabled or deleted. Enable the endpoint first.',
        )
      await deps.audit(tx, viewer, { action, resource: id, details: { before: before.status } })
      // Last in the transaction: the lock on the delivery log blocks other changes of the organization until the
      // commit.
      const moved = await moveDeliveries(tx, { organizationId, deliveryIds: [id] }, kind, deps.clock)
      if (moved === 0) throw refusal(before)
    })
    notifyLogGrew(deps.bus, [organizationId])
    return prisma.delivery.findFirstOrThrow({ where: { id, organizationId } })
  }
}
