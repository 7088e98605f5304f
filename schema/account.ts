import { renderSVG } from 'uqr'
import { PersonVersionConflictError } from '../src/domain/people/own-account.ts'
import { ConflictError, UnauthenticatedError, ValidationError } from '../src/lib/errors.ts'
import { builder, omitNulls, requireViewer } from './builder.ts'
import { requireElevation } from './elevation.ts'
import { ErrorInterface } from './errors.ts'
import { EXPECTED_VERSION } from './payload.ts'
import { Person } from './person.ts'

interface Changed {
  /** Open sessions of the person besides the one of the request. */
  otherSessions: number
}

/** The payload of a change of a credential, after which a person may want to end other sessions. */
const CredentialPayload = <Shape extends object>(name: string, description: string) =>
  builder.objectRef<Shape & Changed>(name).implement({
    description,
    fields: (t) => ({
      otherSessions: t.int({
        description: 'Open sessions of the person besides this one, which `sessionsEndOthers` ends.',
        resolve: ({ otherSessions }) => otherSessions,
      }),
      person: t.field({
        type: Person,
        description: 'The signed-in person.',
        resolve: async (_payload, _args, context) => (await context.services.people.current(requireViewer(context)))!,
      }),
    }),
  })

const RecoveryCodesPayload = (name: string, description: string) => {
  const ref = CredentialPayload<{ recoveryCodes: string[] }>(name, description)
  builder.objectField(ref, 'recoveryCodes', (t) =>
    t.stringList({
      description: 'Ten recovery codes, shown once. Each stands in for one code of the authenticator.',
      resolve: ({ recoveryCodes }) => recoveryCodes,
    }),
  )
  return ref
}

const AccountUpdateInput = builder.inputType('AccountUpdateInput', {
  description: 'Changes of the own account. Absent fields stay.',
  fields: (t) => ({
    name: t.string({ description: 'Display name, 1 to 100 characters. Default: unchanged.' }),
    email: t.string({
      description: 'Email address. A change needs `reauthenticate`; the old address is notified. Default: unchanged.',
    }),
    mailsOfEndpoints: t.boolean({
      description:
        'True gives an owner a mail when an endpoint fails for the first time or is disabled. Default: unchanged.',
    }),
  }),
})

const PasswordChangeInput = builder.inputType('PasswordChangeInput', {
  description: 'The current and the new password.',
  fields: (t) => ({
    currentPassword: t.string({ required: true, description: 'Password that is good now.' }),
    password: t.string({
      required: true,
      description: 'New password, at least 15 characters; 8 where a second factor is needed.',
    }),
    endOtherSessions: t.boolean({ description: 'True ends every other session of the person. Default true.' }),
  }),
})

const TotpConfirmInput = builder.inputType('TotpConfirmInput', {
  description: 'A code that proves that the authenticator has the seed.',
  fields: (t) => ({ code: t.string({ required: true, description: 'Present code of the authenticator.' }) }),
})

builder.objectType(PersonVersionConflictError, {
  name: 'PersonVersionConflictError',
  description: 'The person was changed since the expected version. Nothing was changed by this call.',
  interfaces: [ErrorInterface],
  fields: (t) => ({ person: t.expose('current', { type: Person, description: 'The person as it is now.' }) }),
})

const elevatedPerson = { $all: { person: true, elevated: true } } as const
const elevatedAnyPerson = { $all: { anyPerson: true, elevated: true } } as const

