import type { GraphQLResolveInfo } from 'graphql'
import type { KeyFilter } from '../src/domain/keys/search-keys.ts'
import { ApiKey, ApiKeyEnvironment, ApiKeyStatus, ApiKeyTier } from './api-key.ts'
import { builder, type Context, requireViewer } from './builder.ts'
import { type ListArgs, readNodes, totalField } from './pages.ts'

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

const ApiKeyConnection = builder.connectionObject(
  { type: ApiKey, name: 'ApiKeyConnection', description: 'A page of API keys.', fields: (t) => totalField(t) },
  { name: 'ApiKeyEdge', description: 'An API key with its cursor.' },
)

/** The list as a field of any type. */
export const apiKeyList = {
  type: ApiKeyConnection,
  authScopes: { can: 'keys:read' },
  args: builder.args((t) => ({
    ...t.connectionArgs(),
    filter: t.field({ type: ApiKeyFilter, description: 'Filter of API keys. Default: every key.' }),
  })),
} as const

export function readApiKeys(args: ListArgs<KeyFilter>, context: Context, info: GraphQLResolveInfo) {
  const { keys } = context.services
  const [viewer, filter] = [requireViewer(context), args.filter ?? {}]
  const count = () => keys.count(viewer, filter)
  return readNodes('ApiKey', args, context, info, (query) => keys.list(viewer, filter, query), count)
}

builder.queryField('apiKeys', (t) =>
  t.field({
    ...apiKeyList,
    description: 'API keys of the organization, newest first. Needs `keys: read`.',
    resolve: (_root, args, context, info) => readApiKeys(args, context, info),
  }),
)
