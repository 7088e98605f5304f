import type { OrganizationFigures } from '../src/domain/operator/organizations.ts'
import { ORDERS, type OrganizationOrder } from '../src/domain/operator/organizations-sql.ts'
import { COUNTED_OF_ENDPOINT } from '../src/domain/operator/queue-sql.ts'
import { ApiKeyTier } from './api-key.ts'
import { builder } from './builder.ts'
import { CappedCount } from './capped-count.ts'
import { Organization } from './organization.ts'
import { readById } from './pages.ts'

const TierCount = builder.objectRef<OrganizationFigures['keysByTier'][number]>('TierCount').implement({
  description: 'Number of API keys of one tier.',
  fields: (t) => ({
    tier: t.expose('tier', {
      type: ApiKeyTier,
      nullable: true,
      description: 'Tier of the keys; null for keys without rate limits.',
    }),
    count: t.expose('count', { type: 'Count', description: 'Number of keys that are not revoked.' }),
  }),
})

const OperatorOrganization = builder.objectRef<OrganizationFigures>('OperatorOrganization').implement({
  description: 'An organization with the figures that show trouble. Days are of UTC.',
  fields: (t) => ({
    organization: t.field({
      type: Organization,
      description: 'The organization. Needs `platform: read`.',
      authScopes: { can: 'platform:read' },
      resolve: ({ organization }) => organization,
    }),
    waiting: t.field({
      type: CappedCount,
      description: `Number of deliveries in state PENDING or RETRYING; those of each endpoint are counted up to ${COUNTED_OF_ENDPOINT.toLocaleString('en')}.`,
      resolve: ({ waiting }) => waiting,
    }),
    oldestDueAt: t.expose('oldestDueAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Due time of the delivery that waits longest; null while none is due.',
    }),
    failureShareLastHour: t.exposeFloat('failureShareLastHour', {
      nullable: true,
      description: 'Share of failed attempts in the last 60 minutes, 0 to 1; null without attempts.',
    }),
    failureShareToday: t.exposeFloat('failureShareToday', {
      nullable: true,
      description: 'Share of failed attempts today, 0 to 1; null without attempts.',
    }),
    requestsToday: t.expose('requestsToday', { type: 'Count', description: 'Number of API requests today.' }),
    limitHitsToday: t.expose('limitHitsToday', {
      type: 'Count',
      description: 'Number of API requests today that a rate limit or quota refused.',
    }),
    keysByTier: t.field({
      type: [TierCount],
      description: 'API keys that are not revoked, by tier; tiers without a key are absent.',
      resolve: ({ keysByTier }) => keysByTier,
    }),
    failingEndpoints: t.expose('failingEndpoints', {
      type: 'Count',
      description: 'Number of enabled endpoints that failed in their last attempt.',
    }),
  }),
})

const ABOUT: Record<OrganizationOrder, string> = {
  NEWEST: 'The newest organization first.',
  OLDEST_DUE: 'The organization whose due delivery waits longest first.',
  WAITING: 'The organization with the most waiting deliveries first.',
  FAILURES_TODAY: 'The organization with the most failed attempts today first, as counted up to 10 seconds ago.',
  REQUESTS_TODAY: 'The organization with the most API requests today first.',
}

const OrderType = builder.enumType('OperatorOrganizationOrder', {
  description:
    'Order of the organizations in the list of the operator. Equal ones follow from the newest to the oldest.',
  values: Object.fromEntries(ORDERS.map((order) => [order, { description: ABOUT[order] }])) as Record<
    OrganizationOrder,
    { description: string }
  >,
})

builder.queryField('operatorOrganizations', (t) =>
  t.connection(
    {
      type: OperatorOrganization,
      description:
        'Every organization with its figures. The figures of an order are read again for each page, so that an organization may move between two pages. For the operator: needs `platform: read`.',
      authScopes: { can: 'platform:read' },
      args: { orderBy: t.arg({ type: OrderType, description: 'Order of the list. Default: NEWEST.' }) },
      resolve: (_root, { orderBy, ...args }, context) =>
        readById(
          args,
          context,
          ({ organization }: OrganizationFigures) => organization.id,
          (query) => context.services.operator.organizations.list(orderBy ?? 'NEWEST', query),
        ),
    },
    { name: 'OperatorOrganizationConnection', description: 'A page of organizations with their figures.' },
    { name: 'OperatorOrganizationEdge', description: 'An organization with its figures and its cursor.' },
  ),
)
