import { endpointChannel } from '../src/bus/bus.ts'
import type { WebhookEndpoint as Endpoint } from '../src/database/generated/client.ts'
import { builder } from './builder.ts'
import { type ObjectUpdate, openUpdates, readUpdate } from './object-updates.ts'
import { WebhookEndpoint } from './webhook-endpoint.ts'

const WebhookEndpointUpdate = builder.objectRef<ObjectUpdate<Endpoint>>('WebhookEndpointUpdate').implement({
  description: 'A change of the settings or health of an endpoint.',
  fields: (t) => ({
    webhookEndpoint: t.expose('object', {
      type: WebhookEndpoint,
      nullable: true,
      description: 'The endpoint after the change; null when any endpoint may have changed.',
    }),
    gap: t.exposeBoolean('gap', {
      description: 'True when further changes may have been missed. Read `webhookEndpoints` again to catch up.',
    }),
  }),
})

builder.subscriptionField('webhookEndpointUpdates', (t) =>
  t.field({
    type: WebhookEndpointUpdate,
    description:
      'New endpoints, and changes of the settings or health of endpoints, at most once a second for each endpoint. With `id`, the first message is the current state of that endpoint. After a break of live messages, one message reports a gap. Needs `webhooks: read`.',
    authScopes: { can: 'webhooks:read' },
    args: {
      id: t.arg.id({
        description: 'Id or external id of the endpoint with the changes. Default: every endpoint of the organization.',
      }),
    },
    subscribe: (_root, { id }, context) => openUpdates(context, id, endpointChannel, context.services.endpoints.get),
    resolve: (message, { id }, context) => readUpdate(context, id, message, context.services.endpoints.get),
  }),
)
