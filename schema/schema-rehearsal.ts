import {
  REHEARSAL_EXAMPLES,
  type RefusedEvent,
  type SchemaRehearsal,
} from '../src/domain/event-types/schema-rehearsal.ts'
import { ValidationError } from '../src/lib/errors.ts'
import { builder, requireViewer } from './builder.ts'
import { IssueType } from './errors.ts'
import { Event } from './event.ts'

const SchemaRehearsalInput = builder.inputType('SchemaRehearsalInput', {
  description: 'A JSON Schema to try on the stored events of a type.',
  fields: (t) => ({
    eventType: t.string({
      required: true,
      description: 'Name of a registered event type, of the organization or of the operator.',
    }),
    schema: t.field({
      type: 'JSON',
      required: true,
      description: 'JSON Schema as for `eventTypeCreate`, at most 64 KiB.',
    }),
    from: t.field({ type: 'DateTime', description: 'Events stored at or after this time. Default: no lower bound.' }),
    to: t.field({ type: 'DateTime', description: 'Events stored before this time. Default: no upper bound.' }),
  }),
})

const SchemaRehearsalExample = builder.objectRef<RefusedEvent>('SchemaRehearsalExample').implement({
  description: 'A stored event that the schema refuses.',
  fields: (t) => ({
    event: t.expose('event', { type: Event, description: 'The refused event.' }),
    issues: t.expose('issues', {
      type: [IssueType],
      description: 'Faults of its `data`, with paths such as `data.amount`.',
    }),
  }),
})

const SchemaRehearsalPayload = builder.objectRef<SchemaRehearsal>('SchemaRehearsalPayload').implement({
  description:
    'Result of a JSON Schema on stored events, the newest first. Events are checked as stored, without sensitive fields: a schema that requires such a field refuses each of them.',
  fields: (t) => ({
    examined: t.expose('examined', {
      type: 'Count',
      description: 'Number of examined events of the organization, at most 1,000.',
    }),
    refused: t.expose('refused', {
      type: 'Count',
      description: 'Number of examined events that a publish under the schema would refuse.',
    }),
    isComplete: t.exposeBoolean('isComplete', {
      description:
        'True when every stored event of the type and the time was examined; false past 1,000 events, 8 MiB of bodies, or one second of checks.',
    }),
    examples: t.expose('examples', {
      type: [SchemaRehearsalExample],
      description: `The newest refused events, at most ${REHEARSAL_EXAMPLES}.`,
    }),
    webhookEndpointCount: t.field({
      type: 'Count',
      description:
        'Number of endpoints that are subscribed to the event type, disabled ones included, before their channels and predicates. Needs `webhooks: read`.',
      authScopes: { can: 'webhooks:read' },
      resolve({ eventType }, _args, context) {
        const { endpoints, readPage } = context.services
        const viewer = requireViewer(context)
        return readPage(viewer.organizationId, () => endpoints.count(viewer, { type: eventType }))
      },
    }),
  }),
})

builder.queryField('schemaRehearsal', (t) =>
  t.field({
    type: SchemaRehearsalPayload,
    description:
      'Counts the stored events of a type that a JSON Schema would refuse, and stores nothing. One rehearsal of an organization runs at a time. Needs `events: read`.',
    authScopes: { can: 'events:read' },
    errors: { types: [ValidationError] },
    args: { input: t.arg({ type: SchemaRehearsalInput, required: true, description: 'JSON Schema to try.' }) },
    resolve: (_root, { input }, context) =>
      context.services.schemaRehearsal(requireViewer(context), input, context.signal()),
  }),
)
