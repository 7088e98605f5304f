import { EventTypeVersionConflictError } from '../src/domain/event-types/event-types.ts'
import { readableBy } from '../src/domain/event-types/visible-types.ts'
import { ConflictError, NotFoundError, ValidationError } from '../src/lib/errors.ts'
import { countResponseBytes } from './answer-bytes.ts'
import { builder, can, NO_ORGANIZATION, Node, requireViewer } from './builder.ts'
import { createPayload, EXPECTED_VERSION } from './payload.ts'

const EventTypeSource = builder.enumType('EventTypeSource', {
  description: 'Origin of an event type.',
  values: {
    ORGANIZATION: { description: 'The organization registered the event type for itself.' },
    OPERATOR: {
      description:
        'The operator registered the event type for every organization. Only the organization of the operator can change it.',
    },
  } as const,
})

export const EventType = builder.prismaObject('EventType', {
  description:
    'A registered event type, of the organization itself or of the operator. Only registered types can be published.',
  interfaces: [Node],
  findUnique({ id }, { viewer, readable }) {
    const organizationId = readable.get(id) ?? (can(viewer, 'events:read') ? viewer?.organizationId : undefined)
    return { id, ...(organizationId === undefined ? { organizationId: NO_ORGANIZATION } : readableBy(organizationId)) }
  },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the event type, such as `type_…`.' }),
    name: t.exposeString('name', {
      description: 'Name in dotted words, such as `invoice.paid`, unique among the types of its source.',
    }),
    source: t.field({
      type: EventTypeSource,
      description: 'Origin of the event type: the organization, or the operator.',
      resolve: async (type, _args, { services }) =>
        (await services.eventTypes.isOfOperator(type)) ? 'OPERATOR' : 'ORGANIZATION',
    }),
    replacesOperatorType: t.boolean({
      description:
        'True when the operator has an event type of the same name, which this one replaces in its organization: its schema and its sensitive fields count.',
      resolve: (type, _args, { services }) => services.eventTypes.replacesOperatorType(type),
    }),
    category: t.exposeString('category', {
      description: 'Category that groups event types in lists.',
    }),
    description: t.exposeString('description', { description: 'Meaning of the event, for people; empty without one.' }),
    schema: t.field({
      type: 'JSON',
      nullable: true,
      description: 'JSON Schema that `data` must satisfy; null accepts every payload.',
      resolve: ({ schema }, _args, context) => countResponseBytes(schema, JSON.stringify(schema).length, context),
    }),
    example: t.field({
      type: 'JSON',
      nullable: true,
      description: 'Example value of `data`; null without one.',
      resolve: ({ example }, _args, context) => countResponseBytes(example, JSON.stringify(example).length, context),
    }),
    sensitiveFields: t.exposeStringList('sensitiveFields', {
      description:
        'Names of fields that are removed from `data`, `previous` and `metadata`, at any depth, before an event is stored.',
    }),
    deprecated: t.exposeBoolean('deprecated', {
      description: 'True when new integrations should avoid the event type.',
    }),
    version: t.exposeInt('version', { description: 'Version, which grows with every update of the event type.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Time of the registration.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'Time of the last change.' }),
  }),
})

type Type = typeof EventType.$inferType

const EventTypeCreateInput = builder.inputType('EventTypeCreateInput', {
  description: 'An event type to register.',
  fields: (t) => ({
    name: t.string({
      required: true,
      description:
        'Name in dotted words of letters, digits, `_` and `-`, at most 128 characters, unique in the organization. An event type of the operator with the same name is replaced. The prefix `webhook.` is reserved.',
    }),
    category: t.string({
      description:
        'Category that groups event types in lists, 1 to 100 characters. Default: the first word of the name.',
    }),
    description: t.string({ description: 'Meaning of the event, at most 2,000 characters. Default empty.' }),
    schema: t.field({
      type: 'JSON',
      description:
        'JSON Schema that `data` must satisfy, at most 64 KiB: draft 2020-12, or draft-07 when `$schema` names it. Keywords that begin with `x-` are annotations; other unknown ones are refused. Default null, which accepts every payload.',
    }),
    example: t.field({ type: 'JSON', description: 'Example value of `data`, at most 256 KiB. Default null.' }),
    sensitiveFields: t.stringList({
      description:
        'Names of fields to remove before an event is stored, at most 100, matched whatever their case and with or without `_` and `-`. Default: `password`, `token`, `secret`, `accessToken`, `client_secret`, `apiKey`, `authorization`.',
    }),
  }),
})

const EventTypeUpdateInput = builder.inputType('EventTypeUpdateInput', {
  description:
    'Changes to an event type. Absent fields keep their value, as do null fields other than `schema` and `example`.',
  fields: (t) => ({
    category: t.string({ description: 'Category that groups event types in lists, 1 to 100 characters.' }),
    description: t.string({ description: 'Meaning of the event, at most 2,000 characters.' }),
    schema: t.field({
      type: 'JSON',
      description: 'JSON Schema that `data` must satisfy, at most 64 KiB; null accepts every payload.',
    }),
    example: t.field({
      type: 'JSON',
      description: 'Example value of `data`, at most 256 KiB; null removes the example.',
    }),
    sensitiveFields: t.stringList({
      description:
        'Names of fields to remove before an event is stored, at most 100, matched whatever their case and with or without `_` and `-`; replaces the list.',
    }),
    deprecated: t.boolean({ description: 'True when new integrations should avoid the event type.' }),
  }),
})

const payload = (name: string, description: string) =>
  createPayload<{ eventType: Type }>(name, description, (t) => ({
    eventType: t.expose('eventType', { type: EventType, description }),
  }))

builder.mutationField('eventTypeCreate', (t) =>
  t.field({
    type: payload('EventTypeCreatePayload', 'The registered event type.'),
    description:
      'Registers an event type; an organization has at most 2,000. One that the organization of the operator registers is visible in every organization. Needs `events: write`.',
    authScopes: { can: 'events:write' },
    errors: { types: [ValidationError, ConflictError] },
    args: { input: t.arg({ type: EventTypeCreateInput, required: true, description: 'Event type to register.' }) },
    resolve: async (_root, { input }, context) => ({
      eventType: await context.services.eventTypes.create(requireViewer(context), { ...input }),
    }),
  }),
)

builder.mutationField('eventTypeUpdate', (t) =>
  t.field({
    type: payload('EventTypeUpdatePayload', 'The event type after the change.'),
    description:
      'Changes an event type of the organization; one of the operator is read-only in other organizations. Publishes on other nodes follow within 5 seconds. Needs `events: write`.',
    authScopes: { can: 'events:write' },
    errors: { types: [ValidationError, NotFoundError, ConflictError, EventTypeVersionConflictError] },
    args: {
      id: t.arg.id({ required: true, description: 'Id of the event type.' }),
      expectedVersion: t.arg.int({ description: EXPECTED_VERSION }),
      input: t.arg({ type: EventTypeUpdateInput, required: true, description: 'Changes to make.' }),
    },
    async resolve(_root, { id, expectedVersion, input }, context) {
      const { eventTypes } = context.services
      return { eventType: await eventTypes.update(requireViewer(context), id, { ...input }, expectedVersion) }
    },
  }),
)
