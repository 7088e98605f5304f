import { Plan } from '../src/database/generated/enums.ts'
import { NotFoundError, ValidationError } from '../src/lib/errors.ts'
import { builder, NO_ORGANIZATION, Node, omitNulls, requireViewer } from './builder.ts'
import { readNodes } from './pages.ts'

const PlanType = builder.enumType('Plan', {
  description:
    'Plan of an organization, agreed with the operator. The numbers are defaults that the operator may change.',
  values: {
    [Plan.STARTER]: { description: 'At most 1,000 requests per day and key. Only the operator creates keys.' },
    [Plan.GROWTH]: { description: 'At most 50,000 requests per day and key.' },
    [Plan.ENTERPRISE]: { description: 'No quota of requests per day.' },
  } as const,
})

export const Organization = builder.prismaObject('Organization', {
  description: 'A tenant. Every object belongs to exactly one organization and is invisible to all others.',
  interfaces: [Node],
  findUnique: ({ id }, { viewer }) => ({ id: viewer?.organizationId === id ? id : NO_ORGANIZATION }),
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the organization, such as `org_…`.' }),
    name: t.exposeString('name', { description: 'Display name of the organization.' }),
    plan: t.expose('plan', { type: PlanType, description: 'Plan of the organization, agreed with the operator.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Time of creation.' }),
  }),
})

builder.queryField('organizations', (t) =>
  t.connection(
    {
      type: Organization,
      description: 'Every organization, newest first. For the operator: needs `platform: read`.',
      authScopes: { can: 'platform:read' },
      resolve: (_root, args, context, info) =>
        readNodes('Organization', args, context, info, (query) => context.services.organizations.listAll(query)),
    },
    { name: 'OrganizationConnection', description: 'A page of organizations.' },
    { name: 'OrganizationEdge', description: 'An organization with its cursor.' },
  ),
)

const OrganizationCreateInput = builder.inputType('OrganizationCreateInput', {
  description: 'An organization to create.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Display name, 1 to 100 characters.' }),
    plan: t.field({ type: PlanType, description: 'Plan of the organization. Default GROWTH.' }),
  }),
})

const OrganizationUpdateInput = builder.inputType('OrganizationUpdateInput', {
  description: 'Changes to an organization. Absent and null fields keep their value.',
  fields: (t) => ({
    name: t.string({ description: 'Display name, 1 to 100 characters.' }),
    plan: t.field({
      type: PlanType,
      description: 'Plan of the organization. The keys of the organization follow within 10 seconds.',
    }),
  }),
})

function payload(name: string, description: string) {
  return builder.objectRef<{ organization: typeof Organization.$inferType }>(name).implement({
    description,
    fields: (t) => ({
      organization: t.field({
        type: Organization,
        description:
          'The organization after the change. A platform key acts in an organization with the header `Signalbox-Organization: <id>`.',
        resolve: ({ organization }) => organization,
      }),
    }),
  })
}

builder.mutationField('organizationCreate', (t) =>
  t.field({
    type: payload('OrganizationCreatePayload', 'The created organization.'),
    description: 'Creates an organization. For the operator: needs `platform: write`.',
    authScopes: { can: 'platform:write' },
    errors: { types: [ValidationError] },
    args: {
      input: t.arg({ type: OrganizationCreateInput, required: true, description: 'Organization to create.' }),
    },
    resolve: async (_root, { input }, context) => ({
      organization: await context.services.organizations.create(requireViewer(context), omitNulls(input)),
    }),
  }),
)

builder.mutationField('organizationUpdate', (t) =>
  t.field({
    type: payload('OrganizationUpdatePayload', 'The organization after the change.'),
    description: 'Changes an organization. For the operator: needs `platform: write`.',
    authScopes: { can: 'platform:write' },
    errors: { types: [ValidationError, NotFoundError] },
    args: {
      id: t.arg.id({ required: true, description: 'Id of the organization.' }),
      input: t.arg({ type: OrganizationUpdateInput, required: true, description: 'Changes to make.' }),
    },
    resolve: async (_root, { id, input }, context) => ({
      organization: await context.services.organizations.update(requireViewer(context), id, omitNulls(input)),
    }),
  }),
)
