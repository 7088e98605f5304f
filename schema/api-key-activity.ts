import { ApiKey } from './api-key.ts'
import { builder, requireViewer } from './builder.ts'
import { LimitsType } from './limits.ts'
import { UsageType } from './usage.ts'
import { UsageFilter } from './usage-fields.ts'

const ApiKeyActivity = builder.objectRef<{ id: string }>('ApiKeyActivity').implement({
  description: 'Signs that a key is in use, which revoking or disabling it would break.',
  fields: (t) => ({
    recentRequests: t.field({
      type: 'Count',
      description: 'Number of requests with the key in this minute and the five before it, refused ones included.',
      resolve: ({ id }, _args, context) => context.services.usage.recentRequests(requireViewer(context), id),
    }),
    openSubscriptions: t.field({
      type: 'Count',
      description: 'Number of open subscriptions of the key in the answering process.',
      resolve: ({ id }, _args, { services }) => services.subscriptions.countOf(id),
    }),
  }),
})

builder.prismaObjectFields(ApiKey, (t) => ({
  activity: t.field({
    type: ApiKeyActivity,
    description: 'Signs that the key is in use. Needs `usage: read`.',
    authScopes: { can: 'usage:read' },
    resolve: ({ id }) => ({ id }),
  }),
  currentLimits: t.field({
    type: LimitsType,
    nullable: true,
    description:
      'Rate limits and quota of the key now, read without spending; null for a key without limits. Needs `usage: read`.',
    authScopes: { can: 'usage:read' },
    resolve: (key, _args, { services }) => services.keys.limitsOf(key),
  }),
  usage: t.field({
    type: UsageType,
    description: 'Usage of the key. Needs `usage: read`.',
    authScopes: { can: 'usage:read' },
    args: {
      filter: t.arg({
        type: UsageFilter,
        description: 'Filter of requests, without `keyId`. Default: every request of the last 24 hours.',
      }),
    },
    resolve: ({ id }, { filter }, context) => context.services.usage.ofKey(requireViewer(context), id, filter ?? {}),
  }),
}))
