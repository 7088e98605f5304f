import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MailMessage } from '../../../src/domain/people/mail.ts'
import { ELEVATION_SECONDS } from '../../../src/domain/people/sessions.ts'
import { FREE_FAILURES } from '../../../src/domain/people/sign-in-budgets.ts'
import { accountOf, totp } from '../../support/accounts.ts'
import { type App, startApp } from '../../support/app.ts'
import { createBrowser, PASSWORD } from '../../support/browser-client.ts'
import { browserWith, signedInMember, standing, tokenOf } from '../../support/signed-in-member.ts'

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

const subjectsTo = (email: string) => mails.filter(({ to }) => to === email).map(({ subject }) => subject)

describe('elevation', () => {
  test('[21] a change of email, password or factor needs the password again, and a change of name does not', async () => {
    const { browser } = await signedInMember(app, 'plain')
    const password = { currentPassword: PASSWORD, password: 'another four plain words' }
    expect((await accountOf(browser).update({ email: 'new@example.com' })).topLevel).toBe('REAUTHENTICATION_REQUIRED')
    expect((await accountOf(browser).changePassword(password)).topLevel).toBe('REAUTHENTICATION_REQUIRED')
    expect((await accountOf(browser).enrol()).topLevel).toBe('REAUTHENTICATION_REQUIRED')
    expect((await accountOf(browser).disable()).topLevel).toBe('REAUTHENTICATION_REQUIRED')
    expect(await accountOf(browser).update({ name: 'Bea' })).toMatchObject({ person: { name: 'Bea', version: 2 } })
  })

  test('an elevation ends after ten minutes', async () => {
    const { browser } = await signedInMember(app, 'ten-minutes')
    const { session } = await accountOf(browser).elevate()
    expect(session.elevatedUntil).toBe(new Date(app.clock.now().getTime() + ELEVATION_SECONDS * 1000).toISOString())
    app.clock.advance(ELEVATION_SECONDS - 1)
    expect(await accountOf(browser).enrol()).toMatchObject({ __typename: 'TotpEnrolPayload' })
    app.clock.advance(1)
    expect((await accountOf(browser).enrol()).topLevel).toBe('REAUTHENTICATION_REQUIRED')
  })

  test('an elevation is one of its session, and of no earlier token', async () => {
    const { browser, account, email } = await signedInMember(app, 'own')
    const earlier = browserWith(tokenOf(browser), app.url)
    const other = createBrowser(app.url)
    await accountOf(other).signIn(email)
    await account.elevate()
    expect(await standing(earlier)).toBe('OWNER')
    for (const place of [other, earlier])
      expect((await accountOf(place).enrol()).topLevel).toBe('REAUTHENTICATION_REQUIRED')
    expect(await account.enrol()).toMatchObject({ __typename: 'TotpEnrolPayload' })
  })

  test('an elevation needs the second factor where there is one, and wrong tries have to wait', async () => {
    const { account } = await signedInMember(app, 'both')
    const { secret } = await account.enableTotp(app.clock)
    app.clock.advance(ELEVATION_SECONDS)
    expect(await account.elevate()).toMatchObject({ code: 'UNAUTHENTICATED' })
    const wrong = { password: 'a wrong password' }
    expect(await account.reauthenticate({ ...wrong, code: totp(secret, app.clock) })).toMatchObject({
      code: 'UNAUTHENTICATED',
    })
    expect((await account.disable()).topLevel).toBe('REAUTHENTICATION_REQUIRED')
    for (let n = 2; n < FREE_FAILURES; n++) await account.reauthenticate(wrong)
    expect((await account.elevate()).topLevel).toBe('RATE_LIMITED')
    app.clock.advance(1)
    expect(await account.elevate(totp(secret, app.clock))).toMatchObject({ session: {} })
    expect(await account.disable()).toMatchObject({ otherSessions: 0 })
  })

  test('a key is bound by its own expiry, and the end of a session bounds no key', async () => {
    const { browser } = await signedInMember(app, 'key-maker')
    const CREATE = `mutation ($input: ApiKeyCreateInput!) { apiKeyCreate(input: $input) {
      ... on ApiKeyCreatePayload { apiKey { expiresAt } } ... on ValidationError { issues { path message } } } }`
    const input = { name: 'lasting', permissions: [{ resource: 'events', actions: ['READ'] }] }
    await accountOf(browser).elevate()
    expect(await browser.ask(CREATE, { input })).toEqual({ apiKey: { expiresAt: null } })
  })
})

describe('notices', () => {
  test('[21] the old address hears of another one, and the new one signs in', async () => {
    const { browser, email, personId } = await signedInMember(app, 'moves')
    await accountOf(browser).elevate()
    const changed = await accountOf(browser).update({ email: 'Moved@Example.com' })
    expect(changed).toMatchObject({ person: { email: 'moved@example.com' } })
    expect(subjectsTo(email)).toEqual(['Signalbox: Your email address was changed'])
    expect(subjectsTo('moved@example.com')).toEqual([])
    expect(await accountOf(createBrowser(app.url)).signIn(email)).toMatchObject({ code: 'UNAUTHENTICATED' })
    expect(await accountOf(createBrowser(app.url)).signIn('moved@example.com')).toMatchObject({ person: {} })
    const entry = await app.database.prisma.auditEntry.findFirstOrThrow({
      where: { actor: personId, action: 'account.update' },
    })
    expect(entry.details).toEqual({ email: 'moved@example.com' })
  })

  test('[21] changes of password, factor and recovery codes are mailed to the person', async () => {
    const { browser, email } = await signedInMember(app, 'hears')
    const { recoveryCodes } = await accountOf(browser).enableTotp(app.clock)
    const other = createBrowser(app.url)
    const { challenge } = await accountOf(other).signIn(email)
    await accountOf(other).verify({ challenge: challenge, code: recoveryCodes[0]! })
    await browser.ask('mutation { recoveryCodesRegenerate { __typename } }')
    const input = { currentPassword: PASSWORD, password: 'another four plain words' }
    await accountOf(browser).changePassword(input)
    await accountOf(browser).disable()
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
    await accountOf(one.browser).elevate()
    expect(await accountOf(one.browser).update({ email: other.email })).toMatchObject({ code: 'EMAIL_TAKEN' })
    expect(subjectsTo(one.email)).toEqual([])
    expect(await accountOf(one.browser).update({ name: 'x' }, 9)).toMatchObject({
      __typename: 'PersonVersionConflictError',
    })
  })
})
