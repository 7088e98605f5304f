import { deliveryChannel } from '../src/bus/bus.ts'
import type { DeliveryStats, Figures } from '../src/domain/deliveries/delivery-stats.ts'
import { ALL, subscribeToChanges } from '../src/live/change-notifier.ts'
import { builder, requireViewer } from './builder.ts'

const DeliveryFigures = builder.interfaceRef<Figures>('DeliveryFigures').implement({
  description: 'Figures of deliveries and attempts within a range of days (UTC).',
  fields: (t) => ({
    total: t.expose('total', { type: 'Count', description: 'Number of deliveries created.' }),
    attempts: t.expose('attempts', { type: 'Count', description: 'Number of recorded attempts.' }),
    failed: t.expose('failed', { type: 'Count', description: 'Number of attempts that failed.' }),
    succeeded: t.expose('succeeded', { type: 'Count', description: 'Number of deliveries that ended as SUCCEEDED.' }),
    dead: t.expose('dead', { type: 'Count', description: 'Number of dead letters: deliveries that ended as DEAD.' }),
    successRate: t.exposeFloat('successRate', {
      nullable: true,
      description: 'Share of succeeded among succeeded and dead deliveries, 0 to 1; null without one.',
    }),
    meanDuration: t.expose('meanDuration', {
      type: 'Microseconds',
      nullable: true,
      description: 'Mean duration of an attempt; null without attempts.',
    }),
    p95Duration: t.expose('p95Duration', {
      type: 'Microseconds',
      nullable: true,
      description: '95th percentile of attempt durations, accurate to 9%; null without attempts.',
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
  fields: (t) => ({ day: t.expose('day', { type: 'DateTime', description: 'Start of the day (00:00 UTC).' }) }),
})

const DeliveryStatsType = builder.objectRef<DeliveryStats>('DeliveryStats').implement({
  description: 'Exact figures of a range of days, and the deliveries that wait now.',
  interfaces: [DeliveryFigures],
  fields: (t) => ({
    pending: t.expose('pending', {
      type: 'Count',
      description: 'Number of deliveries in state PENDING now, created at any time.',
    }),
    sending: t.expose('sending', {
      type: 'Count',
      description: 'Number of deliveries in state SENDING now, created at any time.',
    }),
    retrying: t.expose('retrying', {
      type: 'Count',
      description: 'Number of deliveries in state RETRYING now, created at any time.',
    }),
    held: t.expose('held', {
      type: 'Count',
      description: 'Number of deliveries in state HELD now, created at any time.',
    }),
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
    endpointId: t.id({
      description: 'Deliveries to the endpoint with this id or external id. Default: every endpoint.',
    }),
    from: t.field({
      type: 'DateTime',
      description:
        'First day, as any time of that day (UTC), at most 366 days before `to`. Default: 29 days before `to`.',
    }),
    to: t.field({ type: 'DateTime', description: 'Last day, as any time of that day (UTC). Default: today.' }),
  }),
})

/** The statistics as a field of any type. */
export const deliveryStats = {
  type: DeliveryStatsType,
  authScopes: { can: 'deliveries:read' },
  args: builder.args((t) => ({
    filter: t.field({
      type: DeliveryStatsFilter,
      description: 'Filter of deliveries and days. Default: every endpoint, the last 30 days.',
    }),
  })),
} as const

builder.queryField('deliveryStats', (t) =>
  t.field({
    ...deliveryStats,
    description: 'Delivery statistics of the organization or of one endpoint. Needs `deliveries: read`.',
    resolve: (_root, { filter }, context) => context.services.stats(requireViewer(context), filter ?? {}),
  }),
)

builder.subscriptionField('deliveryStatsUpdates', (t) =>
  t.field({
    type: DeliveryStatsType,
    description:
      'Delivery statistics now and after changes, at most once a second. After a break of live messages, one message has the current figures. Needs `deliveries: read`.',
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
