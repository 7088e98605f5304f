import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MailMessage } from '../../../src/domain/people/mail.ts'
import { ELEVATION_SECONDS } from '../../../src/domain/people/sessions.ts'
import { FREE_FAILURES } from '../../../src/domain/people/sign-in-budgets.ts'
import { type App, startApp } from '../../support/app.ts'
import { createBrowser, PASSWORD } from '../../support/browser-client.ts'
import {
  CHANGE_PASSWORD,
  ENROL,
  enableTotp,
  errorOf,
  plant,
  reauthenticate,
  signedInMember,
  signIn,
  standing,
  tokenOf,
  verify,
} from '../../support/credentials.ts'

// Dangerous changes need the password again, and their person hears of them.
const mails: MailMessage[] = []
const mail = {
  isConfigured: true,
  async send(message: MailMessage) {
    mails.push(message)
    return 'SENT' as const
  },
  stop: () => {},
}
let app: App
beforeAll(async () => {
  app = await startApp({ mail })
})
afterAll(() => app.stop())

const UPDATE = `mutation ($input: AccountUpdateInput!, $version: Int) { accountUpdate(input: $input, expectedVersion: $version) {
  __typename ... on AccountUpdatePayload { person { name email version } } ... on Error { code message } } }`
const DISABLE = 'mutation { totpDisable { ... on TotpDisablePayload { otherSessions } ... on Error { code } } }'
const subjectsTo = (email: string) => mails.filter(({ to }) => to === email).map(({ subject }) => subject)

describe('elevation', () => {
  test('[21] a change of email, password or factor needs the password again, and a change of name does not', async () => {
    const { browser } = await signedInMember(app, 'plain')
    const password = { currentPassword: PASSWORD, password: 'another four plain words' }
    expect(await errorOf(browser, UPDATE, { input: { email: 'new@example.com' } })).toBe('REAUTHENTICATION_REQUIRED')
    expect(await errorOf(browser, CHANGE_PASSWORD, { input: password })).toBe('REAUTHENTICATION_REQUIRED')
    expect(await errorOf(browser, ENROL)).toBe('REAUTHENTICATION_REQUIRED')
    expect(await errorOf(browser, DISABLE)).toBe('REAUTHENTICATION_REQUIRED')
    expect(await browser.ask(UPDATE, { input: { name: 'Bea' } })).toMatchObject({ person: { name: 'Bea', version: 2 } })
  })

  test('an elevation ends after ten minutes', async () => {
    const { browser } = await signedInMember(app, 'ten-minutes')
    const { session } = await reauthenticate(browser)
    expect(session.elevatedUntil).toBe(new Date(app.clock.now().getTime() + ELEVATION_SECONDS * 1000).toISOString())
    app.clock.advance(ELEVATION_SECONDS - 1)
    expect(await browser.ask(ENROL)).toMatchObject({ __typename: 'TotpEnrolPayload' })
    app.clock.advance(1)
    expect(await errorOf(browser, ENROL)).toBe('REAUTHENTICATION_REQUIRED')
  })

  test('an elevation is one of its session, and of no earlier token', async () => {
    const { browser, email } = await signedInMember(app, 'own')
    const [other, earlier] = [createBrowser(app.url), createBrowser(app.url)]
    await signIn(other, email)
    plant(earlier, app.url, tokenOf(browser))
    await reauthenticate(browser)
    expect(await standing(earlier)).toBe('OWNER')
    for (const place of [other, earlier]) expect(await errorOf(place, ENROL)).toBe('REAUTHENTICATION_REQUIRED')
    expect(await browser.ask(ENROL)).toMatchObject({ __typename: 'TotpEnrolPayload' })
  })

  test('an elevation needs the second factor where there is one, and wrong tries have to wait', async () => {
    const { browser } = await signedInMember(app, 'both')
    const { authenticator } = await enableTotp(browser, app.clock.now)
    app.clock.advance(ELEVATION_SECONDS)
    expect(await reauthenticate(browser)).toMatchObject({ code: 'UNAUTHENTICATED' })
    expect(await reauthenticate(browser, 'a wrong password', authenticator.codeAt(app.clock.now()))).toMatchObject({
      code: 'UNAUTHENTICATED',
    })
    expect(await errorOf(browser, DISABLE)).toBe('REAUTHENTICATION_REQUIRED')
    for (let n = 2; n < FREE_FAILURES; n++) await reauthenticate(browser, 'a wrong password')
    const REAUTHENTICATE = `mutation { reauthenticate(input: { password: "${PASSWORD}" }) { __typename } }`
    expect(await errorOf(browser, REAUTHENTICATE)).toBe('RATE_LIMITED')
    app.clock.advance(1)
    expect(await reauthenticate(browser, PASSWORD, authenticator.codeAt(app.clock.now()))).toMatchObject({
      session: {},
    })
    expect(await browser.ask(DISABLE)).toEqual({ otherSessions: 0 })
  })

  test('a key is bound by its own expiry, and the end of a session bounds no key', async () => {
    const { browser } = await signedInMember(app, 'key-maker')
    const CREATE = `mutation ($input: ApiKeyCreateInput!) { apiKeyCreate(input: $input) {
      ... on ApiKeyCreatePayload { apiKey { expiresAt } } ... on ValidationError { issues { path message } } } }`
    const input = { name: 'lasting', permissions: [{ resource: 'events', actions: ['READ'] }] }
    await reauthenticate(browser)
    expect(await browser.ask(CREATE, { input })).toEqual({ apiKey: { expiresAt: null } })
  })
})

