import { apiKeyList, readApiKeys } from './api-key-list.ts'
import { auditEntryList, readAuditEntries } from './audit-entry-list.ts'
import { builder, type Context, requireViewer } from './builder.ts'
import { deliveryList, readDeliveries } from './delivery-list.ts'
import { deliveryStats } from './delivery-stats.ts'
import { eventList, readEvents } from './event-list.ts'
import { eventTypeList, readEventTypes } from './event-type-list.ts'
import { Organization } from './organization.ts'
import { usage } from './usage-fields.ts'
import { endpointList, readEndpoints } from './webhook-endpoint-list.ts'

// Each edge is the root field of the same name, with the same arguments and permission.

const NULL = 'null for another organization than the one in which the request acts.'

/** Reads an edge of the organization in which the request acts. Every other organization answers null. */
const ofOwn = <Result>({ id }: { id: string }, context: Context, read: () => Result): Result | null =>
  id === requireViewer(context).organizationId ? read() : null

builder.prismaObjectFields(Organization, (t) => ({
  apiKeys: t.field({
    ...apiKeyList,
    nullable: true,
    description: `API keys of the organization, newest first; ${NULL} Needs \`keys: read\`.`,
    resolve: (row, args, context, info) => ofOwn(row, context, () => readApiKeys(args, context, info)),
  }),
  webhookEndpoints: t.field({
    ...endpointList,
    nullable: true,
    description: `Endpoints of the organization, newest first; ${NULL} Needs \`webhooks: read\`.`,
    resolve: (row, args, context, info) => ofOwn(row, context, () => readEndpoints(args, context, info)),
  }),
  eventTypes: t.field({
    ...eventTypeList,
    nullable: true,
    description: `Event types that the organization can publish, newest first; ${NULL} Needs \`events: read\`.`,
    resolve: (row, args, context, info) => ofOwn(row, context, () => readEventTypes(args, context, info)),
  }),
  events: t.field({
    ...eventList,
    nullable: true,
    description: `Events of the organization, newest first; ${NULL} Needs \`events: read\`.`,
    resolve: (row, args, context, info) => ofOwn(row, context, () => readEvents(args, context, info)),
  }),
  deliveries: t.field({
    ...deliveryList,
    nullable: true,
    description: `Deliveries of the organization, newest first; ${NULL} Needs \`deliveries: read\`.`,
    resolve: (row, args, context, info) => ofOwn(row, context, () => readDeliveries(args, context, info)),
  }),
  auditEntries: t.field({
    ...auditEntryList,
    nullable: true,
    description: `Audit trail of the organization, newest first; ${NULL} Needs \`audit: read\`.`,
    resolve: (row, args, context, info) => ofOwn(row, context, () => readAuditEntries(args, context, info)),
  }),
  usage: t.field({
    ...usage,
    nullable: true,
    description: `Usage of the organization's API keys; ${NULL} Needs \`usage: read\`.`,
    resolve: (row, { filter }, context) =>
      ofOwn(row, context, () => context.services.usage.ofOrganization(requireViewer(context), filter ?? {})),
  }),
  deliveryStats: t.field({
    ...deliveryStats,
    nullable: true,
    description: `Delivery statistics of the organization or of one endpoint; ${NULL} Needs \`deliveries: read\`.`,
    resolve: (row, { filter }, context) =>
      ofOwn(row, context, () => context.services.stats(requireViewer(context), filter ?? {})),
  }),
}))
