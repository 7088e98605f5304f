import type { GraphQLResolveInfo } from 'graphql'
import type { EventTypeFilter as Filter } from '../src/domain/event-types/search-event-types.ts'
import { builder, type Context, requireViewer } from './builder.ts'
import { EventType } from './event-type.ts'
import { type ListArgs, readNodes, totalField } from './pages.ts'

export const EventTypeFilter = builder.inputType('EventTypeFilter', {
  description:
    'Filter of event types. Every given condition must hold. The filter is checked type by type, for at most 2,000.',
  fields: (t) => ({
    category: t.string({ description: 'Event types of this category. Default: every category.' }),
    deprecated: t.boolean({
      description: 'True for deprecated event types, false for the other ones. Default: every event type.',
    }),
    search: t.string({
      description:
        'Event types whose name or description contains this text, at most 100 characters; A to Z match in either case. Default: every event type.',
    }),
  }),
})

const EventTypeConnection = builder.connectionObject(
  { type: EventType, name: 'EventTypeConnection', description: 'A page of event types.', fields: (t) => totalField(t) },
  { name: 'EventTypeEdge', description: 'An event type with its cursor.' },
)

/** The list as a field of any type. */
export const eventTypeList = {
  type: EventTypeConnection,
  authScopes: { can: 'events:read' },
  args: builder.args((t) => ({
    ...t.connectionArgs(),
    filter: t.field({ type: EventTypeFilter, description: 'Filter of event types. Default: every event type.' }),
  })),
} as const

export function readEventTypes(args: ListArgs<Filter>, context: Context, info: GraphQLResolveInfo) {
  const { eventTypes } = context.services
  const [viewer, filter] = [requireViewer(context), args.filter ?? {}]
  const count = () => eventTypes.count(viewer, filter)
  return readNodes('EventType', args, context, info, (query) => eventTypes.list(viewer, filter, query), count)
}

builder.queryField('eventTypes', (t) =>
  t.field({
    ...eventTypeList,
    description:
      'Event types that the organization can publish, newest first: its own, and those of the operator that no own type replaces. Needs `events: read`.',
    resolve: (_root, args, context, info) => readEventTypes(args, context, info),
  }),
)
