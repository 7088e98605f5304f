import { ApiKeyVersionConflictError } from '../src/domain/keys/keys.ts'
import { listPermissions, readPermissions } from '../src/domain/people/permissions.ts'
import { ConflictError, NotFoundError, ValidationError } from '../src/lib/errors.ts'
import { ApiKey, ApiKeyEnvironment, ApiKeyTier } from './api-key.ts'
import { builder, omitNulls, requireViewer } from './builder.ts'
import { requireElevationToGrant } from './elevation.ts'
import { createPayload, EXPECTED_VERSION } from './payload.ts'
import { PermissionInput } from './permission.ts'

type Key = typeof ApiKey.$inferType

const PERMISSIONS =
  'Permissions on at most 64 resources, each resource once. A key cannot grant a permission that it lacks.'
const ALLOWED_IPS =
  'Addresses and networks (CIDR) from which the key may be used, at most 100; empty allows every address.'
const PERSISTED_ONLY = 'True confines the key to persisted operations.'

const ApiKeyCreateInput = builder.inputType('ApiKeyCreateInput', {
  description: 'An API key to create.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Display name, 1 to 100 characters.' }),
    permissions: t.field({ type: [PermissionInput], required: true, description: PERMISSIONS }),
    environment: t.field({ type: ApiKeyEnvironment, description: 'Environment of the key. Default LIVE.' }),
    tier: t.field({
      type: ApiKeyTier,
      description:
        'Tier of the rate limits. Default STANDARD, or no rate limits for a key with permissions on `platform`.',
    }),
    expiresAt: t.field({
      type: 'DateTime',
      description: 'Time at which the key expires, in the future; null for a key that never expires. Default null.',
    }),
    allowedIps: t.stringList({ description: `${ALLOWED_IPS} Default empty.` }),
    persistedOnly: t.boolean({ description: `${PERSISTED_ONLY} Default false.` }),
  }),
})

const ApiKeyUpdateInput = builder.inputType('ApiKeyUpdateInput', {
  description:
    'Changes to an API key. Absent fields keep their value, as do null fields other than `tier` and `expiresAt`.',
  fields: (t) => ({
    name: t.string({ description: 'Display name, 1 to 100 characters.' }),
    permissions: t.field({ type: [PermissionInput], description: PERMISSIONS }),
    tier: t.field({
      type: ApiKeyTier,
      description:
        'Tier of the rate limits; null sets the default of a new key, which is STANDARD, or no rate limits for a key with permissions on `platform`.',
    }),
    expiresAt: t.field({
      type: 'DateTime',
      description: 'Time at which the key expires, in the future; null for a key that never expires.',
    }),
    allowedIps: t.stringList({ description: ALLOWED_IPS }),
    persistedOnly: t.boolean({ description: PERSISTED_ONLY }),
  }),
})

const RotateMode = builder.enumType('ApiKeyRotateMode', {
  description: 'Part of a rotated key that stays.',
  values: {
    SAME_ID: {
      description:
        'Keeps the key with its rate limits and history and adds a new secret; earlier secrets expire at the end of the overlap.',
    },
    NEW_ID: {
      description: 'Creates a new key with the same name and rights; the old key expires at the end of the overlap.',
    },
  } as const,
})

const ApiKeyRotateInput = builder.inputType('ApiKeyRotateInput', {
  description: 'Settings of a key rotation.',
  fields: (t) => ({
    mode: t.field({
      type: RotateMode,
      required: true,
      description: 'Part of the key that stays: the key itself, or only its name and rights.',
    }),
    overlapSeconds: t.int({
      required: true,
      description:
        'Seconds for which earlier secrets stay valid, 0 to 604,800 (7 days). A key has at most 10 valid secrets.',
    }),
  }),
})

const SECRET = 'Secret to present as the API key, shown this once.'

const CreatePayload = createPayload<{ apiKey: Key; secret: string }>(
  'ApiKeyCreatePayload',
  'The created API key with its secret.',
  (t) => ({
    apiKey: t.expose('apiKey', { type: ApiKey, description: 'The created API key.' }),
    secret: t.exposeString('secret', { description: SECRET }),
  }),
)

const RotatePayload = createPayload<{ apiKey: Key; replacedApiKey: Key | null; secret: string }>(
  'ApiKeyRotatePayload',
  'The key with its new secret, or the key that replaces it.',
  (t) => ({
    apiKey: t.expose('apiKey', { type: ApiKey, description: 'The key to which the secret belongs.' }),
    replacedApiKey: t.expose('replacedApiKey', {
      type: ApiKey,
      nullable: true,
      description: 'The rotated key, which expires at the end of the overlap; null for SAME_ID.',
    }),
    secret: t.exposeString('secret', { description: SECRET }),
  }),
)