builder.mutationFields((t) => ({
  accountUpdate: t.field({
    type: builder.objectRef<{ person: typeof Person.$inferType }>('AccountUpdatePayload').implement({
      description: 'The changed person.',
      fields: (t) => ({
        person: t.field({ type: Person, description: 'The changed person.', resolve: ({ person }) => person }),
      }),
    }),
    description: 'Changes name and address of the signed-in person.',
    authScopes: { person: true },
    errors: { types: [ValidationError, ConflictError, PersonVersionConflictError] },
    args: {
      input: t.arg({ type: AccountUpdateInput, required: true, description: 'Changes to make.' }),
      expectedVersion: t.arg.int({ description: EXPECTED_VERSION }),
    },
    async resolve(_root, { input, expectedVersion }, context) {
      const viewer = requireViewer(context)
      if (input.email != null) requireElevation(viewer)
      const { ownAccount } = context.services
      return { person: await ownAccount.update(viewer, omitNulls(input), expectedVersion ?? undefined) }
    },
  }),
  passwordChange: t.field({
    type: CredentialPayload('PasswordChangePayload', 'The password was changed.'),
    description: 'Changes the password of the signed-in person. Needs `reauthenticate` and the current password.',
    authScopes: elevatedAnyPerson,
    errors: { types: [ValidationError, UnauthenticatedError] },
    args: { input: t.arg({ type: PasswordChangeInput, required: true, description: 'Current and new password.' }) },
    async resolve(_root, { input }, context) {
      const viewer = requireViewer(context)
      await context.services.ownAccount.changePassword(viewer, omitNulls(input))
      return { otherSessions: await context.services.ownSessions.countOthers(viewer) }
    },
  }),
  totpEnrol: t.field({
    type: builder.objectRef<{ secret: string; uri: string }>('TotpEnrolPayload').implement({
      description: 'The seed for an authenticator, shown once. It counts once `totpConfirm` got a code of it.',
      fields: (t) => ({
        secret: t.exposeString('secret', { description: 'Seed of 160 random bits as base32, to be typed.' }),
        uri: t.exposeString('uri', { description: 'The same seed as an `otpauth:` URI.' }),
        qrSvg: t.string({
          description: 'The URI as a QR code, an SVG document.',
          resolve: ({ uri }) => renderSVG(uri, { border: 2 }),
        }),
      }),
    }),
    description: 'Begins the enrolment of an authenticator (RFC 6238). Needs `reauthenticate`.',
    authScopes: elevatedAnyPerson,
    errors: { types: [ValidationError, ConflictError] },
    resolve: (_root, _args, context) => context.services.secondFactors.enrol(requireViewer(context)),
  }),
  totpConfirm: t.field({
    type: RecoveryCodesPayload('TotpConfirmPayload', 'The authenticator is enabled.'),
    description: 'Enables the enrolled authenticator, and counts as the second factor of this session.',
    authScopes: { anyPerson: true },
    errors: { types: [ValidationError, UnauthenticatedError] },
    args: { input: t.arg({ type: TotpConfirmInput, required: true, description: 'Code of the authenticator.' }) },
    async resolve(_root, { input }, context) {
      const viewer = requireViewer(context)
      const recoveryCodes = await context.services.secondFactors.confirm(viewer, input.code)
      return { recoveryCodes, otherSessions: await context.services.ownSessions.countOthers(viewer) }
    },
  }),
  totpDisable: t.field({
    type: CredentialPayload('TotpDisablePayload', 'The authenticator and the recovery codes are removed.'),
    description:
      'Removes the authenticator and the recovery codes. Where a role or a short password needs a second factor, only enrolment stays open. Needs `reauthenticate`.',
    authScopes: elevatedPerson,
    errors: { types: [ValidationError, ConflictError] },
    async resolve(_root, _args, context) {
      const viewer = requireViewer(context)
      await context.services.secondFactors.disable(viewer)
      return { otherSessions: await context.services.ownSessions.countOthers(viewer) }
    },
  }),
  recoveryCodesRegenerate: t.field({
    type: RecoveryCodesPayload('RecoveryCodesRegeneratePayload', 'New recovery codes; the earlier ones are void.'),
    description: 'Replaces the recovery codes of the signed-in person. Needs `reauthenticate`.',
    authScopes: elevatedPerson,
    errors: { types: [ValidationError, ConflictError] },
    async resolve(_root, _args, context) {
      const viewer = requireViewer(context)
      const recoveryCodes = await context.services.secondFactors.regenerate(viewer)
      return { recoveryCodes, otherSessions: await context.services.ownSessions.countOthers(viewer) }
    },
  }),
}))
