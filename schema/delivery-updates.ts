import type { BusStatus } from '../src/bus/bus.ts'
import { createBoundedQueue, type QueueItem } from '../src/live/bounded-queue.ts'
import type { DeliveryUpdate as DeliveryUpdateMessage } from '../src/live/delivery-feed.ts'
import { builder, requireViewer } from './builder.ts'
import { Delivery, DeliveryStatusType } from './delivery.ts'
import { deliveryFromLog } from './delivery-from-log.ts'

const DeliveryUpdate = builder.objectRef<DeliveryUpdateMessage>('DeliveryUpdate').implement({
  description: 'One change of state of a delivery.',
  fields: (t) => ({
    delivery: t.field({
      type: Delivery,
      description: 'The delivery after the change.',
      resolve: ({ change }) => deliveryFromLog(change),
    }),
    cursor: t.exposeString('cursor', {
      description: 'Opaque position of the change in the delivery log. `after` resumes behind it.',
    }),
    gap: t.exposeBoolean('gap', {
      description:
        'True when changes before this one were missed, because the delivery log keeps changes for 10 minutes only. Read `deliveries` again to catch up.',
    }),
  }),
})

/** Key of a message of the delivery log within its organization; undefined for messages of other subscriptions. */
export function messageKey(message: unknown): string | undefined {
  if (typeof message !== 'object' || message === null || !('cursor' in message) || !('gap' in message)) return undefined
  return `${message.cursor} ${message.gap}`
}

const DeliveryUpdatesFilter = builder.inputType('DeliveryUpdatesFilter', {
  description: 'Filter of changes. Every given condition must hold.',
  fields: (t) => ({
    endpointId: t.id({
      description: 'Changes of deliveries to the endpoint with this id or external id. Default: every endpoint.',
    }),
    statuses: t.field({
      type: [DeliveryStatusType],
      description: 'Changes into one of these states. Default: every state.',
    }),
  }),
})

builder.subscriptionField('deliveryUpdates', (t) =>
  t.field({
    type: DeliveryUpdate,
    description:
      "Every state change of the organization's deliveries, in order and once; `after` resumes after a break. SENDING follows a second after the start of the attempt, or together with an earlier result. Needs `deliveries: read`.",
    authScopes: { can: 'deliveries:read' },
    args: {
      filter: t.arg({ type: DeliveryUpdatesFilter, description: 'Filter of the changes. Default: every change.' }),
      after: t.arg.string({
        description:
          'Cursor of the last received update, to resume behind it, or of `deliveryUpdatesCursor`. Default: changes from now on.',
      }),
    },
    subscribe(_root, { filter, after }, context) {
      const { deliveryFeed, subscriptions } = context.services
      const viewer = requireViewer(context)
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

builder.queryField('deliveryUpdatesCursor', (t) =>
  t.string({
    description:
      'Cursor of the end of the delivery log now, for the `after` of `deliveryUpdates`: a list that is read behind it, and the changes after it, miss nothing. Needs `deliveries: read`.',
    authScopes: { can: 'deliveries:read' },
    resolve: (_root, _args, context) => context.services.deliveryFeed.endOf(requireViewer(context)),
  }),
)

const LiveStatus = builder.objectRef<QueueItem<BusStatus>>('LiveStatus').implement({
  description: 'State of live messages between processes.',
  fields: (t) => ({
    degraded: t.boolean({
      description: 'True while Redis is away: deliveries go on, and changes of other processes are not shown live.',
      resolve: ({ message }) => message === 'degraded',
    }),
  }),
})

builder.subscriptionField('liveStatus', (t) =>
  t.field({
    type: LiveStatus,
    description: 'State of live messages, now and after every change.',
    authScopes: { authenticated: true },
    subscribe(_root, _args, context) {
      const { bus, subscriptions } = context.services
      return subscriptions.open(requireViewer(context), context.signal(), async (onClose) => {
        let stop = () => {}
        const mailbox = createBoundedQueue<BusStatus>({
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
