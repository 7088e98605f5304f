import { usageChannel } from '../src/bus/bus.ts'
import { ALL, subscribeToHints } from '../src/live/change-notifier.ts'
import { ApiKeyTier } from './api-key.ts'
import { builder, viewerOf } from './builder.ts'
import { UsageInterval, UsageType } from './usage.ts'

const UsageFilter = builder.inputType('UsageFilter', {
  description: 'Which requests. Every condition that is given must hold.',
  fields: (t) => ({
    keyId: t.id({ description: 'Only with this key. Default: with any of the organization.' }),
    operation: t.string({ description: 'Only this operation.' }),
    status: t.int({ description: 'Only with this status, as in HTTP.' }),
    tier: t.field({ type: ApiKeyTier, description: 'Only of keys that had this tier.' }),
    from: t.field({ type: 'DateTime', description: 'From the span of this time on. Default: a day before `to`.' }),
    to: t.field({ type: 'DateTime', description: 'Spans that begin before this time. Default: now.' }),
    interval: t.field({
      type: UsageInterval,
      description:
        'Spans of the series, 1,000 at most. Default: minutes up to 3 hours, hours up to 8 days, days up to 92.',
    }),
  }),
})

builder.queryField('usage', (t) =>
  t.field({
    type: UsageType,
    description: 'Requests with keys of the organization, as they were counted. Needs `usage: read`.',
    authScopes: { can: 'usage:read' },
    args: { filter: t.arg({ type: UsageFilter, description: 'Default: all of the last day.' }) },
    resolve: (_root, { filter }, context) => context.domain.usage.ofOrganization(viewerOf(context), filter ?? {}),
  }),
)

builder.queryField('unknownKeyUsage', (t) =>
  t.field({
    type: UsageType,
    description: 'Requests with keys that nobody has, of the whole installation. For the host: needs `platform: read`.',
    authScopes: { can: 'platform:read' },
    args: { filter: t.arg({ type: UsageFilter, description: 'As for `usage`; keys and tiers are of no use here.' }) },
    resolve: (_root, { filter }, { domain }) => domain.usage.ofUnknownKeys(filter ?? {}),
  }),
)

builder.subscriptionField('usageUpdates', (t) =>
  t.field({
    type: UsageType,
    description: 'Usage now, and whenever it has changed, at most once a second. Needs `usage: read`.',
    authScopes: { can: 'usage:read' },
    args: { filter: t.arg({ type: UsageFilter, description: 'As for `usage`; a range without `to` moves along.' }) },
    async subscribe(_root, { filter }, context) {
      const { bus, subscriptions, usage } = context.domain
      const viewer = viewerOf(context)
      // A filter that is refused is refused at once.
      usage.ofOrganization(viewer, filter ?? {})
      return subscriptions.open(viewer, context.signal(), async (onClose) => {
        const wanted = (id: string) => filter?.keyId == null || id === filter.keyId
        const options = { wanted, together: true, first: async () => ALL, onClose }
        return subscribeToHints(bus, usageChannel(viewer.organizationId), options)
      })
    },
    resolve: (_hint, { filter }, context) => context.domain.usage.ofOrganization(viewerOf(context), filter ?? {}),
  }),
)
