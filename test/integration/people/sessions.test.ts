import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { REMEMBERED_SECONDS, SESSION_SECONDS, SESSIONS_AT_MOST } from '../../../src/domain/people/sessions.ts'
import { accountOf } from '../../support/accounts.ts'
import { type App, startApp } from '../../support/app.ts'
import { type Browser, createBrowser, PASSWORD } from '../../support/browser-client.ts'
import { openSession } from '../../support/people.ts'
import { browserWith, signedInMember, standing, tokenOf } from '../../support/signed-in-member.ts'

// Sessions: their rotation, their ends, and their list.
let app: App
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.stop())

const SESSIONS = '{ sessions { id device address isCurrent twoFactor lastUsedAt expiresAt } }'

const actionsOf = async (personId: string) => {
  const entries = await app.database.prisma.auditEntry.findMany({ where: { actor: personId }, orderBy: { id: 'asc' } })
  return entries.map(({ action }) => action)
}

/** The request after an advance of the clock, when the server has noted the use before. */
async function used(browser: Browser, personId: string) {
  const at = app.clock.now()
  expect(await standing(browser)).toBe('OWNER')
  const seen = async () => (await app.database.prisma.session.findFirstOrThrow({ where: { personId } })).seenAt
  await expect.poll(seen).toEqual(at)
}

describe('refresh of a session', () => {
  test('the token is replaced, and the earlier one is good for 60 seconds and no longer', async () => {
    const { browser, personId } = await signedInMember(app, 'rotate')
    const earlier = tokenOf(browser)
    await accountOf(browser).refresh()
    const later = tokenOf(browser)
    expect(later).not.toBe(earlier)
    app.clock.advance(59)
    expect(await standing(browserWith(earlier, app.url))).toBe('OWNER')
    app.clock.advance(1)
    expect(await standing(browserWith(earlier, app.url))).toBe('UNAUTHENTICATED')
    // Two hold the session, so that the holder of the new token is out too.
    expect(await standing(browserWith(later, app.url))).toBe('UNAUTHENTICATED')
    expect(await actionsOf(personId)).toEqual(['session.create', 'session.reuse'])
    expect(await standing(browserWith(earlier, app.url))).toBe('UNAUTHENTICATED')
    expect(await actionsOf(personId)).toHaveLength(2)
  })

  test('a thief who refreshes first loses the session when its person comes back', async () => {
    const { browser } = await signedInMember(app, 'stolen')
    const thief = browserWith(tokenOf(browser), app.url)
    await accountOf(thief).refresh()
    app.clock.advance(60)
    expect(await standing(thief)).toBe('OWNER')
    expect(await standing(browser)).toBe('UNAUTHENTICATED')
    expect(await standing(thief)).toBe('UNAUTHENTICATED')
  })

  test('of four tabs that refresh at once one gets a new token, and all stay signed in', async () => {
    const { browser } = await signedInMember(app, 'tabs')
    const earlier = tokenOf(browser)
    const tabs = Array.from({ length: 4 }, () => browserWith(earlier, app.url))
    const answers = await Promise.all(tabs.map((tab) => accountOf(tab).refresh()))
    expect(new Set(answers.map(({ session }) => session.id)).size).toBe(1)
    expect(tabs.filter((tab) => tokenOf(tab) !== earlier)).toHaveLength(1)
    for (const tab of tabs) expect(await standing(tab)).toBe('OWNER')
  })

  test('the holder of a replaced token cannot make a token of its own', async () => {
    const { browser } = await signedInMember(app, 'late')
    const late = browserWith(tokenOf(browser), app.url)
    await accountOf(browser).refresh()
    await accountOf(late).refresh()
    expect(
      await late.ask(`mutation { reauthenticate(input: { password: "${PASSWORD}" }) { ... on Error { code } } }`),
    ).toEqual({ code: 'SESSION_REFRESHED' })
    app.clock.advance(60)
    expect(await standing(late)).toBe('UNAUTHENTICATED')
  })
})