const keyPayload = (name: string) =>
  createPayload<{ apiKey: Key }>(name, 'The API key after the change.', (t) => ({
    apiKey: t.expose('apiKey', { type: ApiKey, description: 'The API key after the change.' }),
  }))

builder.mutationField('apiKeyCreate', (t) =>
  t.field({
    type: CreatePayload,
    description:
      'Creates an API key; an organization has at most 10,000 that are not revoked. At most 20 calls per minute and organization by default. A person gives the password again (`reauthenticate`) for a key with DELETE. Needs `keys: write`, and a plan other than STARTER.',
    authScopes: { can: 'keys:write' },
    errors: { types: [ValidationError, ConflictError] },
    args: { input: t.arg({ type: ApiKeyCreateInput, required: true, description: 'API key to create.' }) },
    async resolve(_root, { input }, context, info) {
      const viewer = requireViewer(context)
      requireElevationToGrant(viewer, input.permissions)
      await context.limitField(viewer, info)
      return context.services.keys.create(viewer, omitNulls(input))
    },
  }),
)

builder.mutationField('apiKeyUpdate', (t) =>
  t.field({
    type: keyPayload('ApiKeyUpdatePayload'),
    description:
      'Changes a key that is not revoked. Removed rights end on every node as fast as a revocation, and so do subscriptions that need them. A person gives the password again (`reauthenticate`) to add DELETE. Needs `keys: write`.',
    authScopes: { can: 'keys:write' },
    errors: { types: [ValidationError, NotFoundError, ConflictError, ApiKeyVersionConflictError] },
    args: {
      id: t.arg.id({ required: true, description: 'Id of the key.' }),
      expectedVersion: t.arg.int({ description: EXPECTED_VERSION }),
      input: t.arg({ type: ApiKeyUpdateInput, required: true, description: 'Changes to make.' }),
    },
    async resolve(_root, { id, expectedVersion, input: { tier, expiresAt, ...input } }, context) {
      const cleared = { ...(tier !== undefined && { tier }), ...(expiresAt !== undefined && { expiresAt }) }
      const changes = { ...omitNulls(input), ...cleared }
      const viewer = requireViewer(context)
      requireElevationToGrant(viewer, input.permissions ?? [])
      return { apiKey: await context.services.keys.update(viewer, id, changes, expectedVersion) }
    },
  }),
)

builder.mutationField('apiKeyRotate', (t) =>
  t.field({
    type: RotatePayload,
    description:
      'Gives a key a new secret and keeps earlier ones valid for an overlap. At most 20 calls per minute and organization by default. A person gives the password again (`reauthenticate`) for a key with DELETE. Needs `keys: write`.',
    authScopes: { can: 'keys:write' },
    errors: { types: [ValidationError, NotFoundError, ConflictError] },
    args: {
      id: t.arg.id({ required: true, description: 'Id of the key.' }),
      input: t.arg({ type: ApiKeyRotateInput, required: true, description: 'Mode and overlap of the rotation.' }),
    },
    async resolve(_root, { id, input }, context, info) {
      const viewer = requireViewer(context)
      // A new secret gives its reader every permission of the key.
      const key = viewer.isElevated ? null : await context.services.keys.get(viewer, id)
      if (key !== null) requireElevationToGrant(viewer, listPermissions(readPermissions(key.permissions)))
      await context.limitField(viewer, info)
      return context.services.keys.rotate(viewer, id, input)
    },
  }),
)

/** A mutation that takes only an id: revoke, disable and enable. */
function changeField(
  name: 'apiKeyRevoke' | 'apiKeyDisable' | 'apiKeyEnable',
  scope: 'keys:write' | 'keys:delete',
  description: string,
): void {
  const verb = name.slice('apiKey'.length)
  builder.mutationField(name, (t) =>
    t.field({
      type: keyPayload(`ApiKey${verb}Payload`),
      description: `${description} Needs \`${scope.replace(':', ': ')}\`.`,
      authScopes: { can: scope },
      errors: { types: [NotFoundError, ConflictError, ...(name === 'apiKeyEnable' ? [ValidationError] : [])] },
      args: { id: t.arg.id({ required: true, description: 'Id of the key.' }) },
      resolve: async (_root, { id }, context) => {
        const change = context.services.keys[verb.toLowerCase() as 'revoke' | 'disable' | 'enable']
        return { apiKey: await change(requireViewer(context), id) }
      },
    }),
  )
}

changeField(
  'apiKeyRevoke',
  'keys:delete',
  'Revokes a key and ends its subscriptions, which is final. The revocation takes effect on this node at once and on other nodes as fast as Redis carries the message: within 1 second while Redis is away, within 10 seconds while Redis hangs.',
)
changeField('apiKeyDisable', 'keys:write', 'Disables a key until it is enabled again.')
changeField('apiKeyEnable', 'keys:write', 'Enables a disabled key.')
