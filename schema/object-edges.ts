import { commonTypes } from '../src/domain/events/publisher.ts'
import { ApiKey } from './api-key.ts'
import { auditEntryList, readAuditEntries } from './audit-entry-list.ts'
import { builder, requireViewer } from './builder.ts'
import { deliveryList, readDeliveries } from './delivery-list.ts'
import { deliveryStats } from './delivery-stats.ts'
import { eventList, readEvents } from './event-list.ts'
import { EventType } from './event-type.ts'
import { readReplays, replayList } from './replay-list.ts'
import { WebhookEndpoint } from './webhook-endpoint.ts'
import { endpointList, readEndpoints } from './webhook-endpoint-list.ts'

// An edge reads the list of its root field, in the organization in which the request acts, under one more condition. The condition
// holds besides the filter and never replaces a part of it.

/** The id of no object. */
const NO_ID = ''

/** The id of the object, or of none when the filter names another object. */
const only = (id: string, given: string | null | undefined) => (given == null || given === id ? id : NO_ID)

builder.prismaObjectFields(ApiKey, (t) => ({
  auditEntries: t.field({
    ...auditEntryList,
    description: 'Audit trail of changes to the key, newest first. Needs `audit: read`.',
    resolve({ id }, args, context, info) {
      const filter = { ...args.filter, resourceId: only(id, args.filter?.resourceId) }
      return readAuditEntries({ ...args, filter }, context, info)
    },
  }),
  publishedEvents: t.field({
    ...eventList,
    description:
      'Events that the key published in the organization of the request, newest first; none of earlier versions. Needs `events: read`.',
    resolve({ id }, args, context, info) {
      const filter = { ...args.filter, publishedById: only(id, args.filter?.publishedById) }
      return readEvents({ ...args, filter }, context, info)
    },
  }),
}))

builder.prismaObjectFields(WebhookEndpoint, (t) => ({
  deliveries: t.field({
    ...deliveryList,
    description: 'Deliveries to the endpoint, newest first. Needs `deliveries: read`.',
    resolve({ id }, args, context, info) {
      const filter = { ...args.filter, endpointId: only(id, args.filter?.endpointId) }
      return readDeliveries({ ...args, filter }, context, info)
    },
  }),
  deliveryStats: t.field({
    ...deliveryStats,
    description: 'Delivery statistics of the endpoint. Needs `deliveries: read`.',
    resolve({ id }, { filter }, context) {
      return context.services.stats(requireViewer(context), { ...filter, endpointId: only(id, filter?.endpointId) })
    },
  }),
  replays: t.field({
    ...replayList,
    description: 'Replays to the endpoint, newest first. Needs `deliveries: read`.',
    resolve: ({ id }, args, context, info) => readReplays(args, context, info, { endpointId: id }),
  }),
  auditEntries: t.field({
    ...auditEntryList,
    description:
      'Audit trail of changes to the endpoint, and of the start of its replays, newest first. Needs `audit: read`.',
    resolve({ id }, args, context, info) {
      const filter = { ...args.filter, resourceId: only(id, args.filter?.resourceId) }
      return readAuditEntries({ ...args, filter }, context, info)
    },
  }),
}))

builder.prismaObjectFields(EventType, (t) => ({
  events: t.field({
    ...eventList,
    description:
      'Events with the name of this type in the organization of the request, newest first. Needs `events: read`.',
    resolve({ name }, args, context, info) {
      const filter = { ...args.filter, types: commonTypes(args.filter?.types, [name]) }
      return readEvents({ ...args, filter }, context, info)
    },
  }),
  webhookEndpoints: t.field({
    ...endpointList,
    description:
      'Endpoints of the organization of the request whose `eventTypes` match this type, newest first; also those whose `channels` or `predicate` refuse some of its events. Needs `webhooks: read`.',
    resolve: ({ name }, args, context, info) =>
      readEndpoints({ ...args, filter: { ...args.filter, alsoType: name } }, context, info),
  }),
}))
