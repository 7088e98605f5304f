import { VERDICTS, type Verified } from '../src/domain/keys/verify.ts'
import { ValidationError } from '../src/lib/errors.ts'
import { ApiKey } from './api-key.ts'
import { builder, given, viewerOf } from './builder.ts'
import { LimitsType } from './limits.ts'

const ApiKeyVerifyInput = builder.inputType('ApiKeyVerifyInput', {
  description: 'A key that a caller has presented to your own API, and what it is wanted for.',
  fields: (t) => ({
    key: t.string({ required: true, description: 'The key itself.' }),
    permissions: t.field({
      type: 'JSON',
      description: 'Resource to actions that it must have, such as `{ "invoices": ["read"] }`. Default none.',
    }),
    ip: t.string({ description: 'Address of your caller. A key that is confined to addresses needs it.' }),
    cost: t.int({ description: 'Requests that this counts as, 0 to 1,000. Default 1; 0 only looks.' }),
    operation: t.string({ description: 'What usage counts it as, at most 100 characters. Default `apiKeyVerify`.' }),
  }),
})

const ApiKeyVerifyPayload = builder.objectRef<Verified>('ApiKeyVerifyPayload').implement({
  description: 'Whether the key may do this.',
  fields: (t) => ({
    // No enum: it is asked for beside the code of errors, which GraphQL wants to be of one type.
    code: t.exposeString('code', {
      description: `One of ${Object.keys(VERDICTS).join(', ')}; of several that hold, the first in this order.`,
    }),
    message: t.string({ description: 'The same, for a person.', resolve: ({ code }) => VERDICTS[code] }),
    apiKey: t.field({
      type: ApiKey,
      nullable: true,
      description: 'Whose it is; null for NOT_FOUND.',
      resolve: ({ apiKey }) => apiKey,
    }),
    limits: t.field({
      type: LimitsType,
      nullable: true,
      description: 'Its limits after this; null for NOT_FOUND and for keys without limits.',
      resolve: ({ limits }) => limits,
    }),
  }),
})

builder.mutationField('apiKeyVerify', (t) =>
  t.field({
    type: ApiKeyVerifyPayload,
    description:
      'Verifies a key that was presented to your own API, and spends from its limits. A refusal spends nothing. Keys of another organization are NOT_FOUND; a platform key that names no organization finds those of all. Needs `keys: read`.',
    authScopes: { can: 'keys:read' },
    errors: { types: [ValidationError] },
    args: { input: t.arg({ type: ApiKeyVerifyInput, required: true, description: 'The key, and what for.' }) },
    resolve: (_root, { input }, context) => context.domain.keys.verify(viewerOf(context), given(input)),
  }),
)
