import type { GraphQLResolveInfo } from 'graphql'
import type { EventFilter as Filter } from '../src/domain/events/search-events.ts'
import { builder, type Context, requireViewer } from './builder.ts'
import { Event } from './event.ts'
import { type ListArgs, readNodes, totalField } from './pages.ts'

export const EventFilter = builder.inputType('EventFilter', {
  description: 'Filter of events. Every given condition must hold; an empty list is no condition.',
  fields: (t) => ({
    id: t.id({ description: 'The event with this id. Default: every event.' }),
    idempotencyKey: t.string({
      description: 'The event that was published with this idempotency key. Default: every event.',
    }),
    types: t.stringList({ description: 'Events of one of these types. Default: every type.' }),
    publishedById: t.id({
      description:
        'Events that the principal with this id published, or `system`; none of earlier versions. Default: every principal.',
    }),
    from: t.field({ type: 'DateTime', description: 'Events stored at or after this time. Default: no lower bound.' }),
    to: t.field({ type: 'DateTime', description: 'Events stored before this time. Default: no upper bound.' }),
  }),
})

const EventConnection = builder.connectionObject(
  { type: Event, name: 'EventConnection', description: 'A page of events.', fields: (t) => totalField(t) },
  { name: 'EventEdge', description: 'An event with its cursor.' },
)

/** The list as a field of any type. */
export const eventList = {
  type: EventConnection,
  authScopes: { can: 'events:read' },
  args: builder.args((t) => ({
    ...t.connectionArgs(),
    filter: t.field({ type: EventFilter, description: 'Filter of events. Default: every event.' }),
  })),
} as const

export function readEvents(args: ListArgs<Filter>, context: Context, info: GraphQLResolveInfo) {
  const { events } = context.services
  const [viewer, filter] = [requireViewer(context), args.filter ?? {}]
  const count = () => events.count(viewer, filter)
  return readNodes('Event', args, context, info, (query) => events.list(viewer, filter, query), count)
}

builder.queryField('events', (t) =>
  t.field({
    ...eventList,
    description: 'Events of the organization, newest first. Needs `events: read`.',
    resolve: (_root, args, context, info) => readEvents(args, context, info),
  }),
)