describe('notices', () => {
  test('[21] the old address hears of another one, and the new one signs in', async () => {
    const { browser, email, personId } = await signedInMember(app, 'moves')
    await reauthenticate(browser)
    const changed = await browser.ask(UPDATE, { input: { email: 'Moved@Example.com' } })
    expect(changed).toMatchObject({ person: { email: 'moved@example.com' } })
    expect(subjectsTo(email)).toEqual(['Signalbox: Your email address was changed'])
    expect(subjectsTo('moved@example.com')).toEqual([])
    expect(await signIn(createBrowser(app.url), email)).toMatchObject({ code: 'UNAUTHENTICATED' })
    expect(await signIn(createBrowser(app.url), 'moved@example.com')).toMatchObject({ person: {} })
    const entry = await app.database.prisma.auditEntry.findFirstOrThrow({
      where: { actor: personId, action: 'account.update' },
    })
    expect(entry.details).toEqual({ email: 'moved@example.com' })
  })

  test('[21] changes of password, factor and recovery codes are mailed to the person', async () => {
    const { browser, email } = await signedInMember(app, 'hears')
    const { recoveryCodes } = await enableTotp(browser, app.clock.now)
    const other = createBrowser(app.url)
    const { challenge } = await signIn(other, email)
    await verify(other, challenge, recoveryCodes[0]!)
    await browser.ask('mutation { recoveryCodesRegenerate { __typename } }')
    const input = { currentPassword: PASSWORD, password: 'another four plain words' }
    await browser.ask(CHANGE_PASSWORD, { input })
    await browser.ask(DISABLE)
    expect(subjectsTo(email)).toEqual([
      'Signalbox: Two-factor authentication was enabled',
      'Signalbox: A recovery code was used',
      'Signalbox: Your recovery codes were replaced',
      'Signalbox: Your password was changed',
      'Signalbox: Two-factor authentication was disabled',
    ])
    for (const secret of [...recoveryCodes, PASSWORD, input.password])
      expect(JSON.stringify(mails)).not.toContain(secret)
  })

  test('an address that another person has is refused, and a stale version is a conflict', async () => {
    const [one, other] = [await signedInMember(app, 'one-address'), await signedInMember(app, 'other-address')]
    await reauthenticate(one.browser)
    expect(await one.browser.ask(UPDATE, { input: { email: other.email } })).toMatchObject({ code: 'EMAIL_TAKEN' })
    expect(subjectsTo(one.email)).toEqual([])
    expect(await one.browser.ask(UPDATE, { input: { name: 'x' }, version: 9 })).toMatchObject({
      __typename: 'PersonVersionConflictError',
    })
  })
})
