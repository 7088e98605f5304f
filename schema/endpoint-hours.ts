import type { RecentHours } from '../src/domain/endpoints/recent-hours.ts'
import { builder, requireViewer } from './builder.ts'
import { WebhookEndpoint } from './webhook-endpoint.ts'

const EndpointHours = builder.objectRef<RecentHours>('WebhookEndpointHours').implement({
  description:
    'Attempts of the 24 hours (UTC) that end with the current one. Workers count them every minute; attempts that no worker counted in their hour belong to the hour of the next count of that day.',
  fields: (t) => ({
    from: t.expose('from', { type: 'DateTime', description: 'Start of the first hour.' }),
    succeeded: t.expose('succeeded', {
      type: ['Count'],
      description: 'Number of attempts that the receiver accepted, for each of the 24 hours, oldest first.',
    }),
    failed: t.expose('failed', {
      type: ['Count'],
      description: 'Number of attempts that failed, for each of the 24 hours, oldest first.',
    }),
  }),
})

builder.prismaObjectField(WebhookEndpoint, 'recentHours', (t) =>
  t.field({
    type: EndpointHours,
    nullable: true,
    description:
      'Attempts of the last 24 hours; null with an error for a key without `deliveries: read`. The endpoints of a page share one read.',
    authScopes: { can: 'deliveries:read' },
    resolve: ({ id }, _args, context) => context.services.recentHours(requireViewer(context), id),
  }),
)
