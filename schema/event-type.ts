import { ConflictError, NotFoundError, ValidationError } from '../src/lib/errors.ts'
import { builder, checkPage, owned, spendBytes, viewerOf } from './builder.ts'

export const EventType = builder.prismaNode('EventType', {
  description: 'A registered type of event. Only registered types can be published.',
  id: { field: 'id', description: 'Such as `type_…`.' },
  findUnique: owned('events:read'),
  nullable: true,
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Dotted words, such as `invoice.paid`.' }),
    category: t.exposeString('category', {
      description: 'For people to group by; the first word of the name by default.',
    }),
    description: t.exposeString('description', { description: 'What the event means.' }),
    schema: t.field({
      type: 'JSON',
      nullable: true,
      description: 'JSON Schema that `data` must satisfy; null accepts anything.',
      resolve: ({ schema }, _args, context) => spendBytes(schema, JSON.stringify(schema).length, context),
    }),
    example: t.field({
      type: 'JSON',
      nullable: true,
      description: 'An example of `data`.',
      resolve: ({ example }, _args, context) => spendBytes(example, JSON.stringify(example).length, context),
    }),
    sensitiveFields: t.exposeStringList('sensitiveFields', {
      description: 'Names of fields that are removed, at any depth, before an event is stored.',
    }),
    deprecated: t.exposeBoolean('deprecated', { description: 'Whether new integrations should avoid it.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was registered.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was last changed.' }),
  }),
})

type Type = typeof EventType.$inferType

builder.queryField('eventTypes', (t) =>
  t.prismaConnection(
    {
      type: EventType,
      cursor: 'id',
      description: 'Registered event types, the newest first. Needs `events: read`.',
      authScopes: { can: 'events:read' },
      resolve(query, _root, args, context) {
        checkPage(args)
        return context.domain.eventTypes.list(viewerOf(context), query)
      },
    },
    { name: 'EventTypeConnection', description: 'A page of event types.' },
    { name: 'EventTypeEdge', description: 'An event type and its cursor.' },
  ),
)

const EventTypeCreateInput = builder.inputType('EventTypeCreateInput', {
  description: 'A new event type.',
  fields: (t) => ({
    name: t.string({
      required: true,
      description: 'Dotted words, at most 128 characters, unique in the organization.',
    }),
    category: t.string({ description: 'Default: the first word of the name.' }),
    description: t.string({ description: 'At most 2,000 characters.' }),
    schema: t.field({
      type: 'JSON',
      description:
        'JSON Schema for `data`: 2020-12, or draft-07 by `$schema`. At most 64 KiB. Default: accepts anything.',
    }),
    example: t.field({ type: 'JSON', description: 'An example of `data`. At most 256 KiB.' }),
    sensitiveFields: t.stringList({ description: 'Default: `password`, `token`, `secret`.' }),
  }),
})

const EventTypeUpdateInput = builder.inputType('EventTypeUpdateInput', {
  description: 'Changes to an event type. What is absent stays.',
  fields: (t) => ({
    category: t.string({ description: 'New category.' }),
    description: t.string({ description: 'New description.' }),
    schema: t.field({ type: 'JSON', description: 'New JSON Schema; null accepts anything.' }),
    example: t.field({ type: 'JSON', description: 'New example; null for none.' }),
    sensitiveFields: t.stringList({ description: 'New names of fields to remove.' }),
    deprecated: t.boolean({ description: 'Whether new integrations should avoid it.' }),
  }),
})

function payload(name: string, description: string) {
  return builder.objectRef<{ eventType: Type }>(name).implement({
    description,
    fields: (t) => ({
      eventType: t.field({ type: EventType, description: 'The type.', resolve: ({ eventType }) => eventType }),
    }),
  })
}

builder.mutationField('eventTypeCreate', (t) =>
  t.field({
    type: payload('EventTypeCreatePayload', 'The type that was registered.'),
    description: 'Registers an event type. Needs `events: write`.',
    authScopes: { can: 'events:write' },
    errors: { types: [ValidationError, ConflictError] },
    args: { input: t.arg({ type: EventTypeCreateInput, required: true, description: 'The type.' }) },
    resolve: async (_root, { input }, context) => ({
      eventType: await context.domain.eventTypes.create(viewerOf(context), { ...input }),
    }),
  }),
)

builder.mutationField('eventTypeUpdate', (t) =>
  t.field({
    type: payload('EventTypeUpdatePayload', 'The type as it is now.'),
    description: 'Changes an event type. Needs `events: write`. Publishes on other nodes follow within 5 seconds.',
    authScopes: { can: 'events:write' },
    errors: { types: [ValidationError, NotFoundError] },
    args: {
      id: t.arg.id({ required: true, description: 'Id of the type.' }),
      input: t.arg({ type: EventTypeUpdateInput, required: true, description: 'The changes.' }),
    },
    resolve: async (_root, { id, input }, context) => ({
      eventType: await context.domain.eventTypes.update(viewerOf(context), id, { ...input }),
    }),
  }),
)
