import { Plan } from '../src/database/generated/enums.ts'
import { NotFoundError, ValidationError } from '../src/lib/errors.ts'
import { builder, checkPage, omitNulls, requireViewer } from './builder.ts'

const PlanType = builder.enumType('Plan', {
  description: 'Plan that an organization has agreed with the operator, who may set other numbers.',
  values: {
    [Plan.STARTER]: { description: 'At most 1,000 requests per day and key. Only the operator creates keys.' },
    [Plan.GROWTH]: { description: 'At most 50,000 requests per day and key.' },
    [Plan.ENTERPRISE]: { description: 'No daily quota.' },
  } as const,
})

export const Organization = builder.prismaNode('Organization', {
  description: 'A tenant. Every object belongs to exactly one organization and is invisible to all others.',
  id: { field: 'id', description: 'Id of the organization, such as `org_…`.' },
  findUnique: (id, { viewer }) => ({ id: viewer?.organizationId === id ? id : 'nobody' }),
  nullable: true,
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Free text for people.' }),
    plan: t.expose('plan', { type: PlanType, description: 'Plan that the organization has agreed with the operator.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Time of creation.' }),
  }),
})

builder.queryField('organizations', (t) =>
  t.prismaConnection(
    {
      type: Organization,
      cursor: 'id',
      description: 'Every organization, newest first. For the operator: needs `platform: read`.',
      authScopes: { can: 'platform:read' },
      resolve(query, _root, args, { services }) {
        checkPage(args)
        return services.organizations.listAll(query)
      },
    },
    { name: 'OrganizationConnection', description: 'A page of organizations.' },
    { name: 'OrganizationEdge', description: 'An organization with its cursor.' },
  ),
)

const OrganizationCreateInput = builder.inputType('OrganizationCreateInput', {
  description: 'An organization to create.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Name for people, 1 to 100 characters.' }),
    plan: t.field({ type: PlanType, description: 'Plan of the organization. Default GROWTH.' }),
  }),
})

const OrganizationUpdateInput = builder.inputType('OrganizationUpdateInput', {
  description: 'Changes to an organization. Absent fields keep their value.',
  fields: (t) => ({
    name: t.string({ description: 'Name for people, 1 to 100 characters.' }),
    plan: t.field({ type: PlanType, description: 'New plan. Keys follow within ten seconds.' }),
  }),
})

function payload(name: string, description: string) {
  return builder.objectRef<{ organization: typeof Organization.$inferType }>(name).implement({
    description,
    fields: (t) => ({
      organization: t.field({
        type: Organization,
        description: 'The organization. A platform key acts in it with the header `Signalbox-Organization` and its id.',
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
      input: t.arg({ type: OrganizationCreateInput, required: true, description: 'The organization to create.' }),
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
