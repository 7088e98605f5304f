import { builder, requireViewer } from './builder.ts'
import { readNodes, totalField } from './pages.ts'
import { WebhookEndpoint } from './webhook-endpoint.ts'

export const WebhookEndpointFilter = builder.inputType('WebhookEndpointFilter', {
  description:
    'Filter of endpoints. Every given condition must hold. The filter is checked endpoint by endpoint, for at most 1,000.',
  fields: (t) => ({
    enabled: t.boolean({
      description: 'True for enabled endpoints, false for disabled ones. Default: every endpoint.',
    }),
    failing: t.boolean({
      description:
        'True for endpoints whose last attempt failed, disabled ones included; false for the other ones. Default: every endpoint.',
    }),
    type: t.string({
      description:
        'Endpoints that are subscribed to this event type, by its name, a prefix such as `invoice.*`, or `*`. Default: every endpoint.',
    }),
    search: t.string({
      description:
        'Endpoints whose URL or description contains this text, at most 100 characters; A to Z match in either case. Default: every endpoint.',
    }),
  }),
})

builder.queryField('webhookEndpoints', (t) =>
  t.connection(
    {
      type: WebhookEndpoint,
      description: 'Endpoints of the organization, newest first. Needs `webhooks: read`.',
      authScopes: { can: 'webhooks:read' },
      args: {
        filter: t.arg({ type: WebhookEndpointFilter, description: 'Filter of endpoints. Default: every endpoint.' }),
      },
      resolve(_root, args, context, info) {
        const { endpoints } = context.services
        const [viewer, filter] = [requireViewer(context), args.filter ?? {}]
        const count = () => endpoints.count(viewer, filter)
        return readNodes(
          'WebhookEndpoint',
          args,
          context,
          info,
          (query) => endpoints.list(viewer, filter, query),
          count,
        )
      },
    },
    { name: 'WebhookEndpointConnection', description: 'A page of endpoints.', fields: (t) => totalField(t) },
    { name: 'WebhookEndpointEdge', description: 'An endpoint with its cursor.' },
  ),
)
