import { KeyEnvironment, KeyTier } from '../src/database/generated/enums.ts'
import { type Permissions, readPermissions } from '../src/domain/people/permissions.ts'
import { builder, checkPage, owned, viewerOf } from './builder.ts'

export const ApiKeyEnvironment = builder.enumType(KeyEnvironment, {
  name: 'ApiKeyEnvironment',
  description: 'Which word a key carries: `sb_live_…` or `sb_test_…`.',
})

export const ApiKeyTier = builder.enumType(KeyTier, {
  name: 'ApiKeyTier',
  description:
    'How much a key may be used: STANDARD 60 requests a minute and 3,000 an hour, ELEVATED 120 and 6,000, ENTERPRISE 300 and 15,000, unless the operator has set other numbers.',
})

builder.prismaObject('ApiKeySecret', {
  description: 'One secret of a key, of which only a hash is stored.',
  fields: (t) => ({
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it ends, set by a rotation; null: with the key.',
    }),
  }),
})

export const ApiKey = builder.prismaNode('ApiKey', {
  description: 'A key to this API. Its secret is shown once, when it is made, and stored as a hash.',
  id: { field: 'id', description: 'Such as `key_…`.' },
  findUnique: owned('keys:read'),
  nullable: true,
  fields: (t) => ({
    name: t.exposeString('name', { description: 'For people.' }),
    environment: t.expose('environment', { type: ApiKeyEnvironment, description: 'Live or test.' }),
    displayPrefix: t.exposeString('displayPrefix', { description: 'Its first characters, to recognise it by.' }),
    permissions: t.field({
      type: 'JSON',
      description: 'Resource to actions, such as `{ "events": ["write"] }`.',
      resolve: (key): Permissions => readPermissions(key.permissions),
    }),
    organizationId: t.exposeString('organizationId', { description: 'Id of the organization that it belongs to.' }),
    tier: t.expose('tier', {
      type: ApiKeyTier,
      nullable: true,
      description: 'Null: without limits, as keys of the host are.',
    }),
    persistedOnly: t.exposeBoolean('persistedOnly', {
      description: 'Whether it may send persisted operations only, and no text of its own.',
    }),
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
    lastUsedIp: t.exposeString('lastUsedIp', { nullable: true, description: 'From which address.' }),
    replacedBy: t.exposeString('replacedBy', {
      nullable: true,
      description: 'Id of the key that a rotation put in its place; null: none.',
    }),
    secrets: t.relation('secrets', {
      query: { orderBy: { createdAt: 'asc' } },
      description: 'What it is presented as: one, and those that a rotation lets overlap.',
    }),
  }),
})

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
