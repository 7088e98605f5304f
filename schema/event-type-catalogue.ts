import { CATALOGUES } from '../src/domain/event-types/catalogues.ts'
import type { ImportedCatalogue } from '../src/domain/event-types/import-catalogue.ts'
import { ConflictError } from '../src/lib/errors.ts'
import { builder, requireViewer } from './builder.ts'
import { EventType } from './event-type.ts'
import { createPayload } from './payload.ts'

const EventTypeCatalogue = builder.enumType('EventTypeCatalogue', {
  description: 'Catalogue of event types that Signalbox brings along, each with a JSON Schema and an example.',
  values: {
    IDENTITY: {
      description: `${CATALOGUES.IDENTITY.length} types of sign-in and access: users, authentication, applications, organizations, second factors, single sign-on and roles.`,
    },
    RECRUITING: {
      description: `${CATALOGUES.RECRUITING.length} types of hiring: applications, jobs, interviews and candidates.`,
    },
  } as const,
})

const EventTypeCatalogueImportInput = builder.inputType('EventTypeCatalogueImportInput', {
  description: 'A catalogue to import.',
  fields: (t) => ({
    name: t.field({ type: EventTypeCatalogue, required: true, description: 'Name of the catalogue.' }),
  }),
})

const EventTypeCatalogueImportPayload = createPayload<ImportedCatalogue>(
  'EventTypeCatalogueImportPayload',
  'The event types of the catalogue, in its order.',
  (t) => ({
    created: t.expose('created', { type: [EventType], description: 'Event types that this call registered.' }),
    existing: t.expose('existing', {
      type: [EventType],
      description:
        'Event types of the same names that the organization could publish before, its own or those of the operator. They are left as they are.',
    }),
  }),
)

builder.mutationField('eventTypeCatalogueImport', (t) =>
  t.field({
    type: EventTypeCatalogueImportPayload,
    description:
      'Registers the event types of a catalogue that the organization cannot publish yet, all or none. A repeated call creates nothing. Needs `events: write`.',
    authScopes: { can: 'events:write' },
    errors: { types: [ConflictError] },
    args: {
      input: t.arg({ type: EventTypeCatalogueImportInput, required: true, description: 'Catalogue to import.' }),
    },
    resolve: (_root, { input }, context) => context.services.importCatalogue(requireViewer(context), input),
  }),
)
