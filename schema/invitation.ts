import type { InvitationPreview, InvitationStatus } from '../src/domain/people/invitations.ts'
import type { Role } from '../src/domain/people/roles.ts'
import { ConflictError, NotFoundError, ValidationError } from '../src/lib/errors.ts'
import { ActorType, actorOf } from './actor.ts'
import { builder, Node, omitNulls, ownedById, requireViewer } from './builder.ts'
import { requireElevation, requireTwoFactor } from './elevation.ts'
import { readNodes, totalField } from './pages.ts'
import { createPayload } from './payload.ts'
import { MemberRole, Person } from './person.ts'
import { keepSession, requireCookie } from './session.ts'

const InvitationStatusType = builder.enumType('InvitationStatus', {
  description: 'State of an invitation.',
  values: {
    OPEN: { description: 'The link is good.' },
    ACCEPTED: { description: 'The person became a member.' },
    REVOKED: { description: 'A member took the invitation back, or invited the address again.' },
    EXPIRED: { description: 'The link was not used within 7 days.' },
  } as const,
})

export const Invitation = builder.prismaObject('Invitation', {
  description: 'An invitation of an address to the organization.',
  interfaces: [Node],
  findUnique: ownedById('members:read'),
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the invitation, such as `inv_…`.' }),
    email: t.exposeString('email', { description: 'Invited address, in lower case.' }),
    role: t.expose('role', { type: MemberRole, description: 'Role that the person is going to have.' }),
    status: t.field({
      type: InvitationStatusType,
      select: { acceptedAt: true, revokedAt: true, expiresAt: true },
      description: 'State of the invitation now.',
      resolve: (invitation, _args, { services }): InvitationStatus => services.invitations.statusOf(invitation),
    }),
    invitedBy: t.field({
      type: ActorType,
      select: { invitedBy: true, invitedByName: true },
      description: 'Principal that invited the address. Its rights at the acceptance decide.',
      resolve: ({ invitedBy, invitedByName }) => actorOf(invitedBy, invitedByName),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Time of creation.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'Time after which the link is not good.' }),
  }),
})

type InvitationRow = typeof Invitation.$inferType

builder.queryField('invitations', (t) =>
  t.connection(
    {
      type: Invitation,
      description: 'Invitations of the organization in every state, newest first. Needs `members: read`.',
      authScopes: { can: 'members:read' },
      resolve(_root, args, context, info) {
        const { invitations } = context.services
        const viewer = requireViewer(context)
        const count = () => invitations.count(viewer)
        return readNodes('Invitation', args, context, info, (query) => invitations.list(viewer, query), count)
      },
    },
    { name: 'InvitationConnection', description: 'A page of invitations.', fields: (t) => totalField(t) },
    { name: 'InvitationEdge', description: 'An invitation with its cursor.' },
  ),
)

const InvitationPreviewType = builder.objectRef<InvitationPreview>('InvitationPreview').implement({
  description: 'An open invitation as the holder of its link sees it.',
  fields: (t) => ({
    organizationName: t.exposeString('organizationName', { description: 'Display name of the organization.' }),
    email: t.exposeString('email', { description: 'Invited address, in lower case.' }),
    role: t.expose('role', { type: MemberRole, description: 'Role that the person is going to have.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'Time after which the link is not good.' }),
  }),
})

builder.queryField('invitationPreview', (t) =>
  t.field({
    type: InvitationPreviewType,
    nullable: true,
    description:
      'The open invitation of a link; null for a link that is not good. The answer is the same whether or not the address has an account. Needs no credential.',
    args: { token: t.arg.string({ required: true, description: 'Token of the link, the part after `#`.' }) },
    resolve: (_root, { token }, { services }) => services.invitations.preview(token),
  }),
)

const InvitationCreateInput = builder.inputType('InvitationCreateInput', {
  description: 'A person to invite.',
  fields: (t) => ({
    email: t.string({ required: true, description: 'Email address of the person.' }),
    role: t.field({
      type: MemberRole,
      required: true,
      description: 'Role of the person: below the own one, or any for an owner.',
    }),
  }),
})

const InvitationAcceptInput = builder.inputType('InvitationAcceptInput', {
  description: 'The token of a link, and name and password of a new person.',
  fields: (t) => ({
    token: t.string({ required: true, description: 'Token of the link, the part after `#`.' }),
    name: t.string({ description: 'Display name, 1 to 100 characters. Only for a person without an account.' }),
    password: t.string({
      description: 'Password, at least 15 characters. Only for a person without an account.',
    }),
  }),
})

/** Roles that may give rights away, so that a stolen session must not hand them out. */
const ELEVATED_ROLES: readonly Role[] = ['OWNER', 'ADMIN']

builder.mutationFields((t) => ({
  invitationCreate: t.field({
    type: createPayload<{ invitation: InvitationRow; url: string }>(
      'InvitationCreatePayload',
      'The invitation with its link.',
      (t) => ({
        invitation: t.expose('invitation', { type: Invitation, description: 'The created invitation.' }),
        url: t.exposeString('url', {
          description: 'Link to hand to the person, shown this once. It is sent by mail too when SMTP_URL is set.',
        }),
      }),
    ),
    description:
      'Invites an address, and revokes earlier invitations of the address. The link is good once, within 7 days, for a person with that address, and while the inviter may give the role. Needs `members: write`, and for OWNER and ADMIN the password again (`reauthenticate`).',
    authScopes: { can: 'members:write' },
    errors: { types: [ValidationError, ConflictError] },
    args: { input: t.arg({ type: InvitationCreateInput, required: true, description: 'Person to invite.' }) },
    async resolve(_root, { input }, context, info) {
      const viewer = requireViewer(context)
      if (ELEVATED_ROLES.includes(input.role)) requireElevation(viewer)
      await context.limitField(viewer, info)
      return context.services.invitations.create(viewer, input)
    },
  }),
  invitationRevoke: t.field({
    type: createPayload<{ invitation: InvitationRow }>('InvitationRevokePayload', 'The revoked invitation.', (t) => ({
      invitation: t.expose('invitation', { type: Invitation, description: 'The revoked invitation.' }),
    })),
    description: 'Revokes an invitation: its link is good no more. Needs `members: write`.',
    authScopes: { can: 'members:write' },
    errors: { types: [NotFoundError, ConflictError] },
    args: { id: t.arg.id({ required: true, description: 'Id of the invitation.' }) },
    resolve: async (_root, { id }, context) => ({
      invitation: await context.services.invitations.revoke(requireViewer(context), id),
    }),
  }),
  invitationAccept: t.field({
    type: builder.objectRef<{ person: typeof Person.$inferType }>('InvitationAcceptPayload').implement({
      description: 'The person, who is a member now.',
      fields: (t) => ({
        person: t.field({ type: Person, description: 'The signed-in person.', resolve: ({ person }) => person }),
      }),
    }),
    description:
      'Accepts an invitation. A signed-in person with the invited address becomes a member; without a session, a new person is made and signed in. Needs no credential.',
    errors: { types: [ValidationError, ConflictError] },
    args: { input: t.arg({ type: InvitationAcceptInput, required: true, description: 'Token and new person.' }) },
    async resolve(_root, { input }, context) {
      const { viewer, client, services } = context
      requireTwoFactor(viewer)
      const cookies = viewer?.principal.kind === 'PERSON' ? undefined : requireCookie(context)
      const { person, signedIn } = await services.acceptInvitation(viewer, omitNulls(input), client)
      if (cookies !== undefined && signedIn !== null) keepSession(cookies, signedIn)
      return { person }
    },
  }),
}))
