import type { Organization as OrganizationRow } from '../src/database/generated/client.ts'
import { OrganizationVersionConflictError } from '../src/domain/organizations/organizations.ts'
import { ConflictError, NotFoundError, ValidationError } from '../src/lib/errors.ts'
import { builder, omitNulls, requireViewer } from './builder.ts'
import { Organization } from './organization.ts'
import { createPayload, EXPECTED_VERSION } from './payload.ts'
import { MemberRole } from './person.ts'

const IDLE =
  'Seconds without a request after which the session of a member ends, 300 to 2,592,000; null for the default, which is an hour. The shorter of this and the length of the session counts.'
const LIFETIME =
  'Seconds after the sign-in after which the session of a member ends, 300 to 2,592,000; null for the default, which is a day. The shorter of this and the length of the session counts.'
const NETWORKS =
  'Addresses and networks (CIDR) from which members may act, at most 100; empty allows every address. Keys have lists of their own.'
const TWO_FACTOR = 'Roles of members who must have a second factor. Without one they can do nothing but enroll.'

const Settings = builder.objectRef<OrganizationRow>('OrganizationSettings').implement({
  description: 'Rules by which members sign in to an organization.',
  fields: (t) => ({
    twoFactorRoles: t.expose('twoFactorRoles', { type: [MemberRole], description: TWO_FACTOR }),
    sessionIdleSeconds: t.exposeInt('sessionIdleSeconds', { nullable: true, description: IDLE }),
    sessionLifetimeSeconds: t.exposeInt('sessionLifetimeSeconds', { nullable: true, description: LIFETIME }),
    memberIps: t.exposeStringList('memberIps', { description: NETWORKS }),
  }),
})

builder.prismaObjectField(Organization, 'settings', (t) =>
  t.field({
    type: Settings,
    nullable: true,
    authScopes: { can: 'members:read' },
    description:
      'Rules by which members sign in; null for another organization than the one in which the request acts. Needs `members: read`.',
    resolve: async ({ id }, _args, context) => {
      const viewer = requireViewer(context)
      return id === viewer.organizationId ? context.services.organizations.current(viewer) : null
    },
  }),
)

const SettingsInput = builder.inputType('OrganizationSettingsUpdateInput', {
  description:
    'Changes to the rules by which members sign in. Absent fields keep their value, as do null fields other than the lengths of sessions.',
  fields: (t) => ({
    twoFactorRoles: t.field({ type: [MemberRole], description: TWO_FACTOR }),
    sessionIdleSeconds: t.int({ description: IDLE }),
    sessionLifetimeSeconds: t.int({ description: LIFETIME }),
    memberIps: t.stringList({ description: NETWORKS }),
  }),
})

const OwnInput = builder.inputType('OwnOrganizationUpdateInput', {
  description: 'Changes to the own organization.',
  fields: (t) => ({ name: t.string({ required: true, description: 'Display name, 1 to 100 characters.' }) }),
})

const payload = (name: string) => createPayload(name, 'The organization after the change.', () => ({}))

builder.mutationFields((t) => ({
  organizationSettingsUpdate: t.field({
    type: payload('OrganizationSettingsUpdatePayload'),
    description:
      'Changes the rules by which members sign in. They hold for open sessions and subscriptions at once. Rules that would lock the signed-in person out are refused. Needs `members: write`, and the password again (`reauthenticate`).',
    authScopes: { $all: { can: 'members:write', elevated: true } },
    errors: { types: [ValidationError, NotFoundError, OrganizationVersionConflictError] },
    args: {
      expectedVersion: t.arg.int({ description: EXPECTED_VERSION }),
      input: t.arg({ type: SettingsInput, required: true, description: 'Changes to make.' }),
    },
    async resolve(_root, { expectedVersion, input }, context) {
      const { sessionIdleSeconds, sessionLifetimeSeconds, ...rest } = input
      const changes = {
        ...omitNulls(rest),
        ...(sessionIdleSeconds !== undefined && { sessionIdleSeconds }),
        ...(sessionLifetimeSeconds !== undefined && { sessionLifetimeSeconds }),
      }
      await context.services.organizations.updateSettings(requireViewer(context), changes, expectedVersion)
      return {}
    },
  }),
  ownOrganizationUpdate: t.field({
    type: payload('OwnOrganizationUpdatePayload'),
    description: 'Renames the organization of the request. Needs `organization: write`.',
    authScopes: { can: 'organization:write' },
    errors: { types: [ValidationError, NotFoundError, OrganizationVersionConflictError] },
    args: {
      expectedVersion: t.arg.int({ description: EXPECTED_VERSION }),
      input: t.arg({ type: OwnInput, required: true, description: 'Changes to make.' }),
    },
    async resolve(_root, { expectedVersion, input }, context) {
      const viewer = requireViewer(context)
      await context.services.organizations.update(viewer, viewer.organizationId, input, expectedVersion)
      return {}
    },
  }),
  ownOrganizationDelete: t.field({
    type: builder.objectRef<{ organization: OrganizationRow }>('OwnOrganizationDeletePayload').implement({
      description: 'The organization as it was before its deletion.',
      fields: (t) => ({
        organization: t.field({
          type: Organization,
          description: 'The organization as it was before its deletion.',
          resolve: ({ organization }) => organization,
        }),
      }),
    }),
    description:
      'Deletes the organization of the request with everything in it, which is final; see `organizationDelete`. The organization of the operator cannot be deleted. Needs `organization: delete`, and the password again (`reauthenticate`).',
    authScopes: { $all: { can: 'organization:delete', elevated: true } },
    errors: { types: [NotFoundError, ConflictError] },
    async resolve(_root, _args, context) {
      const viewer = requireViewer(context)
      return { organization: await context.services.organizations.remove(viewer, viewer.organizationId) }
    },
  }),
}))
