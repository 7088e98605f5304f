import { z } from 'zod'
import type { LiveBus } from '../../bus/bus.ts'
import { notifyLogGrew } from '../../bus/delivery-log.ts'
import type { Database, Transaction } from '../../database/client.ts'
import type { Delivery, Event, WebhookEndpoint } from '../../database/generated/client.ts'
import type { Clock } from '../../lib/clock.ts'
import { ValidationError } from '../../lib/errors.ts'
import type { MakeId } from '../../lib/ids.ts'
import { validate } from '../../lib/validate.ts'
import type { Audit } from '../audit/audit.ts'
import type { AuditAction } from '../audit/audit-actions.ts'
import { createDelivery, type DeliveryMove, MOVED_AT_ONCE, moveDeliveries } from '../deliveries/delivery-transitions.ts'
import { resolveTypeSql } from '../event-types/visible-types.ts'
import { encodeEnvelope } from '../events/envelope.ts'
import { createRemoveFields } from '../events/redact.ts'
import { TEST_EVENT_TYPE } from '../events/system-events.ts'
import type { Viewer } from '../people/viewer.ts'
import type { EndpointSecrets } from './endpoint-secrets.ts'
import { type Endpoints, urlDetail } from './endpoints.ts'

const OVERLAP_AT_MOST = 7 * 24 * 60 * 60
const OVERLAP_DEFAULT = 24 * 60 * 60

const EXAMPLE = resolveTypeSql('t.example::text AS example, t.sensitive_fields AS "sensitiveFields"')

const overlapInput = z
  .int()
  .min(0)
  .max(OVERLAP_AT_MOST)
  .nullish()
  .transform((seconds) => seconds ?? OVERLAP_DEFAULT)

/** Fate of held deliveries when their endpoint is enabled. */
export type HeldDeliveries = 'RELEASE' | 'CANCEL'

/** Enables, disables, deletes and tests endpoints, and rotates their secrets. */
export type EndpointLifecycle = ReturnType<typeof createEndpointLifecycle>

