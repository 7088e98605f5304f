import type { BusStatus } from '../src/bus/bus.ts'
import { createMailbox, type Mail } from '../src/live/bounded-queue.ts'
import type { DeliveryUpdate as DeliveryUpdateMessage } from '../src/live/delivery-feed.ts'
import { builder, viewerOf } from './builder.ts'
import { Delivery, DeliveryStatusType } from './delivery.ts'
import { liveRow } from './delivery-from-log.ts'

const DeliveryUpdate = builder.objectRef<DeliveryUpdateMessage>('DeliveryUpdate').implement({
  description: 'One change of state of a delivery.',
  fields: (t) => ({
    delivery: t.field({
      type: Delivery,
      description: 'The delivery as the change left it.',
      resolve: ({ change }) => liveRow(change),
    }),
    cursor: t.exposeString('cursor', { description: 'Names this change; `after` goes on behind it. Opaque.' }),
    gap: t.exposeBoolean('gap', {
      description:
        'Whether changes before this one were missed: the subscriber resumed, or fell behind, by more than the live log keeps. Read `deliveries` again to catch up.',
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
      "Every change of state of the organization's deliveries, in order, each once; SENDING a second after it began, or with what came of it. After a break, `after` goes on where it was. Needs `deliveries: read`.",
    authScopes: { can: 'deliveries:read' },
    // A message carries all that is mostly asked (src/server/message-plan.ts).
    extensions: { planned: true },
    args: {
      filter: t.arg({ type: DeliveryUpdatesFilter, description: 'Default: all changes.' }),
      after: t.arg.string({
        description: 'The cursor of the last update that was seen: go on with the one after it. Default: from now on.',
      }),
    },
    subscribe(_root, { filter, after }, context) {
      const { deliveryFeed, subscriptions } = context.domain
      const viewer = viewerOf(context)
      return subscriptions.open(viewer, context.signal(), (onClose) =>
        deliveryFeed.subscribe(viewer, filter ?? {}, { after: after ?? null, onClose }),
      )
    },
    resolve(update, _args, { answered }) {
      answered.bytes = 0
      return update
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
      return subscriptions.open(viewerOf(context), context.signal(), async (onClose) => {
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
