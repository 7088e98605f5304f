import { once } from 'node:events'
import http from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { MailMessage } from '../../../src/domain/people/mail.ts'
import { accountOf, totp } from '../../support/accounts.ts'
import { type App, startApp } from '../../support/app.ts'
import { createBrowser, PASSWORD } from '../../support/browser-client.ts'
import { noteSecret } from '../../support/secret-leak-check.ts'
import { signedInMember } from '../../support/signed-in-member.ts'

// New passwords: with the old one, and by a link.
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
beforeEach(() => {
  mails.length = 0
})

const NEW = 'another four plain words'
const stranger = (url = app.url) => accountOf(createBrowser(url))

/** The code of a link that was requested and mailed. */
async function mailedCode(email: string): Promise<string> {
  mails.length = 0
  await stranger().requestReset(email)
  await expect.poll(() => mails.length).toBe(1)
  const [, code = ''] = mails[0]!.text.match(/\/reset-password#([\w-]{43})\n/) ?? []
  expect(code).not.toBe('')
  noteSecret(code)
  return code
}

describe('request of a reset', () => {
  test('the answer is the same without a mail server, and no link is made', async () => {
    const silent = await startApp()
    const { email } = await signedInMember(silent, 'silent')
    for (const address of [email, 'nobody@example.com'])
      expect(await stranger(silent.url).requestReset(address)).toEqual({ __typename: 'PasswordResetRequestPayload' })
    expect(await silent.database.prisma.oneTimeCode.count({ where: { kind: 'PASSWORD_RESET' } })).toBe(0)
    await silent.stop()
  })
})

describe('link of a reset', () => {
  test('has the address of the installation when the request names another host', async () => {
    const { email } = await signedInMember(app, 'forged')
    mails.length = 0
    const query = `mutation { passwordResetRequest(email: "${email}") { __typename } }`
    const { hostname, port, origin } = new URL(app.url)
    const forged = { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' }
    const headers = { ...forged, origin, 'content-type': 'application/json' }
    const request = http.request({ hostname, port, path: '/graphql', method: 'POST', headers })
    request.end(JSON.stringify({ query }))
    const [response] = await once(request, 'response')
    expect(response.statusCode).toBe(200)
    response.resume()
    await expect.poll(() => mails.length).toBe(1)
    noteSecret(mails[0]!.text.match(/#([\w-]{43})\n/)?.[1] ?? '')
    expect(mails[0]!.text).toContain(`${app.url}/reset-password#`)
    expect(mails[0]!.text).not.toContain('evil.example')
  })
})

describe('reset of a password', () => {
  test('a reset makes a challenge void that the old password had', async () => {
    const { account, email } = await signedInMember(app, 'resets-challenge')
    const { secret } = await account.enableTotp(app.clock)
    app.clock.advance(60)
    const { challenge } = await stranger().signIn(email)
    await stranger().reset({ code: await mailedCode(email), password: NEW })
    expect(await stranger().verify({ challenge, code: totp(secret, app.clock) })).toMatchObject({
      code: 'UNAUTHENTICATED',
    })
  })

  test('a link is good once, also for two at once, and makes the other links void', async () => {
    const { email } = await signedInMember(app, 'resets-once')
    const codes = [await mailedCode(email), await mailedCode(email)]
    const answers = await Promise.all(
      ['first', 'second'].map((word) => stranger().reset({ code: codes[0], password: `${word} of four words` })),
    )
    expect(answers.filter(({ isDone }) => isDone)).toHaveLength(1)
    expect(answers.filter(({ code }) => code === 'CODE_NOT_GOOD')).toHaveLength(1)
    expect(await stranger().reset({ code: codes[1], password: NEW })).toMatchObject({ code: 'CODE_NOT_GOOD' })
  })

  test('[21] a link that was sent to the old address is void after a change of the address', async () => {
    const { account, email } = await signedInMember(app, 'resets-moved')
    const code = await mailedCode(email)
    await account.elevate()
    await account.update({ email: 'resets-new@example.com' })
    expect(await stranger().reset({ code, password: NEW })).toMatchObject({ code: 'CODE_NOT_GOOD' })
  })
})

describe('new password', () => {
  test('[3] the name of the organization, the own address and listed passwords are refused', async () => {
    const { account } = await signedInMember(app, 'changes-words')
    await account.elevate()
    for (const [password, reason] of [
      ['Organization of changes-words', /name of the organization/],
      ['changes-words@example.com', /your address/],
      ['passwordpassword', /common and breached/],
    ] as const)
      expect(await account.changePassword({ currentPassword: PASSWORD, password })).toMatchObject({
        issues: [{ path: 'input.password', message: expect.stringMatching(reason) }],
      })
  })
})
