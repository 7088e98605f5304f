import { VERDICTS, type Verdict, type Verified } from '../src/domain/keys/verify.ts'
import { ValidationError } from '../src/lib/errors.ts'
import { ApiKey } from './api-key.ts'
import { builder, omitNulls, requireViewer } from './builder.ts'
import { LimitsType } from './limits.ts'
import { PermissionInput } from './permission.ts'

const ApiKeyVerifyInput = builder.inputType('ApiKeyVerifyInput', {
  description: 'A key presented to your own API, and the request to check.',
  fields: (t) => ({
    key: t.string({ required: true, description: 'Presented API key, at most 1,000 characters.' }),
    permissions: t.field({
      type: [PermissionInput],
      description: 'Permissions that the key must have. Default none.',
    }),
    ip: t.string({
      description: 'IPv4 or IPv6 address of your caller. A key with an allowlist is IP_NOT_ALLOWED without one.',
    }),
    cost: t.int({
      description:
        'Number of requests to spend from the rate limits, 0 to 1,000. Default 1; 0 only reads the state of the limits.',
    }),
    operation: t.string({
      description:
        'Operation under which usage counts the request: 1 to 100 letters, digits or `. : / _ -`. Default `apiKeyVerify`.',
    }),
  }),
})

const CodeType = builder.enumType('ApiKeyVerifyCode', {
  description: 'Result of a key verification. When several apply, the first in the order of the checks.',
  values: Object.fromEntries(Object.entries(VERDICTS).map(([code, description]) => [code, { description }])) as Record<
    Verdict,
    { description: string }
  >,
})

const ApiKeyVerifyPayload = builder.objectRef<Verified>('ApiKeyVerifyPayload').implement({
  description: 'Result of a key verification.',
  fields: (t) => ({
    code: t.expose('code', {
      type: CodeType,
      description: 'Result code. Beside the `code` of an error, select one of the two under an alias.',
    }),
    message: t.string({ description: 'The result code as a sentence.', resolve: ({ code }) => VERDICTS[code] }),
    apiKey: t.field({
      type: ApiKey,
      nullable: true,
      description: 'Verified API key; null for NOT_FOUND.',
      resolve: ({ apiKey }) => apiKey,
    }),
    limits: t.field({
      type: LimitsType,
      nullable: true,
      description: 'Rate limits of the key after the request; null for NOT_FOUND and for a key without rate limits.',
      resolve: ({ limits }) => limits,
    }),
  }),
})

builder.mutationField('apiKeyVerify', (t) =>
  t.field({
    type: ApiKeyVerifyPayload,
    description:
      'Verifies a key presented to your own API and spends from its rate limits; a refusal spends nothing. Keys of another organization are NOT_FOUND, unless a platform key in its own organization asks. Needs `keys: read`.',
    authScopes: { can: 'keys:read' },
    errors: { types: [ValidationError] },
    args: {
      input: t.arg({
        type: ApiKeyVerifyInput,
        required: true,
        description: 'Presented key and request to check.',
      }),
    },
    resolve: (_root, { input }, context) => context.services.keys.verify(requireViewer(context), omitNulls(input)),
  }),
)
