import type { GraphQLResolveInfo } from 'graphql'
import type { EndpointFilter } from '../src/domain/endpoints/search-endpoints.ts'
import { builder, type Context, requireViewer } from './builder.ts'
import { type ListArgs, readNodes, totalField } from './pages.ts'
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

const WebhookEndpointConnection = builder.connectionObject(
  {
    type: WebhookEndpoint,
    name: 'WebhookEndpointConnection',
    description: 'A page of endpoints.',
    fields: (t) => totalField(t),
  },
  { name: 'WebhookEndpointEdge', description: 'An endpoint with its cursor.' },
)

/** The list as a field of any type. */
export const endpointList = {
  type: WebhookEndpointConnection,
  authScopes: { can: 'webhooks:read' },
  args: builder.args((t) => ({
    ...t.connectionArgs(),
    filter: t.field({ type: WebhookEndpointFilter, description: 'Filter of endpoints. Default: every endpoint.' }),
  })),
} as const

export function readEndpoints(args: ListArgs<EndpointFilter>, context: Context, info: GraphQLResolveInfo) {
  const { endpoints } = context.services
  const [viewer, filter] = [requireViewer(context), args.filter ?? {}]
  const count = () => endpoints.count(viewer, filter)
  return readNodes('WebhookEndpoint', args, context, info, (query) => endpoints.list(viewer, filter, query), count)
}

builder.queryField('webhookEndpoints', (t) =>
  t.field({
    ...endpointList,
    description: 'Endpoints of the organization, newest first. Needs `webhooks: read`.',
    resolve: (_root, args, context, info) => readEndpoints(args, context, info),
  }),
)
