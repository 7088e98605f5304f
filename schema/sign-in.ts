import type { Challenge } from '../src/domain/people/sign-in.ts'
import { ConflictError, UnauthenticatedError, ValidationError } from '../src/lib/errors.ts'
import { builder, omitNulls } from './builder.ts'
import { Person } from './person.ts'
import { keepSession, requireCookie } from './session.ts'

const PersonPayload = (name: string, description: string) =>
  builder.objectRef<{ person: typeof Person.$inferType }>(name).implement({
    description,
    fields: (t) => ({
      person: t.field({ type: Person, description: 'The signed-in person.', resolve: ({ person }) => person }),
    }),
  })

const DonePayload = (name: string, description: string) =>
  builder.objectRef<{ isDone: true }>(name).implement({
    description,
    fields: (t) => ({ isDone: t.exposeBoolean('isDone', { description: 'True, because a payload has a field.' }) }),
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

const SignInVerifyInput = builder.inputType('SignInVerifyInput', {
  description: 'The answer to a challenge.',
  fields: (t) => ({
    challenge: t.string({ required: true, description: 'Challenge of `signIn`, good for 5 minutes and 5 tries.' }),
    code: t.string({ required: true, description: 'Code of the authenticator, or a recovery code.' }),
  }),
})

const PasswordResetInput = builder.inputType('PasswordResetInput', {
  description: 'Code of a reset link and the new password.',
  fields: (t) => ({
    code: t.string({ required: true, description: 'Code of the reset link, the part after `#`.' }),
    password: t.string({
      required: true,
      description: 'New password, at least 15 characters; 8 where a second factor is needed.',
    }),
  }),
})

/** Thrown as the answer, because a result union takes all members but its payload from errors. */
class ChallengeAnswer extends Error {
  readonly challenge: Challenge
  constructor(challenge: Challenge) {
    super('The sign-in needs a second factor.')
    this.challenge = challenge
  }
}

builder.objectType(ChallengeAnswer, {
  name: 'SignInChallenge',
  description: 'The password is right, and a second factor is needed: no session is open yet. Call `signInVerify`.',
  fields: (t) => ({
    challenge: t.string({
      description: 'Secret of this sign-in for `signInVerify`. It opens nothing else.',
      resolve: ({ challenge }) => challenge.challenge,
    }),
    expiresAt: t.field({
      type: 'DateTime',
      description: 'Time after which the sign-in begins again with the password.',
      resolve: ({ challenge }) => challenge.expiresAt,
    }),
  }),
})

builder.queryField('setupLinkIsGood', (t) =>
  t.boolean({
    description:
      'True while a set-up link can be used: it was not used, has not expired, and no owner exists. Needs no credential.',
    args: { code: t.arg.string({ required: true, description: 'Code of the link, the part after `#`.' }) },
    resolve: (_root, { code }, { services }) => services.setUp.isGood(code),
  }),
)

builder.mutationFields((t) => ({
  setupComplete: t.field({
    type: PersonPayload('SetupCompletePayload', 'The first owner, signed in.'),
    description:
      'Makes the first owner of the installation and signs the person in. Needs the code of a set-up link and no credential.',
    errors: { types: [ValidationError, ConflictError] },
    args: { input: t.arg({ type: SetupCompleteInput, required: true, description: 'First owner to make.' }) },
    async resolve(_root, { input }, context) {
      const cookies = requireCookie(context)
      const signedIn = await context.services.setUp.complete(input, context.client)
      keepSession(cookies, signedIn)
      return signedIn
    },
  }),
  signIn: t.field({
    type: PersonPayload('SignInPayload', 'The person, signed in.'),
    description:
      'Signs a person in, or asks for the second factor. The session is in a cookie that scripts cannot read. Needs no credential.',
    errors: { types: [ValidationError, UnauthenticatedError, ChallengeAnswer] },
    args: { input: t.arg({ type: SignInInput, required: true, description: 'Address and password.' }) },
    async resolve(_root, { input }, context) {
      const cookies = requireCookie(context)
      const { client, viewer, services } = context
      const answer = await services.signIn.signIn(omitNulls(input), client, viewer)
      if ('challenge' in answer) throw new ChallengeAnswer(answer)
      keepSession(cookies, answer)
      return answer
    },
  }),
  signInVerify: t.field({
    type: PersonPayload('SignInVerifyPayload', 'The person, signed in with two factors.'),
    description: 'Answers the challenge of `signIn` and opens the session. Needs no credential.',
    errors: { types: [ValidationError, UnauthenticatedError] },
    args: { input: t.arg({ type: SignInVerifyInput, required: true, description: 'Challenge and code.' }) },
    async resolve(_root, { input }, context) {
      const cookies = requireCookie(context)
      const signedIn = await context.services.signIn.verify(input, context.client, context.viewer)
      keepSession(cookies, signedIn)
      return signedIn
    },
  }),
  signOut: t.field({
    type: DonePayload('SignOutPayload', 'The session of the request has ended, if there was one.'),
    description: 'Ends the session of the request and removes its cookie. Needs no credential.',
    errors: { types: [ValidationError] },
    async resolve(_root, _args, context) {
      const cookies = requireCookie(context)
      const { viewer, services } = context
      if (viewer?.principal.kind === 'PERSON') await services.signIn.signOut(viewer)
      cookies.clear()
      return { isDone: true as const }
    },
  }),
  passwordResetRequest: t.field({
    type: DonePayload('PasswordResetRequestPayload', 'The request was taken, whether or not the address exists.'),
    description:
      'Sends a link to choose a new password to a person, where the installation sends mail. The answer is the same for every address. Without mail, the operator makes the link. Needs no credential.',
    errors: { types: [ValidationError] },
    args: { email: t.arg.string({ required: true, description: 'Email address of the person.' }) },
    async resolve(_root, { email }, { services, client }) {
      await services.passwordReset.request(email, client)
      return { isDone: true as const }
    },
  }),
  passwordReset: t.field({
    type: DonePayload('PasswordResetPayload', 'The password was set, and every session of the person has ended.'),
    description:
      'Sets a password by the code of a reset link and ends all sessions. Nobody is signed in: `signIn` follows, with the second factor where there is one. Needs no credential.',
    errors: { types: [ValidationError, ConflictError] },
    args: { input: t.arg({ type: PasswordResetInput, required: true, description: 'Code and new password.' }) },
    async resolve(_root, { input }, { services, client }) {
      await services.passwordReset.reset(input, client)
      return { isDone: true as const }
    },
  }),
}))
