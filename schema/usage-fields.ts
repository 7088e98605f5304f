import { usageChannel } from '../src/bus/bus.ts'
import { ALL, subscribeToChanges } from '../src/live/change-notifier.ts'
import { ApiKeyTier } from './api-key.ts'
import { builder, requireViewer } from './builder.ts'
import { UsageInterval, UsageType } from './usage.ts'

type InputFields = PothosSchemaTypes.InputFieldBuilder<typeof builder.$inferSchemaTypes, 'InputObject'>

/** Conditions that requests of keys and of people have in common. */
const conditions = (t: InputFields) => ({
  operation: t.string({ description: 'Requests of this operation. Default: every operation.' }),
  status: t.int({ description: 'Requests with this HTTP status. Default: every status.' }),
  from: t.field({
    type: 'DateTime',
    description: 'Start of the range, rounded down to the start of its bucket. Default: 24 hours before `to`.',
  }),
  to: t.field({
    type: 'DateTime',
    description: 'End of the range: buckets that begin before it are included. Default: now.',
  }),
  interval: t.field({
    type: UsageInterval,
    description:
      'Length of the buckets; a range has at most 1,000. Default: the shortest that is kept for the whole range and fits: MINUTE up to 3 hours, HOUR up to 8 days, DAY up to 92 days, else MONTH.',
  }),
})

export const UsageFilter = builder.inputType('UsageFilter', {
  description: 'Filter of requests. Every given condition must hold.',
  fields: (t) => ({
    keyId: t.id({ description: 'Requests with this key. Default: every key of the organization.' }),
    tier: t.field({ type: ApiKeyTier, description: 'Requests with keys that had this tier. Default: every tier.' }),
    ...conditions(t),
  }),
})

/** The usage of an organization as a field of any type. */
export const usage = {
  type: UsageType,
  authScopes: { can: 'usage:read' },
  args: builder.args((t) => ({
    filter: t.field({
      type: UsageFilter,
      description: 'Filter of requests. Default: every request of the last 24 hours.',
    }),
  })),
} as const
const PeopleUsageFilter = builder.inputType('PeopleUsageFilter', {
  description: 'Filter of requests of people. Every given condition must hold.',
  fields: conditions,
})

builder.queryField('usage', (t) =>
  t.field({
    ...usage,
    description: "Usage of the organization's API keys. Needs `usage: read`.",
    resolve: (_root, { filter }, context) =>
      context.services.usage.ofOrganization(requireViewer(context), filter ?? {}),
  }),
)

builder.queryField('peopleUsage', (t) =>
  t.field({
    type: UsageType,
    description:
      "Usage of the organization's people, who act with sessions; `usage` counts their requests nowhere. Needs `usage: read`.",
    authScopes: { can: 'usage:read' },
    args: {
      filter: t.arg({
        type: PeopleUsageFilter,
        description: 'Filter of requests. Default: every request of the last 24 hours.',
      }),
    },
    resolve: (_root, { filter }, context) => context.services.usage.ofPeople(requireViewer(context), filter ?? {}),
  }),
)

builder.queryField('invalidKeyUsage', (t) =>
  t.field({
    type: UsageType,
    description: 'Usage of unknown API keys in the whole installation. For the operator: needs `platform: read`.',
    authScopes: { can: 'platform:read' },
    args: {
      filter: t.arg({
        type: UsageFilter,
        description: 'Filter as for `usage`. Unknown keys have no tier, and `keyId` has no effect.',
      }),
    },
    resolve: (_root, { filter }, { services }) => services.usage.ofUnknownKeys(filter ?? {}),
  }),
)

builder.subscriptionField('usageUpdates', (t) =>
  t.field({
    type: UsageType,
    description:
      'Usage now and after changes, at most once a second. After a break of live messages, one message has the current figures. Needs `usage: read`.',
    authScopes: { can: 'usage:read' },
    args: {
      filter: t.arg({
        type: UsageFilter,
        description: 'Filter as for `usage`; a range without `to` ends at the current time.',
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
