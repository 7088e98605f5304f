import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CODE_SECONDS, TRIES_AT_MOST } from '../../../src/domain/people/one-time-codes.ts'
import { RECOVERY_CODES } from '../../../src/domain/people/second-factors.ts'
import { type Account, accountOf, CLOSED_UNTIL_ENROLLED, signedIn, totp } from '../../support/accounts.ts'
import { type App, startApp } from '../../support/app.ts'
import { createBrowser, PASSWORD, setUpOwner } from '../../support/browser-client.ts'
import { createTestClock } from '../../support/clock.ts'
import { cloneDatabase } from '../../support/database.ts'

// The second factor, on two processes with one database.
const EMAIL = 'ana@example.com'
const clock = createTestClock()
let database: Awaited<ReturnType<typeof cloneDatabase>>
let nodes: [App, App]
let owner: Account
let personId: string
let secret: string
let recoveryCodes: string[]
beforeAll(async () => {
  database = await cloneDatabase()
  nodes = [await startApp({ databaseUrl: database.url, clock }), await startApp({ databaseUrl: database.url, clock })]
  const { browser, person } = await setUpOwner(nodes[0])
  owner = accountOf(browser)
  personId = person.id
})
afterAll(async () => {
  for (const node of nodes) await node.stop()
  await database.drop()
})

const at = (node: 0 | 1) => accountOf(createBrowser(nodes[node].url))
/** A challenge in a new browser of a node. */
async function challenged(node: 0 | 1 = 0, more: Record<string, unknown> = {}) {
  const account = at(node)
  const { __typename, challenge } = await account.signIn(EMAIL, more)
  expect(__typename).toBe('SignInChallenge')
  return { account, challenge: challenge as string }
}
const sql = async (text: string) => (await nodes[0].database.pool.query(text)).rows
/** Goes on to a step of time whose code nobody has used. */
const nextStep = () => clock.advance(90)

describe('enrolment', () => {
  test('[13] a seed of 160 bits is encrypted in the database, and does not count before a code was confirmed', async () => {
    expect((await owner.enrol()).topLevel).toBe('REAUTHENTICATION_REQUIRED')
    await owner.elevate()
    const enrolled = await owner.enrol()
    expect(enrolled.secret).toMatch(/^[A-Z2-7]{32}$/)
    expect(enrolled.uri).toContain(`secret=${enrolled.secret}`)
    expect(enrolled.qrSvg).toMatch(/^<svg /)
    const [stored] = await sql("SELECT secret, confirmed_at FROM person_credentials WHERE kind = 'TOTP'")
    expect(stored).toMatchObject({ confirmed_at: null, secret: expect.stringMatching(/^test:/) })
    expect((await signedIn(nodes[0].url, EMAIL)).browser.jar.size).toBe(2)
    expect((await owner.confirm({ code: totp(enrolled.secret, clock, 5) })).code).toBe('UNAUTHENTICATED')
  })

  test('an enrolment that was not confirmed is replaced, and only the new seed counts', async () => {
    const { secret: earlier } = await owner.enrol()
    ;({ secret } = await owner.enrol())
    expect((await owner.confirm({ code: totp(earlier, clock) })).code).toBe('UNAUTHENTICATED')
    const confirmed = await owner.confirm({ code: totp(secret, clock) })
    ;({ recoveryCodes } = confirmed)
    expect(confirmed.otherSessions).toBe(1)
    expect((await owner.enrol()).code).toBe('TWO_FACTOR_ENABLED')
  })

  test('[14] ten recovery codes of 120 bits are shown once, and the database has hashes of them', async () => {
    expect(new Set(recoveryCodes).size).toBe(RECOVERY_CODES)
    for (const code of recoveryCodes) expect(code).toMatch(/^([A-Z2-7]{6}-){3}[A-Z2-7]{6}$/)
    const stored = await sql("SELECT secret FROM person_credentials WHERE kind = 'RECOVERY_CODE'")
    expect(stored).toHaveLength(RECOVERY_CODES)
    for (const row of stored) expect(row.secret).toMatch(/^[\w+/]{43}=$/)
  })
})

