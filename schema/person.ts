import { builder, Node, requireViewer } from './builder.ts'
import { ViewerType } from './viewer.ts'

export const Person = builder.prismaObject('Person', {
  description: 'A person who signs in.',
  interfaces: [Node],
  findUnique: ({ id }, { viewer }) => ({ id: viewer?.principal.id === id ? id : '' }),
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the person, such as `usr_…`.' }),
    name: t.exposeString('name', { description: 'Display name of the person.' }),
    email: t.exposeString('email', { description: 'Email address of the person, in lower case.' }),
    version: t.exposeInt('version', { description: 'Version, which grows with every change of the person.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Time of creation.' }),
  }),
})

export const MemberRole = builder.enumType('MemberRole', {
  description: 'Role of a member: a set of permissions, which docs/people.md lists.',
  values: {
    OWNER: { description: 'Everything in the organization, owners and its deletion included.' },
    ADMIN: { description: 'Everything but owners, settings and deletion of the organization.' },
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
