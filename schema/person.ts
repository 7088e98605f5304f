import type { Organization as OrganizationRow } from '../src/database/generated/client.ts'
import type { Role } from '../src/domain/people/roles.ts'
import { RECOVERY_CODES, type TwoFactorState } from '../src/domain/people/second-factors.ts'
import { builder, can, Node, requireViewer } from './builder.ts'
import { ViewerType } from './viewer.ts'

const TwoFactor = builder.objectRef<TwoFactorState>('TwoFactor').implement({
  description: 'Second factor of a person and its recovery codes.',
  fields: (t) => ({
    isEnabled: t.exposeBoolean('isEnabled', { description: 'True when sign-in asks for a code of an authenticator.' }),
    recoveryCodesLeft: t.exposeInt('recoveryCodesLeft', {
      description: `Number of unused recovery codes, 0 to ${RECOVERY_CODES}.`,
    }),
  }),
})

export const Person = builder.prismaObject('Person', {
  description: 'A person who signs in. People see those of their own organizations.',
  interfaces: [Node],
  findUnique: ({ id }, { viewer }) =>
    viewer?.principal.id === id ? { id } : { id, members: { some: { organizationId: viewer?.organizationId ?? '' } } },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the person, such as `usr_…`.' }),
    name: t.exposeString('name', { description: 'Display name of the person.' }),
    email: t.string({
      nullable: true,
      description: 'Email address of the person, in lower case; null for another person without `members: read`.',
      resolve: ({ id, email }, _args, { viewer }) =>
        viewer === null || viewer.principal.id === id || can(viewer, 'members:read') ? email : null,
    }),
    mailsOfEndpoints: t.boolean({
      nullable: true,
      description:
        'True when the person, as an owner, gets a mail when an endpoint fails for the first time or is disabled; null for another person.',
      resolve: ({ id, mailsOfEndpoints }, _args, { viewer }) => (viewer?.principal.id === id ? mailsOfEndpoints : null),
    }),
    twoFactor: t.field({
      type: TwoFactor,
      nullable: true,
      description: 'Second factor of the person; null for another person.',
      resolve: ({ id }, _args, { viewer, services }) =>
        viewer?.principal.id === id ? services.secondFactors.readState(id) : null,
    }),
    version: t.exposeInt('version', { description: 'Version, which grows with every change of the person.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Time of creation.' }),
  }),
})

export const MemberRole = builder.enumType('MemberRole', {
  description: 'Role of a member: a set of permissions, which docs/people.md lists.',
  values: {
    OWNER: { description: 'Everything in the organization, owners and its deletion included.' },
    ADMIN: { description: 'Everything but owners, and name and deletion of the organization.' },
    DEVELOPER: { description: 'Publishes events and changes endpoints; reads neither members nor audit trail.' },
    VIEWER: { description: 'Reads everything but members and audit trail.' },
  } as const,
})

builder.objectField(ViewerType, 'person', (t) =>
  t.field({
    type: Person,
    nullable: true,
    description: 'The signed-in person; null for an API key.',
    resolve: (_viewer, _args, context) => context.services.people.current(requireViewer(context)),
  }),
)

builder.objectField(ViewerType, 'role', (t) =>
  t.field({
    type: MemberRole,
    nullable: true,
    description: 'Role of the person in the organization; null for an API key.',
    resolve: ({ role }) => role,
  }),
)

const Membership = builder.objectRef<{ role: Role; organization: OrganizationRow }>('Membership').implement({
  description: 'A role of the signed-in person in one of its organizations.',
  fields: (t) => ({
    role: t.field({ type: MemberRole, description: 'Role of the person.', resolve: ({ role }) => role }),
    organizationId: t.id({
      description: 'Id of the organization, for the header `Signalbox-Organization`.',
      resolve: ({ organization }) => organization.id,
    }),
    organizationName: t.string({
      description: 'Display name of the organization.',
      resolve: ({ organization }) => organization.name,
    }),
  }),
})

builder.queryField('memberships', (t) =>
  t.field({
    type: [Membership],
    description:
      'Organizations of the signed-in person, oldest membership first, at most 1,000. A request acts in one of them: that of the header `Signalbox-Organization` (on WebSocket, in connection_init), or else the last one that a request named.',
    // Also for people that must enrol: they name the organization in which to act.
    authScopes: { admittedPerson: true },
    resolve: (_root, _args, context) => context.services.people.memberships(requireViewer(context)),
  }),
)
