import { KeyEnvironment, KeyTier } from '../prisma/generated/enums.ts'
import { type Permissions, readPermissions } from '../src/access/permissions.ts'
import { ConflictError, NotFoundError, ValidationError } from '../src/errors.ts'
import { builder, checkPage, owned, viewerOf } from './builder.ts'

const Environment = builder.enumType(KeyEnvironment, {
  name: 'ApiKeyEnvironment',
  description: 'Which word a key carries: `sb_live_…` or `sb_test_…`.',
})

const Tier = builder.enumType(KeyTier, {
  name: 'ApiKeyTier',
  description: 'How much a key may be used. Stored with the key; not enforced yet.',
})

export const ApiKey = builder.prismaNode('ApiKey', {
  description: 'A key to this API. Its secret is shown once, when it is made, and stored as a hash.',
  id: { field: 'id', description: 'Such as `key_…`.' },
  findUnique: owned('keys:read'),
  nullable: true,
  fields: (t) => ({
    name: t.exposeString('name', { description: 'For people.' }),
    environment: t.expose('environment', { type: Environment, description: 'Live or test.' }),
    displayPrefix: t.exposeString('displayPrefix', { description: 'Its first characters, to recognise it by.' }),
    permissions: t.field({
      type: 'JSON',
      description: 'Resource to actions, such as `{ "events": ["write"] }`.',
      resolve: (key): Permissions => readPermissions(key.permissions),
    }),
    tier: t.expose('tier', { type: Tier, nullable: true, description: 'Null: no tier.' }),
    allowedIps: t.exposeStringList('allowedIps', {
      description: 'Addresses and networks it may be used from; empty: from anywhere.',
    }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', nullable: true, description: 'Null: never.' }),
    disabledAt: t.expose('disabledAt', { type: 'DateTime', nullable: true, description: 'Null: it is enabled.' }),
    revokedAt: t.expose('revokedAt', { type: 'DateTime', nullable: true, description: 'Null: it is not revoked.' }),
    revokedBy: t.exposeString('revokedBy', { nullable: true, description: 'Id of the key that revoked it.' }),
    createdBy: t.exposeString('createdBy', { description: 'Id of the key that made it, or `system`.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last used, to the minute; null: never.',
    }),
  }),
})

type Key = typeof ApiKey.$inferType

builder.queryField('apiKeys', (t) =>
  t.prismaConnection(
    {
      type: ApiKey,
      cursor: 'id',
      description: 'Keys of the organization, the newest first. Needs `keys: read`.',
      authScopes: { can: 'keys:read' },
      resolve(query, _root, args, context) {
        checkPage(args)
        return context.domain.keys.list(viewerOf(context), query)
      },
    },
    { name: 'ApiKeyConnection', description: 'A page of keys.' },
    { name: 'ApiKeyEdge', description: 'A key and its cursor.' },
  ),
)

const ApiKeyCreateInput = builder.inputType('ApiKeyCreateInput', {
  description: 'A new key.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'For people, 1 to 100 characters.' }),
    permissions: t.field({
      type: 'JSON',
      required: true,
      description:
        'Resource to actions (`read`, `write`, `delete`) over `keys`, `webhooks`, `events`, `deliveries`, `usage`, `audit`, `members`, or resources of your own API. No more than the presented key has itself.',
    }),
    environment: t.field({ type: Environment, description: 'Default LIVE.' }),
    tier: t.field({ type: Tier, description: 'Default none.' }),
    expiresAt: t.field({ type: 'DateTime', description: 'Default never.' }),
    allowedIps: t.stringList({
      description: 'Addresses or networks in CIDR notation, at most 100. Default: from anywhere.',
    }),
  }),
})

const ApiKeyCreatePayload = builder.objectRef<{ apiKey: Key; secret: string }>('ApiKeyCreatePayload').implement({
  description: 'The key that was made.',
  fields: (t) => ({
    apiKey: t.field({ type: ApiKey, description: 'The key.', resolve: ({ apiKey }) => apiKey }),
    secret: t.exposeString('secret', { description: 'The key itself. It is shown this once.' }),
  }),
})

builder.mutationField('apiKeyCreate', (t) =>
  t.field({
    type: ApiKeyCreatePayload,
    description: 'Makes a key. Needs `keys: write`.',
    authScopes: { can: 'keys:write' },
    errors: { types: [ValidationError] },
    args: { input: t.arg({ type: ApiKeyCreateInput, required: true, description: 'The key.' }) },
    resolve: (_root, { input: { environment, allowedIps, permissions, ...input } }, context) =>
      context.domain.keys.create(viewerOf(context), {
        ...input,
        permissions: permissions as never,
        ...(environment && { environment }),
        ...(allowedIps && { allowedIps }),
      }),
  }),
)

/** Revoke, disable and enable differ in what they do, not in how they are called. */
function changeField(
  name: 'apiKeyRevoke' | 'apiKeyDisable' | 'apiKeyEnable',
  scope: 'keys:write' | 'keys:delete',
  description: string,
): void {
  const verb = name.slice('apiKey'.length)
  const Payload = builder.objectRef<{ apiKey: Key }>(`ApiKey${verb}Payload`).implement({
    description: 'The key as it is now.',
    fields: (t) => ({ apiKey: t.field({ type: ApiKey, description: 'The key.', resolve: ({ apiKey }) => apiKey }) }),
  })
  builder.mutationField(name, (t) =>
    t.field({
      type: Payload,
      description: `${description} Needs \`${scope.replace(':', ': ')}\`.`,
      authScopes: { can: scope },
      errors: { types: [NotFoundError, ConflictError] },
      args: { id: t.arg.id({ required: true, description: 'Id of the key.' }) },
      resolve: async (_root, { id }, context) => {
        const change = context.domain.keys[verb.toLowerCase() as 'revoke' | 'disable' | 'enable']
        return { apiKey: await change(viewerOf(context), id) }
      },
    }),
  )
}

changeField(
  'apiKeyRevoke',
  'keys:delete',
  'Ends a key for good, with its subscriptions: here at once, on other nodes as fast as Redis says it, and a second later when Redis is away (ten when nobody has noticed).',
)
changeField('apiKeyDisable', 'keys:write', 'Stops a key until it is enabled again.')
changeField('apiKeyEnable', 'keys:write', 'Lets a disabled key be used again.')
