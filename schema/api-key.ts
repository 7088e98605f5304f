import { KeyEnvironment, KeyTier } from '../src/database/generated/enums.ts'
import { type Permissions, readPermissions } from '../src/domain/people/permissions.ts'
import { builder, checkPage, ownedById, requireViewer } from './builder.ts'

export const ApiKeyEnvironment = builder.enumType('ApiKeyEnvironment', {
  description: 'Environment of a key, which its prefix shows: `sb_live_…` or `sb_test_…`.',
  values: {
    [KeyEnvironment.LIVE]: { description: 'Key of a production system.' },
    [KeyEnvironment.TEST]: { description: 'Key of a test system. It can create test keys only.' },
  } as const,
})

export const ApiKeyTier = builder.enumType('ApiKeyTier', {
  description: 'Tier of the rate limits of a key. The operator may set other numbers.',
  values: {
    [KeyTier.STANDARD]: { description: 'At most 60 requests per minute and 3,000 per hour.' },
    [KeyTier.ELEVATED]: { description: 'At most 120 requests per minute and 6,000 per hour.' },
    [KeyTier.ENTERPRISE]: { description: 'At most 300 requests per minute and 15,000 per hour.' },
  } as const,
})

builder.prismaObject('ApiKeySecret', {
  description: 'A secret of an API key. Only its hash is stored.',
  fields: (t) => ({
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Time of creation.' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Time at which the secret expires, set by a rotation; null while it expires with the key.',
    }),
  }),
})

export const ApiKey = builder.prismaNode('ApiKey', {
  description: 'An API key. The secret is shown once, when the key is created, and stored as a hash.',
  id: { field: 'id', description: 'Id of the API key, such as `key_…`.' },
  findUnique: ownedById('keys:read'),
  nullable: true,
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Free text for people.' }),
    environment: t.expose('environment', {
      type: ApiKeyEnvironment,
      description: 'Environment of the key, LIVE or TEST.',
    }),
    displayPrefix: t.exposeString('displayPrefix', {
      description: 'First characters of the key, which tell keys apart in lists.',
    }),
    permissions: t.field({
      type: 'JSON',
      description: 'Permissions as an object of resources and their actions, such as `{ "events": ["write"] }`.',
      resolve: (key): Permissions => readPermissions(key.permissions),
    }),
    organizationId: t.exposeString('organizationId', { description: 'Id of the organization that owns the key.' }),
    tier: t.expose('tier', {
      type: ApiKeyTier,
      nullable: true,
      description: 'Tier of the rate limits; null for a key without rate limits, such as a platform key.',
    }),
    persistedOnly: t.exposeBoolean('persistedOnly', {
      description: 'True for a key that may send persisted operations only, and no document of its own.',
    }),
    allowedIps: t.exposeStringList('allowedIps', {
      description: 'Addresses and networks (CIDR) from which the key may be used; empty allows every address.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Time at which the key expires; null for a key that never expires.',
    }),
    disabledAt: t.expose('disabledAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Time at which the key was disabled; null while it is enabled.',
    }),
    revokedAt: t.expose('revokedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Time at which the key was revoked; null for a key that was not revoked.',
    }),
    revokedBy: t.exposeString('revokedBy', {
      nullable: true,
      description: 'Id of the API key that revoked this key; null for a key that was not revoked.',
    }),
    createdBy: t.exposeString('createdBy', { description: 'Id of the API key that created this key, or `system`.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Time of creation.' }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Time of the last use, accurate to a minute; null for a key that was never used.',
    }),
    lastUsedIp: t.exposeString('lastUsedIp', {
      nullable: true,
      description: 'Client address of the last use; null for a key that was never used.',
    }),
    replacedBy: t.exposeString('replacedBy', {
      nullable: true,
      description: 'Id of the key that replaced this one in a rotation; null without one.',
    }),
    secrets: t.relation('secrets', {
      query: { orderBy: { createdAt: 'asc' } },
      description: 'Valid secrets of the key: one, and the earlier ones that overlap after a rotation.',
    }),
  }),
})

builder.queryField('apiKeys', (t) =>
  t.prismaConnection(
    {
      type: ApiKey,
      cursor: 'id',
      description: 'API keys of the organization, newest first. Needs `keys: read`.',
      authScopes: { can: 'keys:read' },
      resolve(query, _root, args, context) {
        checkPage(args)
        return context.services.keys.list(requireViewer(context), query)
      },
    },
    { name: 'ApiKeyConnection', description: 'A page of API keys.' },
    { name: 'ApiKeyEdge', description: 'An API key with its cursor.' },
  ),
)
