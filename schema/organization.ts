import { Plan } from '../src/database/generated/enums.ts'
import { NotFoundError, ValidationError } from '../src/lib/errors.ts'
import { builder, checkPage, given, viewerOf } from './builder.ts'

const PlanType = builder.enumType(Plan, {
  name: 'Plan',
  description:
    'What a tenant has agreed with the host. STARTER: 1,000 requests a day and key, and the host makes the keys; GROWTH: 50,000; ENTERPRISE: no daily limit; unless the operator has set other numbers.',
})

export const Organization = builder.prismaNode('Organization', {
  description: 'A tenant. Everything belongs to exactly one, and nobody sees across that line.',
  id: { field: 'id', description: 'Such as `org_…`.' },
  findUnique: (id, { viewer }) => ({ id: viewer?.organizationId === id ? id : 'nobody' }),
  nullable: true,
  fields: (t) => ({
    name: t.exposeString('name', { description: 'For people.' }),
    plan: t.expose('plan', { type: PlanType, description: 'What it has agreed with the host.' }),
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
  fields: (t) => ({
    name: t.string({ required: true, description: '1 to 100 characters.' }),
    plan: t.field({ type: PlanType, description: 'Default GROWTH.' }),
  }),
})

const OrganizationUpdateInput = builder.inputType('OrganizationUpdateInput', {
  description: 'What changes of a tenant. What is not given stays as it is.',
  fields: (t) => ({
    name: t.string({ description: '1 to 100 characters.' }),
    plan: t.field({ type: PlanType, description: 'Its keys follow within ten seconds.' }),
  }),
})

function payload(name: string, description: string) {
  return builder.objectRef<{ organization: typeof Organization.$inferType }>(name).implement({
    description,
    fields: (t) => ({
      organization: t.field({
        type: Organization,
        description: 'To act in it with a platform key, send the header `Signalbox-Organization` with its id.',
        resolve: ({ organization }) => organization,
      }),
    }),
  })
}

builder.mutationField('organizationCreate', (t) =>
  t.field({
    type: payload('OrganizationCreatePayload', 'The tenant that was made.'),
    description: 'Makes a tenant. For the host: needs `platform: write`.',
    authScopes: { can: 'platform:write' },
    errors: { types: [ValidationError] },
    args: { input: t.arg({ type: OrganizationCreateInput, required: true, description: 'The tenant.' }) },
    resolve: async (_root, { input }, context) => ({
      organization: await context.domain.organizations.create(viewerOf(context), given(input)),
    }),
  }),
)

builder.mutationField('organizationUpdate', (t) =>
  t.field({
    type: payload('OrganizationUpdatePayload', 'The tenant as it is now.'),
    description: 'Changes a tenant. For the host: needs `platform: write`.',
    authScopes: { can: 'platform:write' },
    errors: { types: [ValidationError, NotFoundError] },
    args: {
      id: t.arg.id({ required: true, description: 'Id of the tenant.' }),
      input: t.arg({ type: OrganizationUpdateInput, required: true, description: 'The changes.' }),
    },
    resolve: async (_root, { id, input }, context) => ({
      organization: await context.domain.organizations.update(viewerOf(context), id, given(input)),
    }),
  }),
)
