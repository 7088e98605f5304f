import { deliveryChannel } from '../src/bus/bus.ts'
import type { DeliveryStats, Figures } from '../src/domain/deliveries/delivery-stats.ts'
import { ALL, subscribeToHints } from '../src/live/change-notifier.ts'
import { builder, viewerOf } from './builder.ts'

const DeliveryFigures = builder.interfaceRef<Figures>('DeliveryFigures').implement({
  description: 'What happened to deliveries within some days.',
  fields: (t) => ({
    total: t.exposeInt('total', { description: 'Deliveries made.' }),
    attempts: t.exposeInt('attempts', { description: 'Attempts made.' }),
    failed: t.exposeInt('failed', { description: 'Attempts that failed.' }),
    succeeded: t.exposeInt('succeeded', { description: 'Deliveries that ended in success.' }),
    dead: t.exposeInt('dead', { description: 'Deliveries that used up all attempts.' }),
    successRate: t.exposeFloat('successRate', {
      nullable: true,
      description:
        'Of deliveries that succeeded or are dead, the share that succeeded, 0 to 1; null when there are none.',
    }),
    meanDuration: t.exposeFloat('meanDuration', { nullable: true, description: 'Of attempts, in milliseconds.' }),
    p95Duration: t.exposeFloat('p95Duration', {
      nullable: true,
      description: 'Milliseconds within which 95% of the attempts ended, to about 9%.',
    }),
    meanRetries: t.exposeFloat('meanRetries', {
      nullable: true,
      description: 'Attempts after the first, for a delivery that succeeded or is dead.',
    }),
  }),
})

const DeliveryDay = builder.objectRef<DeliveryStats['days'][number]>('DeliveryDay').implement({
  description: 'The figures of one day in UTC.',
  interfaces: [DeliveryFigures],
  fields: (t) => ({ day: t.expose('day', { type: 'DateTime', description: 'When the day begins.' }) }),
})

const DeliveryStatsType = builder.objectRef<DeliveryStats>('DeliveryStats').implement({
  description: 'Statistics of deliveries. Exact, and as cheap with a hundred million deliveries as with one.',
  interfaces: [DeliveryFigures],
  fields: (t) => ({
    pending: t.exposeInt('pending', { description: 'Waiting for their first attempt now, whenever they were made.' }),
    sending: t.exposeInt('sending', { description: 'Under way now.' }),
    retrying: t.exposeInt('retrying', { description: 'Waiting for another attempt now.' }),
    held: t.exposeInt('held', { description: 'Held at disabled endpoints now.' }),
    days: t.field({
      type: [DeliveryDay],
      description: 'Days on which something happened, the oldest first.',
      resolve: ({ days }) => days,
    }),
  }),
})

const DeliveryStatsFilter = builder.inputType('DeliveryStatsFilter', {
  description: 'Which deliveries, and which days.',
  fields: (t) => ({
    endpointId: t.id({ description: 'Only to this endpoint.' }),
    from: t.field({ type: 'DateTime', description: 'From the day of this time on, in UTC. Default: 30 days in all.' }),
    to: t.field({ type: 'DateTime', description: 'To the day of this time, in UTC. Default: now.' }),
  }),
})

builder.queryField('deliveryStats', (t) =>
  t.field({
    type: DeliveryStatsType,
    description: 'Statistics of the deliveries of the organization or of one endpoint. Needs `deliveries: read`.',
    authScopes: { can: 'deliveries:read' },
    args: { filter: t.arg({ type: DeliveryStatsFilter, description: 'Default: everything, the last 30 days.' }) },
    resolve: (_root, { filter }, context) => context.domain.stats(viewerOf(context), filter ?? {}),
  }),
)

builder.subscriptionField('deliveryStatsUpdates', (t) =>
  t.field({
    type: DeliveryStatsType,
    description: 'The statistics now, and whenever they changed, at most once a second. Needs `deliveries: read`.',
    authScopes: { can: 'deliveries:read' },
    args: { filter: t.arg({ type: DeliveryStatsFilter, description: 'As for `deliveryStats`.' }) },
    async subscribe(_root, { filter }, context) {
      const { bus, stats, subscriptions } = context.domain
      const viewer = viewerOf(context)
      // A filter that is refused is refused at once.
      await stats(viewer, filter ?? {})
      return subscriptions.open(viewer, context.signal(), (onClose) =>
        subscribeToHints(bus, deliveryChannel(viewer.organizationId), { first: async () => ALL, onClose }),
      )
    },
    resolve: (_hint, { filter }, context) => context.domain.stats(viewerOf(context), filter ?? {}),
  }),
)
