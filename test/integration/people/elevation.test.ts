import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MailMessage } from '../../../src/domain/people/mail.ts'
import { ELEVATION_SECONDS } from '../../../src/domain/people/sessions.ts'
import { FREE_FAILURES } from '../../../src/domain/people/sign-in-budgets.ts'
import { accountOf, totp } from '../../support/accounts.ts'
import { type App, startApp } from '../../support/app.ts'
import { createBrowser, PASSWORD } from '../../support/browser-client.ts'
import { signedInMember } from '../../support/signed-in-member.ts'

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

  test('the end of a session bounds no key that its person makes', async () => {
    const { browser } = await signedInMember(app, 'key-maker')
    const CREATE = `mutation ($input: ApiKeyCreateInput!) { apiKeyCreate(input: $input) {
      ... on ApiKeyCreatePayload { apiKey { expiresAt } } ... on ValidationError { issues { path message } } } }`
    const input = { name: 'lasting', permissions: [{ resource: 'events', actions: ['READ'] }] }
    await accountOf(browser).elevate()
    expect(await browser.ask(CREATE, { input })).toEqual({ apiKey: { expiresAt: null } })
  })
})

describe('notices', () => {
  test('[21] changes of password, factor and recovery codes are mailed to the person', async () => {
    const { browser, email } = await signedInMember(app, 'hears')
    const { recoveryCodes } = await accountOf(browser).enableTotp(app.clock)
    const other = createBrowser(app.url)
    const { challenge } = await accountOf(other).signIn(email)
    await accountOf(other).verify({ challenge, code: recoveryCodes[0]! })
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
})
