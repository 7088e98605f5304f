import { ValidationError } from '../src/errors.ts'
import { builder, checkPage, viewerOf } from './builder.ts'

export const Organization = builder.prismaNode('Organization', {
  description: 'A tenant. Everything belongs to exactly one, and nobody sees across that line.',
  id: { field: 'id', description: 'Such as `org_…`.' },
  findUnique: (id, { viewer }) => ({ id: viewer?.organizationId === id ? id : 'nobody' }),
  nullable: true,
  fields: (t) => ({
    name: t.exposeString('name', { description: 'For people.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
  }),
})

builder.queryField('organizations', (t) =>
  t.prismaConnection(
    {
      type: Organization,
      cursor: 'id',
      description: 'Every tenant, the newest first. For the host: needs `platform: read`.',
      authScopes: { can: 'platform:read' },
      resolve(query, _root, args, { domain }) {
        checkPage(args)
        return domain.organizations.listAll(query)
      },
    },
    { name: 'OrganizationConnection', description: 'A page of tenants.' },
    { name: 'OrganizationEdge', description: 'A tenant and its cursor.' },
  ),
)

const OrganizationCreateInput = builder.inputType('OrganizationCreateInput', {
  description: 'A new tenant.',
  fields: (t) => ({ name: t.string({ required: true, description: '1 to 100 characters.' }) }),
})

const OrganizationCreatePayload = builder
  .objectRef<{ organization: typeof Organization.$inferType }>('OrganizationCreatePayload')
  .implement({
    description: 'The tenant that was made.',
    fields: (t) => ({
      organization: t.field({
        type: Organization,
        description: 'To act in it with a platform key, send the header `Signalbox-Organization` with its id.',
        resolve: ({ organization }) => organization,
      }),
    }),
  })

builder.mutationField('organizationCreate', (t) =>
  t.field({
    type: OrganizationCreatePayload,
    description: 'Makes a tenant. For the host: needs `platform: write`.',
    authScopes: { can: 'platform:write' },
    errors: { types: [ValidationError] },
    args: { input: t.arg({ type: OrganizationCreateInput, required: true, description: 'The tenant.' }) },
    resolve: async (_root, { input }, context) => ({
      organization: await context.domain.organizations.create(viewerOf(context), input),
    }),
  }),
)
