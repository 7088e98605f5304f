import { ApiKey, ApiKeyEnvironment, ApiKeyStatus, ApiKeyTier } from './api-key.ts'
import { builder, requireViewer } from './builder.ts'
import { readNodes, totalField } from './pages.ts'

export const ApiKeyFilter = builder.inputType('ApiKeyFilter', {
  description:
    'Filter of API keys. Every given condition must hold; an empty list is no condition. The filter is checked key by key: for at most 10,000 keys, and for revoked ones when `statuses` is absent or has REVOKED.',
  fields: (t) => ({
    statuses: t.field({ type: [ApiKeyStatus], description: 'Keys in one of these states now. Default: every state.' }),
    tiers: t.field({
      type: [ApiKeyTier],
      description: 'Keys of one of these tiers. Default: every tier, and keys without one.',
    }),
    environment: t.field({
      type: ApiKeyEnvironment,
      description: 'Keys of this environment. Default: both environments.',
    }),
    lastUsedBefore: t.field({
      type: 'DateTime',
      description:
        'Keys that were last used before this time, and keys that were created before this time and never used. Default: every key.',
    }),
    creatorIsMember: t.boolean({
      description:
        'False for keys of people who are no members any more, true for keys of members. Default: every key, those that keys created included.',
    }),
    search: t.string({
      description:
        'Keys whose name or `displayPrefix` contains this text, at most 100 characters; A to Z match in either case. Default: every key.',
    }),
  }),
})

builder.queryField('apiKeys', (t) =>
  t.connection(
    {
      type: ApiKey,
      description: 'API keys of the organization, newest first. Needs `keys: read`.',
      authScopes: { can: 'keys:read' },
      args: { filter: t.arg({ type: ApiKeyFilter, description: 'Filter of API keys. Default: every key.' }) },
      resolve(_root, args, context, info) {
        const { keys } = context.services
        const [viewer, filter] = [requireViewer(context), args.filter ?? {}]
        const count = () => keys.count(viewer, filter)
        return readNodes('ApiKey', args, context, info, (query) => keys.list(viewer, filter, query), count)
      },
    },
    { name: 'ApiKeyConnection', description: 'A page of API keys.', fields: (t) => totalField(t) },
    { name: 'ApiKeyEdge', description: 'An API key with its cursor.' },
  ),
)
