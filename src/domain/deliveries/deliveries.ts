import type { LiveBus } from '../../bus/bus.ts'
import { announce } from '../../bus/delivery-log.ts'
import type { Database } from '../../database/client.ts'
import type { Attempt, Delivery, Event } from '../../database/generated/client.ts'
import type { Clock } from '../../lib/clock.ts'
import { ConflictError, NotFoundError } from '../../lib/errors.ts'
import { page } from '../../lib/pagination.ts'
import type { Audit } from '../audit/audit.ts'
import type { Read } from '../limits/read-concurrency.ts'
import type { Viewer } from '../people/viewer.ts'
import { type DeliveryMove, moveDeliveries } from './delivery-transitions.ts'
import { type DeliveryFilter, findDeliveries } from './search-deliveries.ts'

/** How often a page is looked for that retention gets ahead of each time, until it is answered as it is. */
const LIST_TRIES = 3

/** Events and deliveries of an organization: reading them, and what a person does to one. */
export type Deliveries = ReturnType<typeof createDeliveries>

export function createDeliveries(deps: { database: Database; clock: Clock; audit: Audit; bus: LiveBus; read: Read }) {
  const { prisma } = deps.database
  const { read } = deps

  return {
    /** Sends it again now, also after a success. Uses up nothing of the retry schedule. */
    retry: (viewer: Viewer, id: string) =>
      move(viewer, id, 'RETRY', 'delivery.retry', (delivery) =>
        delivery.status === 'HELD'
          ? new ConflictError('DELIVERY_HELD', 'Its endpoint is disabled. Enable the endpoint to send it.')
          : new ConflictError('DELIVERY_IN_PROGRESS', `It is ${delivery.status} and will be sent anyway.`),
      ),

    /** Nothing more is sent; an attempt that is under way is recorded and changes nothing. */
    cancel: (viewer: Viewer, id: string) =>
      move(
        viewer,
        id,
        'CANCEL',
        'delivery.cancel',
        ({ status }) => new ConflictError('DELIVERY_FINISHED', `It is ${status}: there is nothing left to cancel.`),
      ),

    get: (viewer: Viewer, id: string): Promise<Delivery | null> =>
      prisma.delivery.findFirst({ where: { id, organizationId: viewer.organizationId } }),

    list: (viewer: Viewer, filter: DeliveryFilter, query: object): Promise<Delivery[]> =>
      read(viewer.organizationId, () => list(viewer, filter, query)),

    /** At most one for each endpoint. */
    ofEvent: (viewer: Viewer, eventId: string, query: object): Promise<Delivery[]> => list(viewer, { eventId }, query),

    attempts: (viewer: Viewer, deliveryId: string, query: object): Promise<Attempt[]> =>
      prisma.attempt.findMany(page(query, { deliveryId, organizationId: viewer.organizationId }, 'asc')),

    getEvent: (viewer: Viewer, id: string): Promise<Event | null> =>
      prisma.event.findFirst({ where: { id, organizationId: viewer.organizationId } }),

    listEvents(viewer: Viewer, types: readonly string[] | null | undefined, query: object): Promise<Event[]> {
      const { organizationId } = viewer
      const which = { organizationId, ...(types?.length && { type: { in: [...types] } }) }
      return read(organizationId, () => prisma.event.findMany(page(query, which)))
    },
  }

  /**
   * As they were found: one that has moved on meanwhile must not be missing from the page, which would seem to be the last. When
   * retention has removed one meanwhile, the page is looked for again.
   */
  async function list(viewer: Viewer, filter: DeliveryFilter, query: object, tries = LIST_TRIES): Promise<Delivery[]> {
    const { organizationId } = viewer
    const ids = await findDeliveries(prisma, organizationId, filter, query)
    const found = await prisma.delivery.findMany(page(query, { organizationId, id: { in: ids } }))
    return found.length === ids.length || tries === 1 ? found : list(viewer, filter, query, tries - 1)
  }

  async function move(
    viewer: Viewer,
    id: string,
    kind: DeliveryMove,
    action: string,
    refusal: (delivery: Delivery) => Error,
  ): Promise<Delivery> {
    const { organizationId } = viewer
    await prisma.$transaction(async (tx) => {
      const scope = { id, organizationId }
      const before = await tx.delivery.findFirst({ where: scope, include: { endpoint: true } })
      if (before === null) throw new NotFoundError('delivery', id)
      if (kind === 'RETRY' && !before.endpoint.enabled)
        throw new ConflictError('ENDPOINT_DISABLED', 'Its endpoint is disabled or deleted. Enable the endpoint first.')
      await deps.audit(tx, viewer, { action, resource: id, details: { before: before.status } })
      // Last: what changes deliveries holds up what changes others of the organization until its transaction ends.
      const moved = await moveDeliveries(tx, { organizationId, deliveryId: id }, kind, deps.clock)
      if (moved === 0) throw refusal(before)
    })
    announce(deps.bus, [organizationId])
    return prisma.delivery.findFirstOrThrow({ where: { id, organizationId } })
  }
}
