import { usageChannel } from '../src/bus/bus.ts'
import { ALL, subscribeToChanges } from '../src/live/change-notifier.ts'
import { ApiKeyTier } from './api-key.ts'
import { builder, requireViewer } from './builder.ts'
import { UsageInterval, UsageType } from './usage.ts'

const UsageFilter = builder.inputType('UsageFilter', {
  description: 'Filter of requests. Every given condition must hold.',
  fields: (t) => ({
    keyId: t.id({ description: 'Requests with this key. Default: every key of the organization.' }),
    operation: t.string({ description: 'Requests of this operation.' }),
    status: t.int({ description: 'Requests with this HTTP status.' }),
    tier: t.field({ type: ApiKeyTier, description: 'Requests of keys with this tier at that time.' }),
    from: t.field({
      type: 'DateTime',
      description: 'Start of the range, rounded to its bucket. Default: a day before `to`.',
    }),
    to: t.field({
      type: 'DateTime',
      description: 'End of the range: buckets that begin before it are included. Default: now.',
    }),
    interval: t.field({
      type: UsageInterval,
      description:
        'Length of the buckets in `series`, at most 1,000 buckets. Default: minutes up to 3 hours, hours up to 8 days, days up to 92 days, then months.',
    }),
  }),
})

builder.queryField('usage', (t) =>
  t.field({
    type: UsageType,
    description: "Usage of the organization's keys. Needs `usage: read`.",
    authScopes: { can: 'usage:read' },
    args: {
      filter: t.arg({
        type: UsageFilter,
        description: 'Filter of the requests. Default: every request of the last day.',
      }),
    },
    resolve: (_root, { filter }, context) =>
      context.services.usage.ofOrganization(requireViewer(context), filter ?? {}),
  }),
)

builder.queryField('unknownKeyUsage', (t) =>
  t.field({
    type: UsageType,
    description: 'Usage of unknown keys in the whole installation. For the operator: needs `platform: read`.',
    authScopes: { can: 'platform:read' },
    args: { filter: t.arg({ type: UsageFilter, description: 'Filter as for `usage`, without keys and tiers.' }) },
    resolve: (_root, { filter }, { services }) => services.usage.ofUnknownKeys(filter ?? {}),
  }),
)

builder.subscriptionField('usageUpdates', (t) =>
  t.field({
    type: UsageType,
    description: 'Usage now and after changes, at most once a second. Needs `usage: read`.',
    authScopes: { can: 'usage:read' },
    args: {
      filter: t.arg({
        type: UsageFilter,
        description: 'Filter as for `usage`; a range without `to` moves with the time.',
      }),
    },
    async subscribe(_root, { filter }, context) {
      const { bus, subscriptions, usage } = context.services
      const viewer = requireViewer(context)
      // Refuses an invalid filter before the subscription starts.
      usage.ofOrganization(viewer, filter ?? {})
      return subscriptions.open(viewer, context.signal(), async (onClose) => {
        const wanted = (id: string) => filter?.keyId == null || id === filter.keyId
        const options = { wanted, together: true, first: async () => ALL, onClose }
        return subscribeToChanges(bus, usageChannel(viewer.organizationId), options)
      })
    },
    resolve: (_hint, { filter }, context) =>
      context.services.usage.ofOrganization(requireViewer(context), filter ?? {}),
  }),
)
