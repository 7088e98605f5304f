import { Plan } from '../src/database/generated/enums.ts'
import { OrganizationVersionConflictError } from '../src/domain/organizations/organizations.ts'
import { ConflictError, NotFoundError, ValidationError } from '../src/lib/errors.ts'
import { builder, NO_ORGANIZATION, Node, omitNulls, requireViewer } from './builder.ts'
import { readNodes } from './pages.ts'
import { EXPECTED_VERSION } from './payload.ts'

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
    externalId: t.exposeString('externalId', {
      nullable: true,
      description: "Id of the organization in the operator's own system, unique in the installation; null without one.",
    }),
    name: t.exposeString('name', { description: 'Display name of the organization.' }),
    plan: t.expose('plan', { type: PlanType, description: 'Plan of the organization, agreed with the operator.' }),
    version: t.exposeInt('version', { description: 'Version, which grows with every update of the organization.' }),
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

const NAME = 'Display name, 1 to 100 characters.'
const EXTERNAL_ID =
  "Id of the organization in the operator's own system, unique in the installation: 1 to 100 visible ASCII characters, not beginning with `org_` or `whep_`. Arguments and the header `Signalbox-Organization` accept it in place of the id."

const OrganizationCreateInput = builder.inputType('OrganizationCreateInput', {
  description: 'An organization to create.',
  fields: (t) => ({
    name: t.string({ required: true, description: NAME }),
    plan: t.field({ type: PlanType, description: 'Plan of the organization. Default GROWTH.' }),
    externalId: t.string({ description: `${EXTERNAL_ID} Default none.` }),
  }),
})

const OrganizationUpsertInput = builder.inputType('OrganizationUpsertInput', {
  description: 'An organization to create, or to change when its external id is known.',
  fields: (t) => ({
    externalId: t.string({ required: true, description: EXTERNAL_ID }),
    name: t.string({ required: true, description: NAME }),
    plan: t.field({
      type: PlanType,
      description: 'Plan of the organization. Default: GROWTH for a new one; a known one keeps its plan.',
    }),
  }),
})

const OrganizationUpdateInput = builder.inputType('OrganizationUpdateInput', {
  description: 'Changes to an organization. Absent fields keep their value, as do null fields other than `externalId`.',
  fields: (t) => ({
    name: t.string({ description: NAME }),
    plan: t.field({
      type: PlanType,
      description: 'Plan of the organization. The keys of the organization follow within 10 seconds.',
    }),
    externalId: t.string({ description: `${EXTERNAL_ID} Null removes it.` }),
  }),
})

function payload(name: string, description: string, more = '') {
  return builder.objectRef<{ organization: typeof Organization.$inferType }>(name).implement({
    description,
    fields: (t) => ({
      organization: t.field({
        type: Organization,
        description: `${description}${more}`,
        resolve: ({ organization }) => organization,
      }),
    }),
  })
}

builder.mutationField('organizationCreate', (t) =>
  t.field({
    type: payload(
      'OrganizationCreatePayload',
      'The created organization.',
      ' A platform key acts in it with the header `Signalbox-Organization: <id or external id>`.',
    ),
    description: 'Creates an organization. For the operator: needs `platform: write`.',
    authScopes: { can: 'platform:write' },
    errors: { types: [ValidationError, ConflictError] },
    args: {
      input: t.arg({ type: OrganizationCreateInput, required: true, description: 'Organization to create.' }),
    },
    resolve: async (_root, { input }, context) => ({
      organization: await context.services.organizations.create(requireViewer(context), omitNulls(input)),
    }),
  }),
)

type OrganizationRow = typeof Organization.$inferType

const OrganizationUpsertPayload = builder
  .objectRef<{ organization: OrganizationRow; isNew: boolean }>('OrganizationUpsertPayload')
  .implement({
    description: 'The organization with the external id.',
    fields: (t) => ({
      organization: t.field({
        type: Organization,
        description: 'The organization after the change.',
        resolve: ({ organization }) => organization,
      }),
      isNew: t.exposeBoolean('isNew', { description: 'True when this call created the organization.' }),
    }),
  })

builder.mutationField('organizationUpsert', (t) =>
  t.field({
    type: OrganizationUpsertPayload,
    description:
      'Creates the organization with an external id, or changes the one that has it. A repeated call with the same input changes nothing. For the operator: needs `platform: write`.',
    authScopes: { can: 'platform:write' },
    errors: { types: [ValidationError, ConflictError] },
    args: {
      input: t.arg({ type: OrganizationUpsertInput, required: true, description: 'Organization to create or change.' }),
    },
    resolve: (_root, { input }, context) =>
      context.services.organizations.upsert(requireViewer(context), omitNulls(input)),
  }),
)

const organizationId = { required: true, description: 'Id or external id of the organization.' } as const

builder.mutationField('organizationUpdate', (t) =>
  t.field({
    type: payload('OrganizationUpdatePayload', 'The organization after the change.'),
    description: 'Changes an organization. For the operator: needs `platform: write`.',
    authScopes: { can: 'platform:write' },
    errors: { types: [ValidationError, NotFoundError, ConflictError, OrganizationVersionConflictError] },
    args: {
      id: t.arg.id(organizationId),
      expectedVersion: t.arg.int({ description: EXPECTED_VERSION }),
      input: t.arg({ type: OrganizationUpdateInput, required: true, description: 'Changes to make.' }),
    },
    async resolve(_root, { id, expectedVersion, input: { externalId, ...input } }, context) {
      const changes = { ...omitNulls(input), ...(externalId !== undefined && { externalId }) }
      const { organizations } = context.services
      return { organization: await organizations.update(requireViewer(context), id, changes, expectedVersion) }
    },
  }),
)

builder.mutationField('organizationDelete', (t) =>
  t.field({
    type: payload('OrganizationDeletePayload', 'The organization as it was before its deletion.'),
    description:
      'Deletes an organization with all of its keys, endpoints, events, usage and audit trail, which is final. Its keys are refused, its subscriptions end, and nothing is published or sent any more: on this node at once and on other nodes as fast as Redis carries the message. Its rows are removed in the background. The audit trail of the operator keeps the deletion. For the operator: needs `platform: delete`.',
    authScopes: { can: 'platform:delete' },
    errors: { types: [NotFoundError, ConflictError] },
    args: { id: t.arg.id(organizationId) },
    resolve: async (_root, { id }, context) => ({
      organization: await context.services.organizations.remove(requireViewer(context), id),
    }),
  }),
)
