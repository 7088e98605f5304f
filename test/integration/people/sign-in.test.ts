import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { hashArgon2id } from '../../../src/domain/people/hash-threads.ts'
import { DEVICES_AT_MOST } from '../../../src/domain/people/known-devices.ts'
import {
  addressSubject,
  createSignInBudgets,
  deviceSubject,
  FAILURES_AT_MOST,
  FREE_FAILURES,
} from '../../../src/domain/people/sign-in-budgets.ts'
import { type Account, accountOf } from '../../support/accounts.ts'
import { type App, startApp } from '../../support/app.ts'
import { createBrowser, PASSWORD, setUpOwner } from '../../support/browser-client.ts'

// Failed sign-ins: the answers, the waits, and the budgets of addresses and devices.
vi.mock('../../../src/domain/people/hash-threads.ts', async (original) => {
  const threads = await original<typeof import('../../../src/domain/people/hash-threads.ts')>()
  return { hashArgon2id: vi.fn(threads.hashArgon2id) }
})

const EMAIL = 'ana@example.com'
const WRONG = { password: 'wrong' }
let app: App
let owner: Account
let personId: string
beforeAll(async () => {
  app = await startApp()
  const { browser, person } = await setUpOwner(app)
  owner = accountOf(browser)
  personId = person.id
})
afterAll(() => app.stop())

const stranger = () => accountOf(createBrowser(app.url))
const setFailures = (email: string, failures: number) =>
  app.database.prisma.signInBudget.upsert({
    where: { subject: addressSubject(email, true).hash },
    create: { subject: addressSubject(email, true).hash, failures, lastAt: app.clock.now() },
    update: { failures, lastAt: app.clock.now() },
  })
const forget = () => app.database.prisma.signInBudget.deleteMany()

describe('a refused sign-in', () => {
  test('[9] unknown address, wrong password and disabled person have the same answer, and make as many hashes', async () => {
    const hashes = vi.mocked(hashArgon2id)
    const answers = []
    const attempts = [
      async () => stranger().browser.request(SIGN_IN, { input: { email: 'nobody@example.com', password: 'wrong' } }),
      async () => stranger().browser.request(SIGN_IN, { input: { email: EMAIL, password: 'wrong' } }),
      async () => {
        await app.database.prisma.person.update({ where: { id: personId }, data: { disabledAt: app.clock.now() } })
        return stranger().browser.request(SIGN_IN, { input: { email: EMAIL, password: PASSWORD } })
      },
    ]
    for (const attempt of attempts) {
      hashes.mockClear()
      answers.push([await attempt(), hashes.mock.calls.length])
    }
    await app.database.prisma.person.update({ where: { id: personId }, data: { disabledAt: null } })
    await forget()
    const [first] = answers
    expect(first).toEqual([{ data: { signIn: { code: 'UNAUTHENTICATED', message: expect.any(String) } } }, 1])
    for (const answer of answers) expect(answer).toEqual(first)
  })

  test('a disabled person is refused in an open session too', async () => {
    await app.database.prisma.person.update({ where: { id: personId }, data: { disabledAt: app.clock.now() } })
    expect(await owner.refusal()).toBe('UNAUTHENTICATED')
    await app.database.prisma.person.update({ where: { id: personId }, data: { disabledAt: null } })
    expect(await owner.refusal()).toBeUndefined()
  })

  test('a refused sign-in of a known person is in the audit trail, and the answer does not wait for the entry', async () => {
    const { pool } = app.database
    const TEXT = `SELECT details->>'reason' AS reason FROM audit_entries WHERE action = 'session.create' AND outcome = 'DENIED'`
    await expect
      .poll(async () => (await pool.query(TEXT)).rows.map(({ reason }) => reason).sort())
      .toEqual([...['DISABLED', 'WRONG_PASSWORD']])
  })
})

const SIGN_IN = `mutation ($input: SignInInput!) { signIn(input: $input) {
  ... on SignInPayload { person { name } } ... on Error { code message } } }`

