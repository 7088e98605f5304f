import { ConflictError, ForbiddenError, UnauthenticatedError, ValidationError } from '../src/lib/errors.ts'
import { builder, type Context, omitNulls, requireViewer } from './builder.ts'
import { Person } from './person.ts'

const PersonPayload = (name: string, description: string) =>
  builder.objectRef<{ person: typeof Person.$inferType }>(name).implement({
    description,
    fields: (t) => ({
      person: t.field({ type: Person, description: 'The signed-in person.', resolve: ({ person }) => person }),
    }),
  })

const SetupCompleteInput = builder.inputType('SetupCompleteInput', {
  description: 'The first owner of the installation and the name of the first organization.',
  fields: (t) => ({
    code: t.string({ required: true, description: 'Code of the set-up link, the part after `#`.' }),
    organizationName: t.string({
      required: true,
      description: 'Display name of the organization, 1 to 100 characters.',
    }),
    name: t.string({ required: true, description: 'Display name of the person, 1 to 100 characters.' }),
    email: t.string({ required: true, description: 'Email address of the person.' }),
    password: t.string({ required: true, description: 'Password, at least 15 characters.' }),
  }),
})

const SignInInput = builder.inputType('SignInInput', {
  description: 'Address and password of a person.',
  fields: (t) => ({
    email: t.string({ required: true, description: 'Email address of the person.' }),
    password: t.string({ required: true, description: 'Password of the person.' }),
    remember: t.boolean({ description: 'True for a session of 30 days. Default false: 24 hours.' }),
  }),
})

/** The cookie of the answer. @throws ForbiddenError over WebSocket and SSE, and for pages of other origins */
function requireCookie({ session }: Context) {
  if (typeof session === 'string') throw new ForbiddenError(session)
  return session
}

const clientOf = ({ client }: Context) => client

builder.mutationFields((t) => ({
  setupComplete: t.field({
    type: PersonPayload('SetupCompletePayload', 'The first owner, signed in.'),
    description:
      'Makes the first owner of the installation and signs the person in. Needs the code of a set-up link and no credential.',
    errors: { types: [ValidationError, ConflictError] },
    args: { input: t.arg({ type: SetupCompleteInput, required: true, description: 'First owner to make.' }) },
    async resolve(_root, { input }, context) {
      const cookie = requireCookie(context)
      const { person, opened } = await context.services.setUp.complete(input, clientOf(context))
      cookie.set(opened.token, opened.session.expiresAt)
      return { person }
    },
  }),
  signIn: t.field({
    type: PersonPayload('SignInPayload', 'The person, signed in.'),
    description: 'Signs a person in. The session is in a cookie that scripts cannot read. Needs no credential.',
    errors: { types: [ValidationError, UnauthenticatedError] },
    args: { input: t.arg({ type: SignInInput, required: true, description: 'Address and password.' }) },
    async resolve(_root, { input }, context) {
      const cookie = requireCookie(context)
      const { person, opened } = await context.services.signIn.signIn(omitNulls(input), clientOf(context))
      cookie.set(opened.token, opened.session.expiresAt)
      return { person }
    },
  }),
  signOut: t.field({
    type: 'Boolean',
    description: 'Ends the session of the request; true also when there was none.',
    async resolve(_root, _args, context) {
      const cookie = requireCookie(context)
      if (context.viewer?.principal.kind === 'PERSON') await context.services.signIn.signOut(requireViewer(context))
      cookie.clear()
      return true
    },
  }),
}))
