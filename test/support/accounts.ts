import { codeOf, stepAt } from '../../src/domain/people/totp.ts'
import type { Clock } from '../../src/lib/clock.ts'
import { type Browser, createBrowser, PASSWORD } from './browser-client.ts'

// Steps that people take with their accounts, as a page takes them.
const ERROR = '... on Error { __typename code message } ... on ValidationError { issues { path message } }'

/** Runs a mutation. The answer has the payload or the error, and `topLevel` the code of a top-level error. */
async function run(browser: Browser, mutation: string, selection: string, variables: Record<string, unknown>) {
  const { data, errors } = await browser.request(
    `mutation ${mutation} { __typename ${selection} ${ERROR} } }`,
    variables,
  )
  if (errors !== undefined) return { topLevel: errors[0]!.extensions.code, message: errors[0]!.message }
  return data.result
}

/** The steps of one browser. */
export function accountOf(browser: Browser) {
  const withInput = (field: string, type: string, selection: string) => (input: Record<string, unknown>) =>
    run(browser, `($input: ${type}!) { result: ${field}(input: $input)`, selection, { input })
  const alone = (field: string, selection: string) => () => run(browser, `{ result: ${field}`, selection, {})

  return {
    browser,
    signIn: (email: string, more: Record<string, unknown> = {}) =>
      run(
        browser,
        '($input: SignInInput!) { result: signIn(input: $input)',
        '... on SignInPayload { person { name } } ... on SignInChallenge { challenge expiresAt }',
        { input: { email, password: PASSWORD, ...more } },
      ),
    verify: withInput('signInVerify', 'SignInVerifyInput', '... on SignInVerifyPayload { person { name } }'),
    reauthenticate: withInput(
      'reauthenticate',
      'ReauthenticateInput',
      '... on ReauthenticatePayload { session { id elevatedUntil } }',
    ),
    elevate: (code?: string) =>
      run(
        browser,
        '($input: ReauthenticateInput!) { result: reauthenticate(input: $input)',
        '... on ReauthenticatePayload { session { id elevatedUntil } }',
        { input: { password: PASSWORD, ...(code && { code }) } },
      ),
    refresh: alone('sessionRefresh', '... on SessionRefreshPayload { session { id expiresAt } }'),
    enrol: alone('totpEnrol', '... on TotpEnrolPayload { secret uri qrSvg }'),
    confirm: withInput('totpConfirm', 'TotpConfirmInput', '... on TotpConfirmPayload { recoveryCodes otherSessions }'),
    disable: alone('totpDisable', '... on TotpDisablePayload { otherSessions }'),
    regenerate: alone('recoveryCodesRegenerate', '... on RecoveryCodesRegeneratePayload { recoveryCodes }'),
    changePassword: withInput(
      'passwordChange',
      'PasswordChangeInput',
      '... on PasswordChangePayload { otherSessions person { name } }',
    ),
    reset: withInput('passwordReset', 'PasswordResetInput', '... on PasswordResetPayload { isDone }'),
    requestReset: (email: string) =>
      run(browser, '($email: String!) { result: passwordResetRequest(email: $email)', '', { email }),
    update: (input: Record<string, unknown>, expectedVersion?: number) =>
      run(
        browser,
        '($input: AccountUpdateInput!, $version: Int) { result: accountUpdate(input: $input, expectedVersion: $version)',
        '... on AccountUpdatePayload { person { name email version } } ... on PersonVersionConflictError { person { version } }',
        { input, version: expectedVersion },
      ),
    endSession: (id: string) =>
      run(browser, '($id: ID!) { result: sessionEnd(id: $id)', '... on SessionEndPayload { sessionId }', { id }),
    endOthers: alone('sessionsEndOthers', '... on SessionsEndOthersPayload { ended }'),
    /** Code of the refusal of a read; undefined for an open session. */
    async refusal(): Promise<string | undefined> {
      const { errors } = await browser.request('{ viewer { role } }')
      return errors?.[0]?.extensions.code
    },
    /** Enables an authenticator, elevated before. @returns its seed and the recovery codes */
    async enableTotp(clock: Clock) {
      await this.elevate()
      const { secret } = await this.enrol()
      const { recoveryCodes } = await this.confirm({ code: totp(secret, clock) })
      return { secret: secret as string, recoveryCodes: recoveryCodes as string[] }
    },
  }
}

export type Account = ReturnType<typeof accountOf>

/** A person in a new browser, signed in. */
export async function signedIn(url: string, email: string, headers: Record<string, string> = {}): Promise<Account> {
  const account = accountOf(createBrowser(url, headers))
  await account.signIn(email)
  return account
}

/** The present code of an authenticator, or the one `steps` later. */
export function totp(secret: string, clock: Pick<Clock, 'now'>, steps = 0): string {
  return codeOf(fromBase32(secret), stepAt(clock.now()) + steps)
}

function fromBase32(text: string): Buffer {
  const bits = [...text].map((digit) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(digit).toString(2).padStart(5, '0'))
  const bytes = bits.join('').match(/.{8}/g) ?? []
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)))
}

/** Operations that a person must not reach before the enrolment of a second factor. */
export const CLOSED_UNTIL_ENROLLED = [
  ...['{ viewer { role } }', '{ apiKeys { nodes { id } } }', '{ node(id: "org_x") { id } }', '{ sessions { id } }'],
  ...['{ memberships { role } }', 'mutation { memberLeave { __typename } }'],
  ...['mutation { sessionsEndOthers { __typename } }', 'mutation { recoveryCodesRegenerate { __typename } }'],
  'mutation { accountUpdate(input: { name: "Somebody" }) { __typename } }',
]
