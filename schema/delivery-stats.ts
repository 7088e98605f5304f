import { deliveryChannel } from '../src/bus/bus.ts'
import type { DeliveryStats, Figures } from '../src/domain/deliveries/delivery-stats.ts'
import { ALL, subscribeToChanges } from '../src/live/change-notifier.ts'
import { builder, requireViewer } from './builder.ts'

const DeliveryFigures = builder.interfaceRef<Figures>('DeliveryFigures').implement({
  description: 'Figures of deliveries within a range of days.',
  fields: (t) => ({
    total: t.exposeInt('total', { description: 'Number of deliveries created.' }),
    attempts: t.exposeInt('attempts', { description: 'Number of attempts made.' }),
    failed: t.exposeInt('failed', { description: 'Number of attempts that failed.' }),
    succeeded: t.exposeInt('succeeded', { description: 'Number of deliveries that succeeded.' }),
    dead: t.exposeInt('dead', { description: 'Number of deliveries that used up all attempts.' }),
    successRate: t.exposeFloat('successRate', {
      nullable: true,
      description: 'Share of succeeded among succeeded and dead deliveries, 0 to 1; null without one.',
    }),
    meanDuration: t.exposeFloat('meanDuration', {
      nullable: true,
      description: 'Mean duration of attempts in milliseconds; null without attempts.',
    }),
    p95Duration: t.exposeFloat('p95Duration', {
      nullable: true,
      description: '95th percentile of attempt durations in milliseconds, accurate to 9%; null without attempts.',
    }),
    meanRetries: t.exposeFloat('meanRetries', {
      nullable: true,
      description: 'Mean number of attempts after the first, per succeeded or dead delivery; null without one.',
    }),
  }),
})

const DeliveryDay = builder.objectRef<DeliveryStats['days'][number]>('DeliveryDay').implement({
  description: 'Figures of one day (UTC).',
  interfaces: [DeliveryFigures],
  fields: (t) => ({ day: t.expose('day', { type: 'DateTime', description: 'Start of the day.' }) }),
})

const DeliveryStatsType = builder.objectRef<DeliveryStats>('DeliveryStats').implement({
  description:
    'Statistics of deliveries. They are exact, and their cost does not depend on the number of stored deliveries.',
  interfaces: [DeliveryFigures],
  fields: (t) => ({
    pending: t.exposeInt('pending', { description: 'Number of deliveries that wait for their first attempt now.' }),
    sending: t.exposeInt('sending', { description: 'Number of deliveries with a request in flight now.' }),
    retrying: t.exposeInt('retrying', { description: 'Number of deliveries that wait for another attempt now.' }),
    held: t.exposeInt('held', { description: 'Number of deliveries held at disabled endpoints now.' }),
    days: t.field({
      type: [DeliveryDay],
      description: 'Days with attempts or new deliveries, oldest first.',
      resolve: ({ days }) => days,
    }),
  }),
})

const DeliveryStatsFilter = builder.inputType('DeliveryStatsFilter', {
  description: 'Filter of deliveries and days.',
  fields: (t) => ({
    endpointId: t.id({ description: 'Deliveries to this endpoint.' }),
    from: t.field({
      type: 'DateTime',
      description: 'First day, as any time of that day (UTC). Default: 30 days in all.',
    }),
    to: t.field({ type: 'DateTime', description: 'Last day, as any time of that day (UTC). Default: today.' }),
  }),
})

builder.queryField('deliveryStats', (t) =>
  t.field({
    type: DeliveryStatsType,
    description: 'Statistics of the deliveries of the organization or of one endpoint. Needs `deliveries: read`.',
    authScopes: { can: 'deliveries:read' },
    args: {
      filter: t.arg({
        type: DeliveryStatsFilter,
        description: 'Endpoint and days. Default: every endpoint, the last 30 days.',
      }),
    },
    resolve: (_root, { filter }, context) => context.services.stats(requireViewer(context), filter ?? {}),
  }),
)

builder.subscriptionField('deliveryStatsUpdates', (t) =>
  t.field({
    type: DeliveryStatsType,
    description: 'Statistics now and after changes, at most once a second. Needs `deliveries: read`.',
    authScopes: { can: 'deliveries:read' },
    args: { filter: t.arg({ type: DeliveryStatsFilter, description: 'Filter as for `deliveryStats`.' }) },
    async subscribe(_root, { filter }, context) {
      const { bus, stats, subscriptions } = context.services
      const viewer = requireViewer(context)
      // Refuses an invalid filter before the subscription starts.
      await stats(viewer, filter ?? {})
      return subscriptions.open(viewer, context.signal(), (onClose) =>
        subscribeToChanges(bus, deliveryChannel(viewer.organizationId), { first: async () => ALL, onClose }),
      )
    },
    resolve: (_hint, { filter }, context) => context.services.stats(requireViewer(context), filter ?? {}),
  }),
)
