import { KeyEnvironment, KeyTier } from '../src/database/generated/enums.ts'
import { isPersonId } from '../src/lib/ids.ts'
import { ActorType, actorOf } from './actor.ts'
import { builder, Node, ownedById } from './builder.ts'
import { PermissionType, permissionsOf } from './permission.ts'

export const ApiKeyEnvironment = builder.enumType('ApiKeyEnvironment', {
  description: 'Environment of a key, which its prefix shows: `sb_live_…` or `sb_test_…`.',
  values: {
    [KeyEnvironment.LIVE]: { description: 'Key of a production system.' },
    [KeyEnvironment.TEST]: { description: 'Key of a test system. It can create test keys only.' },
  } as const,
})

export const ApiKeyTier = builder.enumType('ApiKeyTier', {
  description: 'Tier of the rate limits of a key. The numbers are defaults that the operator may change.',
  values: {
    [KeyTier.STANDARD]: { description: 'At most 60 requests per minute and 3,000 per hour.' },
    [KeyTier.ELEVATED]: { description: 'At most 120 requests per minute and 6,000 per hour.' },
    [KeyTier.ENTERPRISE]: { description: 'At most 300 requests per minute and 15,000 per hour.' },
  } as const,
})

export const ApiKeyStatus = builder.enumType('ApiKeyStatus', {
  description: 'State of a key. The first of REVOKED, DISABLED, EXPIRED and ACTIVE that holds is its state.',
  values: {
    ACTIVE: { description: 'The key can be used.' },
    DISABLED: { description: 'The key cannot be used until it is enabled again.' },
    EXPIRED: { description: 'The time of `expiresAt` has come.' },
    REVOKED: { description: 'The key was revoked, which is final.' },
  } as const,
})

builder.prismaObject('ApiKeySecret', {
  description: 'A secret of an API key. Signalbox stores only its hash.',
  fields: (t) => ({
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Time of creation.' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'Time at which the secret expires, set by a rotation; null for a secret that lives as long as the key.',
    }),
  }),
})

export const ApiKey = builder.prismaObject('ApiKey', {
  description: 'An API key. Its secret is shown once, when the key is created or rotated, and stored as a hash.',
  interfaces: [Node],
  findUnique: ownedById('keys:read'),
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the API key, such as `key_…`.' }),
    name: t.exposeString('name', { description: 'Display name of the key.' }),
    status: t.field({
      type: ApiKeyStatus,
      description: 'State of the key at the time of the request.',
      resolve: (key, _args, { services }) => services.keys.statusOf(key),
    }),
    environment: t.expose('environment', {
      type: ApiKeyEnvironment,
      description: 'Environment of the key, LIVE or TEST.',
    }),
    displayPrefix: t.exposeString('displayPrefix', {
      description: 'First characters of the newest secret, such as `sb_live_4fGh`, which tell keys apart in lists.',
    }),
    version: t.exposeInt('revision', {
      description:
        'Version, which grows with every change of the key: of two copies, the higher version is the later one. Uses of the key do not raise it.',
    }),
    permissions: t.field({
      type: [PermissionType],
      description: 'Permissions of the key, one entry for each resource. Absent resources are forbidden.',
      resolve: ({ permissions }) => permissionsOf(permissions),
    }),
    organizationId: t.exposeString('organizationId', { description: 'Id of the organization that owns the key.' }),
    tier: t.expose('tier', {
      type: ApiKeyTier,
      nullable: true,
      description: 'Tier of the rate limits; null for a key without rate limits, such as a platform key.',
    }),
    persistedOnly: t.exposeBoolean('persistedOnly', {
      description: 'True for a key that is confined to persisted operations and cannot send other documents.',
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
    revokedBy: t.field({
      type: ActorType,
      nullable: true,
      description: 'Principal that revoked this key; null for a key that was not revoked.',
      resolve: ({ revokedBy, revokedByName }) => (revokedBy === null ? null : actorOf(revokedBy, revokedByName)),
    }),
    createdBy: t.field({
      type: ActorType,
      description: 'Principal that created this key.',
      resolve: ({ createdBy, createdByName }) => actorOf(createdBy, createdByName),
    }),
    creatorIsMember: t.boolean({
      nullable: true,
      description:
        'False for a key of a person who is no member of the organization any more; null for a key that another key created.',
      resolve: ({ organizationId, createdBy }, _args, { services }) =>
        isPersonId(createdBy) ? services.people.isMember(organizationId, createdBy) : null,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Time of creation.' }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Time of the last use, accurate to a minute; null for a key that was never used.',
    }),
    lastUsedIp: t.exposeString('lastUsedIp', {
      nullable: true,
      description:
        'Client address of the last use; null for a key that was never used, and when the address is unknown.',
    }),
    replacedBy: t.exposeString('replacedBy', {
      nullable: true,
      description: 'Id of the API key that replaced this key in a rotation; null for a key that was not replaced.',
    }),
    secrets: t.relation('secrets', {
      query: { orderBy: { createdAt: 'asc' } },
      description:
        'Secrets of the key, oldest first: one, and up to 9 earlier ones that a rotation left valid for an overlap. Expired ones leave the list at the next rotation.',
    }),
  }),
})