describe('end of a session', () => {
  test('[22] a session ends an hour after the last request, and its refresh does not count as one', async () => {
    const { browser, personId } = await signedInMember(app, 'idle')
    app.clock.advance(SESSION_SECONDS.idle - 1)
    await used(browser, personId)
    app.clock.advance(SESSION_SECONDS.idle / 2)
    await accountOf(browser).refresh()
    app.clock.advance(SESSION_SECONDS.idle / 2 - 1)
    await accountOf(browser).refresh()
    app.clock.advance(1)
    expect((await accountOf(browser).refresh()).topLevel).toBe('UNAUTHENTICATED')
    expect(await standing(browser)).toBe('UNAUTHENTICATED')
  })

  test('[22] a session ends after 24 hours however often it is used and refreshed, an elevated one too', async () => {
    const { browser, personId } = await signedInMember(app, 'absolute')
    const [{ expiresAt }] = await browser.ask(SESSIONS)
    expect(expiresAt).toBe(new Date(app.clock.now().getTime() + SESSION_SECONDS.lifetime * 1000).toISOString())
    for (let half = 1; half < 48; half++) {
      app.clock.advance(1_800)
      expect((await accountOf(browser).refresh()).session.expiresAt).toBe(expiresAt)
      await used(browser, personId)
    }
    await accountOf(browser).elevate()
    app.clock.advance(1_799)
    expect(await standing(browser)).toBe('OWNER')
    app.clock.advance(1)
    expect(await standing(browser)).toBe('UNAUTHENTICATED')
  })

  test('[22] a remembered session ends after 30 days', async () => {
    const { email } = await signedInMember(app, 'remembered')
    const browser = createBrowser(app.url)
    await accountOf(browser).signIn(email, { remember: true })
    app.clock.advance(REMEMBERED_SECONDS - 1)
    expect(await standing(browser)).toBe('OWNER')
    app.clock.advance(1)
    expect(await standing(browser)).toBe('UNAUTHENTICATED')
  })

  test('the session that was used least recently ends when a person opens one too many', async () => {
    const { browser, personId, email } = await signedInMember(app, 'many')
    for (let n = 1; n < SESSIONS_AT_MOST; n++) await openSession(app, personId)
    app.clock.advance(60)
    await used(browser, personId)
    const before = await app.database.prisma.session.count({ where: { personId, endedAt: null } })
    expect(before).toBe(SESSIONS_AT_MOST)
    await accountOf(createBrowser(app.url)).signIn(email)
    expect(await app.database.prisma.session.count({ where: { personId, endedAt: null } })).toBe(SESSIONS_AT_MOST)
    expect(await standing(browser)).toBe('OWNER')
  })
})

describe('list of sessions', () => {
  const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0'

  test('[20] the list has device, address and last use of the open sessions of the person alone', async () => {
    const { email, personId } = await signedInMember(app, 'listed')
    await signedInMember(app, 'not-listed')
    app.clock.advance(60)
    const browser = createBrowser(app.url, { 'user-agent': FIREFOX })
    await accountOf(browser).signIn(email)
    await app.database.prisma.session.updateMany({ where: { personId, userAgent: 'node' }, data: { userAgent: null } })
    const sessions = await browser.ask(SESSIONS)
    expect(sessions).toMatchObject([
      { device: 'Firefox on Linux', address: '127.0.0.1', isCurrent: true, twoFactor: false },
      { device: null, address: '127.0.0.1', isCurrent: false, twoFactor: false },
    ])
    expect(sessions[0].lastUsedAt).toBe(app.clock.now().toISOString())
    app.clock.advance(SESSION_SECONDS.idle - 60)
    expect(await browser.ask(SESSIONS)).toHaveLength(1)
  })

  test('[20] ending a session needs elevation, refuses its next request, and is audited', async () => {
    const { browser, email, personId } = await signedInMember(app, 'ends')
    const other = createBrowser(app.url)
    await accountOf(other).signIn(email)
    const { id } = (await browser.ask(SESSIONS)).find(({ isCurrent }: { isCurrent: boolean }) => !isCurrent)
    expect((await accountOf(browser).endSession(id)).topLevel).toBe('REAUTHENTICATION_REQUIRED')
    expect((await accountOf(browser).endOthers()).topLevel).toBe('REAUTHENTICATION_REQUIRED')
    expect(await standing(other)).toBe('OWNER')
    await accountOf(browser).elevate()
    expect(await accountOf(browser).endSession(id)).toEqual({ __typename: 'SessionEndPayload', sessionId: id })
    expect(await standing(other)).toBe('UNAUTHENTICATED')
    expect(await accountOf(browser).endSession(id)).toMatchObject({ code: 'NOT_FOUND' })
    expect((await actionsOf(personId)).slice(-2)).toEqual(['session.elevate', 'session.end'])
  })

  test('[20] a session of another person looks absent, and stays open', async () => {
    const [one, other] = [await signedInMember(app, 'mine'), await signedInMember(app, 'theirs')]
    const [{ id }] = await other.browser.ask(SESSIONS)
    await accountOf(one.browser).elevate()
    expect(await accountOf(one.browser).endSession(id)).toMatchObject({ code: 'NOT_FOUND' })
    expect(await one.browser.ask('query ($id: ID!) { node(id: $id) { id } }', { id })).toBeNull()
    expect(await standing(other.browser)).toBe('OWNER')
    expect(await other.browser.ask('query ($id: ID!) { node(id: $id) { id } }', { id })).toEqual({ id })
  })

  test('[20] ending all others keeps the session of the request', async () => {
    const { browser, email } = await signedInMember(app, 'others')
    const others = [createBrowser(app.url), createBrowser(app.url)]
    for (const other of others) await accountOf(other).signIn(email)
    await accountOf(browser).elevate()
    expect(await accountOf(browser).endOthers()).toMatchObject({ ended: 2 })
    for (const other of others) expect(await standing(other)).toBe('UNAUTHENTICATED')
    expect(await standing(browser)).toBe('OWNER')
  })
})
