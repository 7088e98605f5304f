import { endpointChannel } from '../src/bus/bus.ts'
import type { WebhookEndpoint as Endpoint } from '../src/database/generated/client.ts'
import { ALL, subscribeToChanges } from '../src/live/change-notifier.ts'
import { builder, requireViewer } from './builder.ts'
import { WebhookEndpoint } from './webhook-endpoint.ts'

const WebhookEndpointUpdate = builder
  .objectRef<{ webhookEndpoint: Endpoint | null; gap: boolean }>('WebhookEndpointUpdate')
  .implement({
    description: 'A change of the settings or health of an endpoint.',
    fields: (t) => ({
      webhookEndpoint: t.field({
        type: WebhookEndpoint,
        nullable: true,
        description: 'The endpoint after the change; null when any endpoint may have changed.',
        resolve: ({ webhookEndpoint }) => webhookEndpoint,
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
      'Changes of the settings or health of endpoints, at most once a second for each endpoint. With `id`, the first message is the current state of that endpoint. Needs `webhooks: read`.',
    authScopes: { can: 'webhooks:read' },
    args: {
      id: t.arg.id({
        description: 'Id or external id of the endpoint with the changes. Default: every endpoint of the organization.',
      }),
    },
    subscribe(_root, { id }, context) {
      const { bus, subscriptions } = context.services
      const viewer = requireViewer(context)
      const wanted = (changed: string) => id == null || changed === id
      const first = async () => (id != null && (await context.services.endpoints.get(viewer, id)) !== null ? id : null)
      return subscriptions.open(viewer, context.signal(), (onClose) =>
        subscribeToChanges(bus, endpointChannel(viewer.organizationId), { wanted, first, onClose }),
      )
    },
    async resolve({ message, gap }, { id }, context) {
      const changed = message === ALL ? id : message
      const webhookEndpoint =
        changed == null ? null : await context.services.endpoints.get(requireViewer(context), changed)
      return { webhookEndpoint, gap: gap || message === ALL }
    },
  }),
)
