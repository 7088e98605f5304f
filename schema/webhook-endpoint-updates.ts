import { endpointChannel } from '../src/bus/bus.ts'
import type { WebhookEndpoint as Endpoint } from '../src/database/generated/client.ts'
import { ALL, subscribeToChanges } from '../src/live/change-notifier.ts'
import { builder, requireViewer } from './builder.ts'
import { WebhookEndpoint } from './webhook-endpoint.ts'

const WebhookEndpointUpdate = builder
  .objectRef<{ webhookEndpoint: Endpoint | null; gap: boolean }>('WebhookEndpointUpdate')
  .implement({
    description: 'An endpoint with changed settings or health.',
    fields: (t) => ({
      webhookEndpoint: t.field({
        type: WebhookEndpoint,
        nullable: true,
        description: 'The endpoint as it is now; null when it is not known which changed.',
        resolve: ({ webhookEndpoint }) => webhookEndpoint,
      }),
      gap: t.exposeBoolean('gap', { description: 'Whether other changes may have been missed: read again.' }),
    }),
  })

builder.subscriptionField('webhookEndpointUpdates', (t) =>
  t.field({
    type: WebhookEndpointUpdate,
    description:
      'Endpoints with changed settings or health, each at most once a second; with `id` only that endpoint, beginning with its current state. Needs `webhooks: read`.',
    authScopes: { can: 'webhooks:read' },
    args: { id: t.arg.id({ description: 'Changes of this endpoint.' }) },
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
