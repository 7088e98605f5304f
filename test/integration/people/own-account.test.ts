import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MailMessage } from '../../../src/domain/people/mail.ts'
import { CODES_AT_MOST, createOneTimeCodes } from '../../../src/domain/people/one-time-codes.ts'
import { LINKS_AT_MOST } from '../../../src/domain/people/password-reset.ts'
import { addressSubject, FAILURES_AT_MOST } from '../../../src/domain/people/sign-in-budgets.ts'
import { accountOf, signedIn, totp } from '../../support/accounts.ts'
import { type App, startApp } from '../../support/app.ts'
import { createBrowser, PASSWORD, setUpOwner } from '../../support/browser-client.ts'

// Passwords, addresses and resets, with the mails about them.
const EMAIL = 'ana@example.com'
const NEXT = 'another phrase of words'
const mails: MailMessage[] = []
const mail = {
  isConfigured: true,
  async send(message: MailMessage) {
    mails.push(message)
    return 'SENT' as const
  },
  stop: () => undefined,
}
let app: App
let personId: string
beforeAll(async () => {
  app = await startApp({ mail })
  personId = (await setUpOwner(app)).person.id
})
afterAll(() => app.stop())

const stranger = () => accountOf(createBrowser(app.url))
const subjectsOf = (sent: MailMessage[]) => sent.map(({ to, subject }) => [to, subject.replace('Signalbox: ', '')])
/** Mails that were sent since the last call. */
const newMails = () => mails.splice(0)
const resetCode = async (email: string) => {
  newMails()
  await stranger().requestReset(email)
  await expect.poll(() => mails.length).toBe(1)
  return newMails()[0]!.text.match(/#([\w-]+)/)![1]!
}
const signInAnswer = async (password: string) => (await stranger().signIn(EMAIL, { password })).__typename
const actions = async () => {
  const text = 'SELECT action FROM audit_entries WHERE actor = $1 ORDER BY id DESC LIMIT 1'
  return (await app.database.pool.query(text, [personId])).rows[0].action
}

describe('password change', () => {
  test('[4] it needs the password again, the current one with it, and a good new one', async () => {
    const account = await signedIn(app.url, EMAIL)
    const input = { currentPassword: PASSWORD, password: NEXT }
    expect((await account.changePassword(input)).topLevel).toBe('REAUTHENTICATION_REQUIRED')
    await account.elevate()
    expect((await account.changePassword({ ...input, currentPassword: NEXT })).code).toBe('UNAUTHENTICATED')
    const bad = await account.changePassword({ ...input, password: 'acme acme acme acme' })
    expect(bad.issues).toEqual([{ path: 'input.password', message: expect.stringContaining('organization') }])
    expect(await signInAnswer(PASSWORD)).toBe('SignInPayload')
  })

  test('[19] it ends all other sessions unless told otherwise, keeps its own, and its person hears of it', async () => {
    const [mine, other] = [await signedIn(app.url, EMAIL), await signedIn(app.url, EMAIL)]
    await mine.elevate()
    newMails()
    const kept = await mine.changePassword({ currentPassword: PASSWORD, password: NEXT, endOtherSessions: false })
    expect(kept).toMatchObject({ otherSessions: expect.any(Number), person: { name: 'Ana' } })
    expect(kept.otherSessions).toBeGreaterThan(0)
    expect(await other.refusal()).toBeUndefined()
    expect((await mine.changePassword({ currentPassword: NEXT, password: PASSWORD })).otherSessions).toBe(0)
    expect([await mine.refusal(), await other.refusal()]).toEqual([undefined, 'UNAUTHENTICATED'])
    expect(subjectsOf(newMails())).toEqual(Array(2).fill([EMAIL, 'Your password was changed']))
    expect([await actions(), await signInAnswer(NEXT)]).toEqual(['account.changePassword', 'UnauthenticatedError'])
  })
})

describe('password reset', () => {
  test('[10] the answer is the same whether or not the address exists, and the link goes to an existing one alone', async () => {
    newMails()
    const answers = []
    for (const email of ['nobody@example.com', EMAIL, 'ANA@example.com '])
      answers.push(
        await stranger().browser.request(`mutation { passwordResetRequest(email: "${email}") {
        __typename ... on PasswordResetRequestPayload { isDone } } }`),
      )
    for (const answer of answers) expect(answer).toEqual(answers[0])
    await expect.poll(() => mails.length).toBe(2)
    for (const { to, text } of newMails()) {
      expect(to).toBe(EMAIL)
      expect(text).toMatch(new RegExp(`${app.url}/reset-password#[\\w-]{43}\\n`))
    }
  })

  test('[19] it ends all sessions, signs nobody in and does not bypass the second factor', async () => {
    const account = await signedIn(app.url, EMAIL)
    const { secret } = await account.enableTotp(app.clock)
    newMails()
    const code = await resetCode(EMAIL)
    const resetting = stranger()
    expect((await resetting.reset({ code, password: NEXT })).isDone).toBe(true)
    expect([resetting.browser.jar.size, await account.refusal()]).toEqual([0, 'UNAUTHENTICATED'])
    const { challenge } = await resetting.signIn(EMAIL, { password: NEXT })
    expect([...resetting.browser.jar.keys()]).toEqual([])
    app.clock.advance(90)
    expect((await resetting.verify({ challenge, code: totp(secret, app.clock) })).person.name).toBe('Ana')
    expect(subjectsOf(newMails())).toContainEqual([EMAIL, 'Your password was changed'])
    app.clock.advance(90)
    await resetting.reauthenticate({ password: NEXT, code: totp(secret, app.clock) })
    await resetting.disable()
  })

  test('a code is good once and for an hour, and a refused password does not use it up', async () => {
    const code = await resetCode(EMAIL)
    const short = await stranger().reset({ code, password: 'short' })
    expect(short.issues[0]).toMatchObject({ path: 'input.password' })
    const resets = [NEXT, NEXT, NEXT].map((password) => stranger().reset({ code, password }))
    const results = await Promise.all(resets)
    expect(results.map((result) => result.code ?? result.isDone).sort()).toEqual([
      'CODE_NOT_GOOD',
      'CODE_NOT_GOOD',
      true,
    ])
    const late = await resetCode(EMAIL)
    app.clock.advance(3_600)
    expect((await stranger().reset({ code: late, password: PASSWORD })).code).toBe('CODE_NOT_GOOD')
  })

  test('it frees an address that has no try left, and voids other links', async () => {
    const subject = addressSubject(EMAIL, true).hash
    const failed = { failures: FAILURES_AT_MOST, lastAt: app.clock.now() }
    await app.database.prisma.signInBudget.upsert({
      where: { subject },
      create: { subject, ...failed },
      update: failed,
    })
    const [first, second] = [await resetCode(EMAIL), await resetCode(EMAIL)]
    expect((await stranger().signIn(EMAIL)).topLevel).toBe('TOO_MANY_FAILURES')
    await stranger().reset({ code: second, password: PASSWORD })
    expect(await signInAnswer(PASSWORD)).toBe('SignInPayload')
    expect((await stranger().reset({ code: first, password: NEXT })).code).toBe('CODE_NOT_GOOD')
  })

  test('a stranger who asks for many links neither fills the mailbox nor voids a link', async () => {
    const links = [await resetCode(EMAIL), await resetCode(EMAIL)]
    await Promise.all(Array.from({ length: 10 }, () => stranger().requestReset(EMAIL)))
    await expect.poll(() => mails.length).toBe(LINKS_AT_MOST - links.length)
    app.clock.advance(3_599)
    // Requests are taken in their order, so the link of another person is the last mail of all.
    await app.database.pool.query(
      `INSERT INTO persons (id, email, name, created_at, updated_at) VALUES ('usr_bob', 'bob@example.com', 'Bob', now(), now())`,
    )
    await stranger().requestReset(EMAIL)
    await stranger().requestReset('bob@example.com')
    await expect.poll(() => mails.map(({ to }) => to)).toEqual([EMAIL, 'bob@example.com'])
    expect((await stranger().reset({ code: links[0], password: PASSWORD })).isDone).toBe(true)
  })

  test('the codes of a person are bounded', async () => {
    const where = { personId, kind: 'SIGN_IN' } as const
    const codes = createOneTimeCodes({ clock: app.clock })
    for (let n = 0; n < CODES_AT_MOST + 2; n++)
      await app.database.prisma.$transaction((tx) => codes.create(tx, 'SIGN_IN', personId))
    expect(await app.database.prisma.oneTimeCode.count({ where })).toBe(CODES_AT_MOST)
  })
})

describe('account update', () => {
  test('the name changes without the password, and an earlier version is answered with the present person', async () => {
    const account = await signedIn(app.url, EMAIL)
    const { person } = await account.update({ name: ' Ana Maria ' })
    expect(person).toEqual({ name: 'Ana Maria', email: EMAIL, version: 2 })
    expect(await account.update({ name: 'Eve' }, 1)).toMatchObject({
      ...{ __typename: 'PersonVersionConflictError', code: 'VERSION_CONFLICT', person: { version: 2 } },
    })
    expect((await account.update({ name: 'Ana' }, 2)).person.version).toBe(3)
  })

  test('[21] a new address needs the password again, and the old address is told', async () => {
    const account = await signedIn(app.url, EMAIL)
    expect((await account.update({ email: 'ana@new.example' })).topLevel).toBe('REAUTHENTICATION_REQUIRED')
    await account.elevate()
    newMails()
    expect((await account.update({ email: ' ANA@new.example' })).person.email).toBe('ana@new.example')
    expect(subjectsOf(newMails())).toEqual([[EMAIL, 'Your email address was changed']])
    expect(await signInAnswer(PASSWORD)).toBe('UnauthenticatedError')
    expect((await account.update({ email: EMAIL })).person.email).toBe(EMAIL)
    expect(await actions()).toBe('account.update')
    expect((await account.update({ email: 'no address' })).issues[0].path).toBe('input.email')
  })

  test('the address of another person is refused', async () => {
    const account = await signedIn(app.url, EMAIL)
    await account.elevate()
    expect((await account.update({ email: 'bob@example.com' })).code).toBe('EMAIL_TAKEN')
  })

  test('[21] changes of the second factor are told', async () => {
    const account = await signedIn(app.url, EMAIL)
    newMails()
    await account.enableTotp(app.clock)
    await account.regenerate()
    await account.disable()
    expect(subjectsOf(newMails()).map(([, subject]) => subject)).toEqual([
      'Two-factor authentication was enabled',
      'Your recovery codes were replaced',
      'Two-factor authentication was disabled',
    ])
  })
})
