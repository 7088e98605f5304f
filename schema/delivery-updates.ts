import type { BusStatus } from '../src/live/bus.ts'
import type { DeliveryChange } from '../src/live/delivery-change.ts'
import { cursorOf, subscribeToDeliveries } from '../src/live/delivery-updates.ts'
import { createMailbox, type Mail } from '../src/live/mailbox.ts'
import { builder, viewerOf } from './builder.ts'
import { Delivery, DeliveryStatusType } from './delivery.ts'
import { liveRow } from './live-row.ts'

const DeliveryUpdate = builder.objectRef<Mail<DeliveryChange>>('DeliveryUpdate').implement({
  description: 'One change of state of a delivery.',
  fields: (t) => ({
    delivery: t.field({
      type: Delivery,
      description: 'The delivery as the change left it.',
      resolve: ({ message }) => liveRow(message),
    }),
    cursor: t.string({ description: 'Names this change; opaque.', resolve: cursorOf }),
    gap: t.boolean({
      description:
        'Whether changes before this one may be missing: the subscriber was too slow, or Redis was away. Read `deliveries` again to catch up.',
      resolve: ({ gap }) => gap,
    }),
  }),
})

const DeliveryUpdatesFilter = builder.inputType('DeliveryUpdatesFilter', {
  description: 'Which changes. Every condition that is given must hold.',
  fields: (t) => ({
    endpointId: t.id({ description: 'Only to this endpoint.' }),
    statuses: t.field({ type: [DeliveryStatusType], description: 'Only into one of these states.' }),
  }),
})

builder.subscriptionField('deliveryUpdates', (t) =>
  t.field({
    type: DeliveryUpdate,
    description:
      "Every change of state of the organization's deliveries from now on. Messages of different processes may overtake each other: `version` tells their order. Needs `deliveries: read`.",
    authScopes: { can: 'deliveries:read' },
    args: { filter: t.arg({ type: DeliveryUpdatesFilter, description: 'Default: all changes.' }) },
    subscribe(_root, { filter }, context) {
      const { bus, subscriptions } = context.domain
      const viewer = viewerOf(context)
      return subscriptions.open(viewer, context.signal, (onClose) =>
        subscribeToDeliveries(bus, viewer, filter ?? {}, { onClose }),
      )
    },
    resolve(mail, _args, { answered }) {
      answered.eventBytes = 0
      return mail
    },
  }),
)

const LiveStatus = builder.objectRef<Mail<BusStatus>>('LiveStatus').implement({
  description: 'Whether live messages from every process arrive.',
  fields: (t) => ({
    degraded: t.boolean({
      description: 'True while Redis is away: deliveries go on, but changes made by other processes are not seen live.',
      resolve: ({ message }) => message === 'degraded',
    }),
  }),
})

builder.subscriptionField('liveStatus', (t) =>
  t.field({
    type: LiveStatus,
    description: 'How live is doing: now, and whenever that changes.',
    authScopes: { authenticated: true },
    subscribe(_root, _args, context) {
      const { bus, subscriptions } = context.domain
      return subscriptions.open(viewerOf(context), context.signal, async (onClose) => {
        let stop = () => {}
        const mailbox = createMailbox<BusStatus>({
          onClose() {
            stop()
            onClose()
          },
        })
        mailbox.push(bus.status())
        stop = bus.onStatus((status) => mailbox.push(status))
        return mailbox
      })
    },
    resolve: (mail) => mail,
  }),
)