describe('waits after failures', () => {
  test.each([EMAIL, 'nobody@example.com'])(
    '[6] tries of %s wait from the fifth failure, twice as long each time, also with the right password',
    async (email) => {
      for (let n = 0; n < FREE_FAILURES; n++)
        expect((await stranger().signIn(email, WRONG)).__typename).toBe('UnauthenticatedError')
      const waits = []
      for (const seconds of [1, 2, 4]) {
        waits.push((await stranger().signIn(email)).message)
        app.clock.advance(seconds)
        expect((await stranger().signIn(email, WRONG)).__typename).toBe('UnauthenticatedError')
      }
      expect(waits).toEqual([1, 2, 4].map((seconds) => `Too many tries failed. Try again in ${seconds} s.`))
      app.clock.advance(3_600)
    },
  )

  test('a success forgets the failures', async () => {
    await setFailures(EMAIL, FREE_FAILURES - 1)
    expect((await stranger().signIn(EMAIL)).person.name).toBe('Ana')
    for (let n = 0; n < FREE_FAILURES; n++)
      expect((await stranger().signIn(EMAIL, WRONG)).__typename).toBe('UnauthenticatedError')
    await forget()
  })

  test('[6] the 101st consecutive failure is impossible from any address, and the right password is refused as well', async () => {
    await setFailures(EMAIL, FAILURES_AT_MOST - 1)
    app.clock.advance(3_600)
    expect((await stranger().signIn(EMAIL, WRONG)).__typename).toBe('UnauthenticatedError')
    app.clock.advance(400 * 86_400)
    const refused = await stranger().signIn(EMAIL)
    expect(refused.topLevel).toBe('TOO_MANY_FAILURES')
    await forget()
  })

  test('[6] of many tries at once on two nodes, each free one counts once', async () => {
    const nodes = [0, 1].map(() => createSignInBudgets({ pool: app.database.pool, clock: app.clock }))
    const tries = Array.from({ length: 40 }, (_, n) => nodes[n % 2]!.spend(addressSubject('many@example.com', true)))
    const results = await Promise.allSettled(tries)
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(FREE_FAILURES)
  })
})

describe('a known device', () => {
  test('[8] a stranger who fails does not lock out the owner, whose device has a budget of its own', async () => {
    await setFailures(EMAIL, FAILURES_AT_MOST)
    expect((await stranger().signIn(EMAIL)).topLevel).toBe('TOO_MANY_FAILURES')
    expect((await owner.signIn(EMAIL, WRONG)).__typename).toBe('UnauthenticatedError')
    expect((await owner.signIn(EMAIL)).person.name).toBe('Ana')
    expect((await stranger().signIn(EMAIL)).topLevel).toBe('TOO_MANY_FAILURES')
  })

  test('[8] the budget of a device is bounded as well', async () => {
    const device = [...owner.browser.jar].find(([name]) => name.includes('device'))![1]
    const { hash } = deviceSubject(personId, device)
    await app.database.prisma.signInBudget.create({
      data: { subject: hash, failures: FAILURES_AT_MOST, lastAt: app.clock.now() },
    })
    expect((await owner.signIn(EMAIL)).topLevel).toBe('TOO_MANY_FAILURES')
    await forget()
  })

  test('[8] the cookie of a device that never signed in is not adopted', async () => {
    const planted = stranger()
    const name = `__Host-sb_device_${new URL(app.url).port}`
    planted.browser.jar.set(name, 'sbd_chosen-by-somebody-else')
    await planted.signIn(EMAIL)
    expect(planted.browser.jar.get(name)).toMatch(/^sbd_[\w-]{43}$/)
    await setFailures(EMAIL, FAILURES_AT_MOST)
    const other = stranger()
    other.browser.jar.set(name, 'sbd_chosen-by-somebody-else')
    expect((await other.signIn(EMAIL)).topLevel).toBe('TOO_MANY_FAILURES')
    await forget()
  })

  test('a person has a bounded number of known devices', async () => {
    for (let n = 0; n < DEVICES_AT_MOST + 2; n++) await stranger().signIn(EMAIL)
    expect(await app.database.prisma.knownDevice.count({ where: { personId } })).toBe(DEVICES_AT_MOST)
  })
})

describe('failures of addresses that nobody has', () => {
  test('they are forgotten a month later, and those of persons are not', async () => {
    await stranger().signIn('nobody@example.com', WRONG)
    await stranger().signIn(EMAIL, WRONG)
    app.clock.advance(31 * 86_400)
    await stranger().signIn('another@example.com', WRONG)
    const left = await app.database.prisma.signInBudget.findMany()
    const hashes = left.map(({ subject }) => Buffer.from(subject).toString('hex'))
    const of = (email: string) => Buffer.from(addressSubject(email, true).hash).toString('hex')
    expect(hashes.sort()).toEqual([of(EMAIL), of('another@example.com')].sort())
  })
})
