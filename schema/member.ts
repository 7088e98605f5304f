import { MemberVersionConflictError } from '../src/domain/people/members.ts'
import { ConflictError, NotFoundError } from '../src/lib/errors.ts'
import { builder, Node, ownedById, requireViewer } from './builder.ts'
import { ErrorInterface } from './errors.ts'
import { readNodes, totalField } from './pages.ts'
import { createPayload, EXPECTED_VERSION } from './payload.ts'
import { MemberRole, Person } from './person.ts'

export const Member = builder.prismaObject('Member', {
  description: 'A person in an organization.',
  interfaces: [Node],
  findUnique: ownedById('members:read'),
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the member, such as `mem_…`.' }),
    person: t.relation('person', { description: 'Person who is the member.' }),
    role: t.expose('role', { type: MemberRole, description: 'Role of the person in the organization.' }),
    version: t.exposeInt('version', { description: 'Version, which grows with every change of the role.' }),
    twoFactorEnabled: t.boolean({
      description: 'True for a person who signs in with a second factor.',
      resolve: ({ organizationId, personId }, _args, { services }) =>
        services.people.hasTwoFactor(organizationId, personId),
    }),
    lastSeenAt: t.expose('lastSeenAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Time of the last request in the organization, accurate to a minute; null before the first.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Time at which the person became a member.' }),
  }),
})

type MemberRow = typeof Member.$inferType

builder.objectType(MemberVersionConflictError, {
  name: 'MemberVersionConflictError',
  description: 'The member was changed since the expected version. Nothing was changed by this call.',
  interfaces: [ErrorInterface],
  fields: (t) => ({ member: t.expose('current', { type: Member, description: 'The member as it is now.' }) }),
})

builder.queryField('members', (t) =>
  t.connection(
    {
      type: Member,
      description: 'Members of the organization, newest first. Needs `members: read`.',
      authScopes: { can: 'members:read' },
      resolve(_root, args, context, info) {
        const { members } = context.services
        const viewer = requireViewer(context)
        const count = () => members.count(viewer)
        return readNodes('Member', args, context, info, (query) => members.list(viewer, query), count)
      },
    },
    { name: 'MemberConnection', description: 'A page of members.', fields: (t) => totalField(t) },
    { name: 'MemberEdge', description: 'A member with its cursor.' },
  ),
)

const memberPayload = (name: string, description: string) =>
  createPayload<{ member: MemberRow }>(name, description, (t) => ({
    member: t.expose('member', { type: Member, description }),
  }))

const TransferPayload = createPayload<{ owner: MemberRow; former: MemberRow }>(
  'OwnershipTransferPayload',
  'The new and the former owner.',
  (t) => ({
    owner: t.expose('owner', { type: Member, description: 'The new owner.' }),
    former: t.expose('former', { type: Member, description: 'The former owner, an administrator now.' }),
  }),
)

const MemberUpdateInput = builder.inputType('MemberUpdateInput', {
  description: 'Changes to a member.',
  fields: (t) => ({
    role: t.field({
      type: MemberRole,
      required: true,
      description: 'Role of the member: below the own one, or any for an owner.',
    }),
  }),
})

const id = { required: true, description: 'Id of the member.' } as const
const MANAGED = 'Administrators manage members with a role below their own, and owners every member.'
const NEEDS = 'Needs `members: write`, and the password again (`reauthenticate`).'

builder.mutationFields((t) => ({
  memberUpdate: t.field({
    type: memberPayload('MemberUpdatePayload', 'The member after the change.'),
    description: `Gives a member another role, which holds for its open sessions and subscriptions at once. ${MANAGED} The last owner stays one. ${NEEDS}`,
    authScopes: { $all: { can: 'members:write', elevated: true } },
    errors: { types: [NotFoundError, ConflictError, MemberVersionConflictError] },
    args: {
      id: t.arg.id(id),
      expectedVersion: t.arg.int({ description: EXPECTED_VERSION }),
      input: t.arg({ type: MemberUpdateInput, required: true, description: 'Changes to make.' }),
    },
    resolve: async (_root, { id, expectedVersion, input }, context) => ({
      member: await context.services.members.update(requireViewer(context), id, input, expectedVersion),
    }),
  }),
  memberRemove: t.field({
    type: memberPayload('MemberRemovePayload', 'The member as it was before its removal.'),
    description: `Removes a person from the organization: the next request is refused, and subscriptions end. Keys that the person created stay, with \`creatorIsMember: false\`. ${MANAGED} The last owner stays. ${NEEDS}`,
    authScopes: { $all: { can: 'members:write', elevated: true } },
    errors: { types: [NotFoundError, ConflictError] },
    args: { id: t.arg.id(id) },
    resolve: async (_root, { id }, context) => ({
      member: await context.services.members.remove(requireViewer(context), id),
    }),
  }),
  memberLeave: t.field({
    type: builder.objectRef<{ person: typeof Person.$inferType }>('MemberLeavePayload').implement({
      description: 'The person, who is no member of the organization any more.',
      fields: (t) => ({
        person: t.field({ type: Person, description: 'The signed-in person.', resolve: ({ person }) => person }),
      }),
    }),
    description: 'The signed-in person leaves the organization of the request. The last owner stays.',
    authScopes: { person: true },
    errors: { types: [NotFoundError, ConflictError] },
    async resolve(_root, _args, context) {
      const viewer = requireViewer(context)
      await context.services.members.leave(viewer)
      return { person: (await context.services.people.current(viewer))! }
    },
  }),
  ownershipTransfer: t.field({
    type: TransferPayload,
    description:
      'Makes another member an owner, and the signed-in owner an administrator. For owners: needs the password again (`reauthenticate`).',
    authScopes: { $all: { can: 'organization:write', person: true, elevated: true } },
    errors: { types: [NotFoundError, ConflictError] },
    args: { id: t.arg.id(id) },
    resolve: (_root, { id }, context) => context.services.members.transferOwnership(requireViewer(context), id),
  }),
}))