describe('sign-in with a second factor', () => {
  test('[15] the password gives no session, and the challenge opens nothing else', async () => {
    nextStep()
    const { account, challenge } = await challenged()
    expect([...account.browser.jar]).toEqual([])
    const cookie = `__Host-sb_session_${new URL(nodes[0].url).port}`
    for (const token of [challenge, `sbs_${challenge}`]) {
      account.browser.jar.set(cookie, token)
      expect(await account.refusal()).toBe('UNAUTHENTICATED')
    }
    account.browser.jar.clear()
    const bearer = await account.browser.request('{ viewer { role } }', {}, { authorization: `Bearer ${challenge}` })
    expect(bearer.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
    expect((await account.reset({ code: challenge, password: 'another long password' })).code).toBe('CODE_NOT_GOOD')
    expect(await nodes[0].services.setUp.isOpen()).toBe(false)
    expect((await account.verify({ challenge, code: totp(secret, clock) })).person.name).toBe('Ana')
    expect((await account.browser.ask('{ viewer { role } }')).role).toBe('OWNER')
  })

  test('[15] a challenge is good once, for five minutes and five tries', async () => {
    nextStep()
    const used = await challenged()
    await used.account.verify({ challenge: used.challenge, code: totp(secret, clock) })
    nextStep()
    expect((await at(0).verify({ challenge: used.challenge, code: totp(secret, clock) })).code).toBe('UNAUTHENTICATED')

    const old = await challenged()
    clock.advance(CODE_SECONDS.SIGN_IN)
    expect((await old.account.verify({ challenge: old.challenge, code: totp(secret, clock) })).message).toContain(
      'too long',
    )

    const tried = await challenged()
    for (let n = 0; n < TRIES_AT_MOST; n++)
      expect((await tried.account.verify({ challenge: tried.challenge, code: '000000' })).code).toBe('UNAUTHENTICATED')
    clock.advance(60)
    const right = { challenge: tried.challenge, code: totp(secret, clock) }
    expect((await tried.account.verify(right)).message).toContain('too many tries')
  })

  test('[6] wrong codes count against the address, however often the right password is given', async () => {
    await nodes[0].database.prisma.signInBudget.deleteMany()
    for (let n = 0; n < 5; n++) {
      const { account, challenge } = await challenged()
      expect((await account.verify({ challenge, code: '000000' })).code).toBe('UNAUTHENTICATED')
    }
    expect((await at(1).signIn(EMAIL)).topLevel).toBe('RATE_LIMITED')
    nextStep()
    const { account, challenge } = await challenged()
    expect((await account.verify({ challenge, code: totp(secret, clock) })).person.name).toBe('Ana')
    expect(await nodes[0].database.prisma.signInBudget.count()).toBe(0)
  })

  test('[11] a code that was accepted is refused again, and so is an earlier one', async () => {
    nextStep()
    const code = totp(secret, clock)
    const earlier = totp(secret, clock, -1)
    const first = await challenged()
    expect((await first.account.verify({ challenge: first.challenge, code })).person.name).toBe('Ana')
    for (const replayed of [code, earlier]) {
      const again = await challenged()
      expect((await again.account.verify({ challenge: again.challenge, code: replayed })).code).toBe('UNAUTHENTICATED')
    }
    await nodes[0].database.prisma.signInBudget.deleteMany()
  })

  test('[11] of uses of one code in two processes at once, one opens a session', async () => {
    for (let round = 0; round < 5; round++) {
      nextStep()
      const code = totp(secret, clock)
      const opened = await Promise.all([challenged(0), challenged(1), challenged(0), challenged(1)])
      const answers = await Promise.all(opened.map(({ account, challenge }) => account.verify({ challenge, code })))
      expect(answers.filter(({ __typename }) => __typename === 'SignInVerifyPayload')).toHaveLength(1)
      await nodes[0].database.prisma.signInBudget.deleteMany()
    }
  })

  test('[11] of uses of one challenge in two processes at once, one opens a session', async () => {
    nextStep()
    const { challenge } = await challenged()
    const codes = [totp(secret, clock), totp(secret, clock, 1), recoveryCodes[9]!, recoveryCodes[8]!]
    const answers = await Promise.all(codes.map((code, n) => at((n % 2) as 0 | 1).verify({ challenge, code })))
    expect(answers.filter(({ __typename }) => __typename === 'SignInVerifyPayload')).toHaveLength(1)
    await nodes[0].database.prisma.signInBudget.deleteMany()
  })

  test('"remember me" lasts through the challenge', async () => {
    nextStep()
    const { account, challenge } = await challenged(0, { remember: true })
    await account.verify({ challenge, code: totp(secret, clock) })
    const [session] = await sql(
      'SELECT expires_at - created_at AS life, two_factor FROM sessions ORDER BY id DESC LIMIT 1',
    )
    expect(session).toMatchObject({ life: { days: 30 }, two_factor: true })
  })
})

describe('recovery codes', () => {
  test('[14] of uses of one recovery code in two processes at once, one opens a session, and the use is audited', async () => {
    const opened = await Promise.all([challenged(0), challenged(1), challenged(0)])
    // People type what they read, with or without the hyphens.
    const spelled = [recoveryCodes[0]!, recoveryCodes[0]!.toLowerCase(), recoveryCodes[0]!.replaceAll('-', ' ')]
    const answers = await Promise.all(
      opened.map(({ account, challenge }, n) => account.verify({ challenge, code: spelled[n] })),
    )
    expect(answers.filter(({ __typename }) => __typename === 'SignInVerifyPayload')).toHaveLength(1)
    await nodes[0].database.prisma.signInBudget.deleteMany()
    const entries = await sql("SELECT actor, details FROM audit_entries WHERE action = 'account.useRecoveryCode'")
    expect(entries.at(-1)).toMatchObject({ actor: personId, details: { left: expect.any(Number) } })
    const again = await challenged()
    expect((await again.account.verify({ challenge: again.challenge, code: recoveryCodes[0] })).code).toBe(
      'UNAUTHENTICATED',
    )
  })

  test('[14] codes are made anew only elevated, and the earlier ones are void', async () => {
    nextStep()
    const { account, challenge } = await challenged()
    await account.verify({ challenge, code: totp(secret, clock) })
    expect((await account.regenerate()).topLevel).toBe('REAUTHENTICATION_REQUIRED')
    expect((await account.elevate()).message).toContain('code is wrong')
    nextStep()
    await account.elevate(totp(secret, clock))
    const { recoveryCodes: made } = await account.regenerate()
    const next = await challenged()
    expect((await next.account.verify({ challenge: next.challenge, code: recoveryCodes[1] })).code).toBe(
      'UNAUTHENTICATED',
    )
    expect((await next.account.verify({ challenge: next.challenge, code: made[1] })).person.name).toBe('Ana')
  })
})

describe('an organization that requires a second factor', () => {
  test('[27] without one only enrolment is open, and with one everything is', async () => {
    nextStep()
    const { account, challenge } = await challenged()
    await account.verify({ challenge, code: totp(secret, clock) })
    await sql("UPDATE organizations SET two_factor_roles = '{OWNER}'")
    expect(await account.refusal()).toBeUndefined()
    nextStep()
    await account.elevate(totp(secret, clock))
    expect((await account.disable()).otherSessions).toBeGreaterThan(0)
    expect((await account.disable()).topLevel).toBe('TWO_FACTOR_REQUIRED')
    for (const query of CLOSED_UNTIL_ENROLLED) {
      const { errors } = await account.browser.request(query)
      expect([query, errors?.[0]?.extensions.code]).toEqual([query, 'TWO_FACTOR_REQUIRED'])
    }
    const again = await signedIn(nodes[1].url, EMAIL)
    expect(await again.refusal()).toBe('TWO_FACTOR_REQUIRED')
    nextStep()
    ;({ secret } = await again.enableTotp(clock))
    expect(await again.refusal()).toBeUndefined()
    expect(await account.refusal()).toBe('TWO_FACTOR_REQUIRED')
  })

  test('[1] [27] a password of 8 characters opens nothing once no second factor is left', async () => {
    nextStep()
    const { account, challenge } = await challenged()
    await account.verify({ challenge, code: totp(secret, clock) })
    nextStep()
    await account.elevate(totp(secret, clock))
    const short = 'xk4 vq9z'
    expect((await account.changePassword({ currentPassword: PASSWORD, password: short })).otherSessions).toBe(0)
    await sql("UPDATE organizations SET two_factor_roles = '{}'")
    expect(await account.refusal()).toBeUndefined()
    await account.disable()
    expect(await account.refusal()).toBe('TWO_FACTOR_REQUIRED')
    await account.reauthenticate({ password: short })
    const refused = await account.changePassword({ currentPassword: short, password: 'xk4 vq9y' })
    expect(refused.issues[0].message).toContain('at least 15 characters')
    await account.changePassword({ currentPassword: short, password: PASSWORD })
    expect(await account.refusal()).toBeUndefined()
  })
})
