import type { DeliveryStatus } from '../../prisma/generated/enums.ts'
import type { Viewer } from '../access/viewer.ts'
import { deliveryChannel, type LiveBus } from './bus.ts'
import type { DeliveryChange } from './delivery-change.ts'
import { createMailbox, type Mail, type Mailbox } from './mailbox.ts'

export interface DeliveryUpdatesFilter {
  endpointId?: string | null
  statuses?: readonly DeliveryStatus[] | null
}

/** Every change of the viewer's organization's deliveries from now on that the filter lets through. */
export async function subscribeToDeliveries(
  bus: LiveBus,
  viewer: Pick<Viewer, 'organizationId'>,
  filter: DeliveryUpdatesFilter,
  options: { limit?: number; onClose?: () => void } = {},
): Promise<Mailbox<DeliveryChange>> {
  const statuses = filter.statuses?.length ? new Set(filter.statuses) : undefined
  let unsubscribe = () => {}
  const onClose = () => {
    unsubscribe()
    options.onClose?.()
  }
  const mailbox = createMailbox<DeliveryChange>({ ...options, onClose })
  unsubscribe = await bus.subscribe(deliveryChannel(viewer.organizationId), (heard) => {
    if (heard.gap) mailbox.markGap()
    for (const change of heard.messages as DeliveryChange[]) {
      if (filter.endpointId && change.endpointId !== filter.endpointId) continue
      if (statuses !== undefined && !statuses.has(change.status)) continue
      mailbox.push(change)
    }
  })
  return mailbox
}

/** Names a change: where a subscriber has come to. */
export function cursorOf({ message }: Mail<DeliveryChange>): string {
  return Buffer.from(`${message.updatedAt} ${message.id} ${message.version}`).toString('base64url')
}
