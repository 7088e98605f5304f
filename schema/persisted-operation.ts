import { DocumentStatus } from '../src/database/generated/enums.ts'
import { ConflictError, NotFoundError, ValidationError } from '../src/lib/errors.ts'
import { ActorType, actorOf } from './actor.ts'
import { builder, Node, ownedById, requireViewer } from './builder.ts'
import { readNodes } from './pages.ts'
import { createPayload } from './payload.ts'

const StatusType = builder.enumType('PersistedDocumentStatus', {
  description: 'State of a registered operation.',
  values: {
    [DocumentStatus.CREATED]: { description: 'The operation is registered and not yet available.' },
    [DocumentStatus.ACTIVE]: { description: 'Clients can send the operation.' },
    [DocumentStatus.RETIRED]: { description: 'The operation is unavailable until it is activated again.' },
  } as const,
})

const PersistedDocument = builder.prismaObject('PersistedDocument', {
  description: 'A registered operation. Clients send its hash as `documentId`, or with the extension `persistedQuery`.',
  interfaces: [Node],
  findUnique: ownedById('keys:read'),
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the registered operation, such as `doc_…`.' }),
    documentId: t.exposeString('documentId', {
      description: 'Hash of the body that clients send: `sha256:` and the SHA-256 in hexadecimal.',
    }),
    name: t.exposeString('name', { description: 'Name of the operation, under which usage counts requests.' }),
    body: t.exposeString('body', { description: 'Text of the document.' }),
    status: t.expose('status', { type: StatusType, description: 'State of the registered operation.' }),
    createdBy: t.field({
      type: ActorType,
      description: 'Principal that registered the operation.',
      resolve: ({ createdBy, createdByName }) => actorOf(createdBy, createdByName),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Time of the registration.' }),
    activatedAt: t.expose('activatedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Time of the last activation; null for an operation that was never activated.',
    }),
    retiredAt: t.expose('retiredAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Time at which the operation was retired; null while it is not retired.',
    }),
  }),
})

builder.queryField('persistedDocuments', (t) =>
  t.connection(
    {
      type: PersistedDocument,
      description: 'Registered operations of the organization, newest first. Needs `keys: read`.',
      authScopes: { can: 'keys:read' },
      resolve: (_root, args, context, info) =>
        readNodes('PersistedDocument', args, context, info, (query) =>
          context.services.documents.list(requireViewer(context), query),
        ),
    },
    { name: 'PersistedDocumentConnection', description: 'A page of registered operations.' },
    { name: 'PersistedDocumentEdge', description: 'A registered operation with its cursor.' },
  ),
)

const CreateInput = builder.inputType('PersistedDocumentCreateInput', {
  description: 'An operation to register.',
  fields: (t) => ({
    body: t.string({
      required: true,
      description:
        'GraphQL document with exactly one operation, a name of at most 100 characters, and no `__schema` or `__type`.',
    }),
    active: t.boolean({ description: 'True makes the operation available at once. Default false.' }),
  }),
})

function payload(name: string) {
  const description = 'The registered operation after the change.'
  return createPayload<{ persistedDocument: typeof PersistedDocument.$inferType }>(name, description, (t) => ({
    persistedDocument: t.expose('persistedDocument', { type: PersistedDocument, description }),
  }))
}

builder.mutationField('persistedDocumentCreate', (t) =>
  t.field({
    type: payload('PersistedDocumentCreatePayload'),
    description:
      'Registers an operation; an organization has at most 1,000, retired ones included. At most 20 calls per minute and organization by default. Needs `keys: write`, and a key that is not confined to persisted operations.',
    authScopes: { can: 'keys:write' },
    errors: { types: [ValidationError, ConflictError] },
    args: { input: t.arg({ type: CreateInput, required: true, description: 'Operation to register.' }) },
    async resolve(_root, { input: { body, active } }, context, info) {
      const viewer = requireViewer(context)
      await context.limitField(viewer, info)
      const input = { body, active: active ?? false }
      return { persistedDocument: await context.services.documents.create(viewer, input, context.checkDocument) }
    },
  }),
)

function changeField(verb: 'Activate' | 'Retire', description: string): void {
  builder.mutationField(`persistedDocument${verb}`, (t) =>
    t.field({
      type: payload(`PersistedDocument${verb}Payload`),
      description: `${description} Other nodes follow as fast as Redis carries the message, or within 10 seconds. Needs \`keys: write\`, and a key that is not confined to persisted operations.`,
      authScopes: { can: 'keys:write' },
      errors: { types: [NotFoundError, ConflictError] },
      args: { id: t.arg.id({ required: true, description: 'Id of the registered operation.' }) },
      async resolve(_root, { id }, context) {
        const { documents } = context.services
        const change = verb === 'Activate' ? documents.activate : documents.retire
        return { persistedDocument: await change(requireViewer(context), id) }
      },
    }),
  )
}

changeField('Activate', 'Makes a registered operation available.')
changeField('Retire', 'Makes a registered operation unavailable until it is activated again.')