export function createEndpointLifecycle(deps: {
  database: Database
  clock: Clock
  makeId: MakeId
  audit: Audit
  bus: LiveBus
  endpoints: Endpoints
  secrets: EndpointSecrets
}) {
  const { database, clock, audit, endpoints } = deps

  return {
    /** Holds waiting deliveries: the first 1,000 in the same transaction, the rest by the workers. */
    disable: (viewer: Viewer, id: string) =>
      change(viewer, id, 'webhookEndpoint.disable', { enabled: false, disabledReason: 'Disabled on request.' }, 'HOLD'),

    /**
     * RELEASE makes the first 1,000 held deliveries due at once; the workers release the rest in portions of that size.
     */
    async enable(viewer: Viewer, id: string, held: HeldDeliveries): Promise<WebhookEndpoint> {
      // Before the endpoint is enabled: workers release held deliveries of every enabled endpoint.
      if (held === 'CANCEL') await cancelHeld(viewer, id)
      return change(viewer, id, 'webhookEndpoint.enable', { enabled: true, disabledReason: null }, held)
    },

    /**
     * Deletes the endpoint and keeps its deliveries readable. Waiting and held deliveries are canceled: the first 1,000
     * of each at once, the rest by the workers.
     */
    async remove(viewer: Viewer, id: string): Promise<WebhookEndpoint> {
      const removed = await endpoints.remove(viewer, id)
      const which = { organizationId: viewer.organizationId, endpointId: id }
      for (const move of ['DROP_HELD', 'DROP_WAITING'] as const)
        await database.prisma.$transaction((tx) => moveDeliveries(tx, which, move, clock))
      notifyLogGrew(deps.bus, [viewer.organizationId])
      return removed
    },

    /** @returns the new secret, shown this once; null for ed25519, whose public key is a field of the endpoint */
    async rotateSecret(viewer: Viewer, id: string, overlapSeconds?: number | null) {
      const overlap = validate(overlapInput, overlapSeconds, 'input.overlapSeconds')
      return database.prisma.$transaction(async (tx) => {
        const before = await endpoints.find(tx, viewer, id)
        const secret = await deps.secrets.rotate(tx, before, overlap)
        const webhookEndpoint = await tx.webhookEndpoint.update({ where: { id }, data: endpoints.changed() })
        endpoints.announce(tx, webhookEndpoint)
        const details = { overlapSeconds: overlap }
        await audit(tx, viewer, { action: 'webhookEndpoint.rotateSecret', resource: id, details })
        return { webhookEndpoint, secret }
      })
    },

    /**
     * Sends a test event through the ordinary queue, to a disabled endpoint too.
     *
     * @param type event type that gives the body its name and its example; the stored event is a test all the same, which
     *   no other endpoint and no replay receives. Default: a plain test event
     */
    async test(
      viewer: Viewer,
      id: string,
      type?: string | null,
    ): Promise<{ webhookEndpoint: WebhookEndpoint; event: Event; delivery: Delivery }> {
      const eventId = deps.makeId('evt')
      const { organizationId, requestId } = viewer
      const now = clock.now()
      const content =
        type == null
          ? {
              type: TEST_EVENT_TYPE,
              data: JSON.stringify({ message: 'This is a test event from Signalbox.', endpointId: id }),
              metadata: 'null',
            }
          : { type, data: await findExample(viewer, type), metadata: '{"test":true}' }
      const envelope = { id: eventId, timestamp: now.toISOString(), organizationId, previous: 'null' }
      const body = new Uint8Array(encodeEnvelope({ ...envelope, ...content }))
      const deliveryId = deps.makeId('dlv')
      const made = await database.prisma.$transaction(async (tx) => {
        const webhookEndpoint = await endpoints.find(tx, viewer, id)
        const event = await tx.event.create({
          data: {
            ...{ id: eventId, organizationId, type: TEST_EVENT_TYPE, body, createdAt: now },
            ...{ publishedBy: viewer.principal.id, publishedByName: viewer.principal.name, requestId },
          },
        })
        await audit(tx, viewer, {
          action: 'webhookEndpoint.test',
          resource: id,
          details: { eventId, ...(type != null && { type }) },
        })
        // Last in the transaction: the lock on the delivery log blocks other changes of the organization until the
        // commit.
        await createDelivery(tx, { id: deliveryId, event, endpoint: webhookEndpoint, trigger: 'TEST' }, clock)
        return { webhookEndpoint, event }
      })
      notifyLogGrew(deps.bus, [organizationId])
      const delivery = await database.prisma.delivery.findFirstOrThrow({ where: { id: deliveryId, organizationId } })
      return { ...made, delivery }
    },
  }

  /** The example of an event type as it would be sent. @throws ValidationError without one */
  async function findExample({ organizationId }: Viewer, type: string): Promise<string> {
    const { rows } = await database.pool.query<{ example: string | null; sensitiveFields: string[] }>(EXAMPLE, [
      organizationId,
      type,
    ])
    const [found] = rows
    if (found === undefined) throw new ValidationError([{ path: 'type', message: `"${type}" is no event type` }])
    if (found.example === null)
      throw new ValidationError([
        { path: 'type', message: `"${type}" has no example. Give it one with eventTypeUpdate` },
      ])
    return createRemoveFields(found.sensitiveFields)(found.example)
  }

  async function cancelHeld(viewer: Viewer, endpointId: string): Promise<void> {
    const { organizationId } = viewer
    for (let more = true; more; ) {
      const which = { organizationId, endpointId }
      const moved = await database.prisma.$transaction((tx) => moveDeliveries(tx, which, 'CANCEL', clock))
      notifyLogGrew(deps.bus, [organizationId])
      more = moved === MOVED_AT_ONCE
    }
  }

  async function change(
    viewer: Viewer,
    id: string,
    action: AuditAction,
    data: { enabled: boolean; disabledReason: string | null },
    move: DeliveryMove,
  ): Promise<WebhookEndpoint> {
    const endpoint = await database.prisma.$transaction(async (tx: Transaction) => {
      // Resets the failure count: the next failure alone must not disable the endpoint again. The health row is locked
      // before the endpoint, in the order of the statement that records results.
      if (data.enabled)
        await tx.endpointHealth.updateMany({
          where: { endpointId: id, endpoint: { organizationId: viewer.organizationId } },
          data: { consecutiveFailures: 0, failingSince: null },
        })
      const before = await endpoints.find(tx, viewer, id)
      const endpoint = await tx.webhookEndpoint.update({ where: { id }, data: { ...data, ...endpoints.changed() } })
      endpoints.announce(tx, endpoint)
      const moved = await moveDeliveries(tx, { organizationId: viewer.organizationId, endpointId: id }, move, clock)
      const details = { ...urlDetail(before), deliveries: moved, ...(move !== 'HOLD' && { held: move }) }
      await audit(tx, viewer, { action, resource: id, details })
      return endpoint
    })
    notifyLogGrew(deps.bus, [viewer.organizationId])
    return endpoint
  }
}
