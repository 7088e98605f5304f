import { apiKeyChannel } from '../src/bus/bus.ts'
import type { ApiKey as Key } from '../src/database/generated/client.ts'
import { ApiKey } from './api-key.ts'
import { builder } from './builder.ts'
import { type ObjectUpdate, openUpdates, readUpdate } from './object-updates.ts'

const ApiKeyUpdate = builder.objectRef<ObjectUpdate<Key>>('ApiKeyUpdate').implement({
  description: 'A change of an API key.',
  fields: (t) => ({
    apiKey: t.expose('object', {
      type: ApiKey,
      nullable: true,
      description: 'The API key after the change; null when any key may have changed.',
    }),
    gap: t.exposeBoolean('gap', {
      description: 'True when further changes may have been missed. Read `apiKeys` again to catch up.',
    }),
  }),
})

builder.subscriptionField('apiKeyUpdates', (t) =>
  t.field({
    type: ApiKeyUpdate,
    description:
      'New API keys, and keys that were changed, rotated, disabled, enabled or revoked, at most once a second for each key. A use of a key and the passing of its expiry send no message. With `id`, the first message is the current state of that key. After a break of live messages, one message reports a gap. Needs `keys: read`.',
    authScopes: { can: 'keys:read' },
    args: { id: t.arg.id({ description: 'Changes of this key. Default: every key of the organization.' }) },
    subscribe: (_root, { id }, context) => openUpdates(context, id, apiKeyChannel, context.services.keys.get),
    resolve: (message, { id }, context) => readUpdate(context, id, message, context.services.keys.get),
  }),
)
