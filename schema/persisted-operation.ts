import { DocumentStatus } from '../src/database/generated/enums.ts'
import { ConflictError, NotFoundError, ValidationError } from '../src/lib/errors.ts'
import { builder, checkPage, owned, viewerOf } from './builder.ts'

const StatusType = builder.enumType('PersistedDocumentStatus', {
  description: 'Whether a registered operation can be sent.',
  values: {
    [DocumentStatus.CREATED]: { description: 'Not yet.' },
    [DocumentStatus.ACTIVE]: { description: 'Yes.' },
    [DocumentStatus.RETIRED]: { description: 'Not any more.' },
  } as const,
})

const PersistedDocument = builder.prismaNode('PersistedDocument', {
  description: 'An operation that is sent by its hash: as `documentId`, or by the extension `persistedQuery`.',
  id: { field: 'id', description: 'Such as `doc_…`.' },
  findUnique: owned('keys:read'),
  nullable: true,
  fields: (t) => ({
    documentId: t.exposeString('documentId', { description: '`sha256:` and the SHA-256 of the body in hex.' }),
    name: t.exposeString('name', { description: 'The name of its operation, which usage counts it as.' }),
    body: t.exposeString('body', { description: 'The document.' }),
    status: t.expose('status', { type: StatusType, description: 'Whether it can be sent.' }),
    createdBy: t.exposeString('createdBy', { description: 'Id of the key that registered it.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was registered.' }),
    activatedAt: t.expose('activatedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was activated last; null: never.',
    }),
    retiredAt: t.expose('retiredAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was retired; null: it is not.',
    }),
  }),
})

builder.queryField('persistedDocuments', (t) =>
  t.prismaConnection(
    {
      type: PersistedDocument,
      cursor: 'id',
      description: 'Operations that the organization has registered, the newest first. Needs `keys: read`.',
      authScopes: { can: 'keys:read' },
      resolve(query, _root, args, context) {
        checkPage(args)
        return context.domain.documents.list(viewerOf(context), query)
      },
    },
    { name: 'PersistedDocumentConnection', description: 'A page of registered operations.' },
    { name: 'PersistedDocumentEdge', description: 'A registered operation and its cursor.' },
  ),
)

const CreateInput = builder.inputType('PersistedDocumentCreateInput', {
  description: 'An operation to register.',
  fields: (t) => ({
    body: t.string({
      required: true,
      description: 'A document with one operation that has a name, and does not ask about the schema.',
    }),
    active: t.boolean({ description: 'Whether it can be sent at once. Default false.' }),
  }),
})

function payload(name: string) {
  return builder.objectRef<{ persistedDocument: typeof PersistedDocument.$inferType }>(name).implement({
    description: 'The operation as it is registered now.',
    fields: (t) => ({
      persistedDocument: t.field({
        type: PersistedDocument,
        description: 'The operation.',
        resolve: ({ persistedDocument }) => persistedDocument,
      }),
    }),
  })
}

builder.mutationField('persistedDocumentCreate', (t) =>
  t.field({
    type: payload('PersistedDocumentCreatePayload'),
    description: 'Registers an operation, 1,000 at most. Needs `keys: write`, and a key that is not confined.',
    authScopes: { can: 'keys:write' },
    errors: { types: [ValidationError, ConflictError] },
    args: { input: t.arg({ type: CreateInput, required: true, description: 'The operation.' }) },
    async resolve(_root, { input: { body, active } }, context, info) {
      const viewer = viewerOf(context)
      await context.limitField(viewer, info)
      const input = { body, active: active ?? false }
      return { persistedDocument: await context.domain.documents.create(viewer, input, context.checkDocument) }
    },
  }),
)

function changeField(verb: 'Activate' | 'Retire', description: string): void {
  builder.mutationField(`persistedDocument${verb}`, (t) =>
    t.field({
      type: payload(`PersistedDocument${verb}Payload`),
      description: `${description} On every node as fast as Redis says it, or ten seconds later. Needs \`keys: write\`.`,
      authScopes: { can: 'keys:write' },
      errors: { types: [NotFoundError, ConflictError] },
      args: { id: t.arg.id({ required: true, description: 'Id of the registered operation.' }) },
      async resolve(_root, { id }, context) {
        const { documents } = context.domain
        const change = verb === 'Activate' ? documents.activate : documents.retire
        return { persistedDocument: await change(viewerOf(context), id) }
      },
    }),
  )
}

changeField('Activate', 'Lets a registered operation be sent.')
changeField('Retire', 'Lets a registered operation be sent no more.')
