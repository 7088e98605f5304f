import { ConflictError, NotFoundError, ValidationError } from '../src/lib/errors.ts'
import { ApiKey, ApiKeyEnvironment, ApiKeyTier } from './api-key.ts'
import { builder, given, viewerOf } from './builder.ts'

type Key = typeof ApiKey.$inferType

const PERMISSIONS =
  'Resource to actions (`read`, `write`, `delete`) over `keys`, `webhooks`, `events`, `deliveries`, `usage`, `audit`, `members`, or resources of your own API. No more than the presented key has itself.'
const ALLOWED_IPS = 'Addresses or networks in CIDR notation, at most 100; empty: from anywhere.'
const PERSISTED_ONLY = 'Whether it may send persisted operations only.'

const ApiKeyCreateInput = builder.inputType('ApiKeyCreateInput', {
  description: 'A new key.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'For people, 1 to 100 characters.' }),
    permissions: t.field({ type: 'JSON', required: true, description: PERMISSIONS }),
    environment: t.field({ type: ApiKeyEnvironment, description: 'Default LIVE.' }),
    tier: t.field({
      type: ApiKeyTier,
      description: 'Default STANDARD; for keys with platform permissions, no limits.',
    }),
    expiresAt: t.field({ type: 'DateTime', description: 'Default never.' }),
    allowedIps: t.stringList({ description: `${ALLOWED_IPS} Default empty.` }),
    persistedOnly: t.boolean({ description: `${PERSISTED_ONLY} Default false.` }),
  }),
})

const ApiKeyUpdateInput = builder.inputType('ApiKeyUpdateInput', {
  description: 'What changes of a key. What is not given stays as it is.',
  fields: (t) => ({
    name: t.string({ description: 'For people, 1 to 100 characters.' }),
    permissions: t.field({ type: 'JSON', description: PERMISSIONS }),
    tier: t.field({ type: ApiKeyTier, description: 'Null: as for a new key.' }),
    expiresAt: t.field({ type: 'DateTime', description: 'Null: never.' }),
    allowedIps: t.stringList({ description: ALLOWED_IPS }),
    persistedOnly: t.boolean({ description: PERSISTED_ONLY }),
  }),
})

const RotateMode = builder.enumType('ApiKeyRotateMode', {
  description: 'What stays of a key that is rotated.',
  values: {
    SAME_ID: { description: 'The key stays, with its limits and history, and gets a new secret.' },
    NEW_ID: { description: 'A new key with the same powers is made; the old one expires.' },
  } as const,
})

const ApiKeyRotateInput = builder.inputType('ApiKeyRotateInput', {
  description: 'How a key is rotated.',
  fields: (t) => ({
    mode: t.field({ type: RotateMode, required: true, description: 'What stays.' }),
    overlapSeconds: t.int({
      required: true,
      description: 'How long earlier secrets stay good at most: 0 to 604,800 (7 days).',
    }),
  }),
})

function secretPayload(name: string, description: string) {
  return builder.objectRef<{ apiKey: Key; secret: string }>(name).implement({
    description,
    fields: (t) => ({
      apiKey: t.field({ type: ApiKey, description: 'The key.', resolve: ({ apiKey }) => apiKey }),
      secret: t.exposeString('secret', { description: 'The key itself. It is shown this once.' }),
    }),
  })
}

function keyPayload(name: string) {
  return builder.objectRef<{ apiKey: Key }>(name).implement({
    description: 'The key as it is now.',
    fields: (t) => ({ apiKey: t.field({ type: ApiKey, description: 'The key.', resolve: ({ apiKey }) => apiKey }) }),
  })
}

builder.mutationField('apiKeyCreate', (t) =>
  t.field({
    type: secretPayload('ApiKeyCreatePayload', 'The key that was made.'),
    description:
      'Makes a key, 20 a minute and organization at most. Needs `keys: write`, and a plan other than STARTER.',
    authScopes: { can: 'keys:write' },
    errors: { types: [ValidationError, ConflictError] },
    args: { input: t.arg({ type: ApiKeyCreateInput, required: true, description: 'The key.' }) },
    async resolve(_root, { input }, context, info) {
      await context.limitField(viewerOf(context), info)
      return context.domain.keys.create(viewerOf(context), given(input))
    },
  }),
)

builder.mutationField('apiKeyUpdate', (t) =>
  t.field({
    type: keyPayload('ApiKeyUpdatePayload'),
    description:
      'Changes a key. What is taken away is gone on every node as soon as with a revocation, and subscriptions that could do more end. Needs `keys: write`.',
    authScopes: { can: 'keys:write' },
    errors: { types: [ValidationError, NotFoundError, ConflictError] },
    args: {
      id: t.arg.id({ required: true, description: 'Id of the key.' }),
      input: t.arg({ type: ApiKeyUpdateInput, required: true, description: 'The changes.' }),
    },
    async resolve(_root, { id, input: { tier, expiresAt, ...input } }, context) {
      const cleared = { ...(tier !== undefined && { tier }), ...(expiresAt !== undefined && { expiresAt }) }
      return { apiKey: await context.domain.keys.update(viewerOf(context), id, { ...given(input), ...cleared }) }
    },
  }),
)

builder.mutationField('apiKeyRotate', (t) =>
  t.field({
    type: secretPayload('ApiKeyRotatePayload', 'The key with its new secret, or the one that replaces it.'),
    description:
      'Gives a key a new secret while earlier ones stay good for a while, 20 times a minute and organization at most. Needs `keys: write`.',
    authScopes: { can: 'keys:write' },
    errors: { types: [ValidationError, NotFoundError, ConflictError] },
    args: {
      id: t.arg.id({ required: true, description: 'Id of the key.' }),
      input: t.arg({ type: ApiKeyRotateInput, required: true, description: 'How.' }),
    },
    async resolve(_root, { id, input }, context, info) {
      await context.limitField(viewerOf(context), info)
      return context.domain.keys.rotate(viewerOf(context), id, input)
    },
  }),
)

/** Revoke, disable and enable differ in what they do, not in how they are called. */
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
