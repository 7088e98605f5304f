import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ELEVATION_SECONDS, SESSIONS_AT_MOST, TOKEN_GRACE_SECONDS } from '../../../src/domain/people/sessions.ts'
import { type Account, accountOf, signedIn } from '../../support/accounts.ts'
import { type App, startApp } from '../../support/app.ts'
import { createBrowser, PASSWORD, setUpOwner } from '../../support/browser-client.ts'

// Tokens, ends and elevation of sessions.
const EMAIL = 'ana@example.com'
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
let app: App
let cookie: string
let personId: string
beforeAll(async () => {
  app = await startApp()
  cookie = `__Host-sb_session_${new URL(app.url).port}`
  personId = (await setUpOwner(app)).person.id
})
afterAll(() => app.stop())

const tokenOf = ({ browser }: Account): string => browser.jar.get(cookie)!
/** Another holder of a token, such as a second tab or a thief. */
function holderOf(token: string): Account {
  const account = accountOf(createBrowser(app.url))
  account.browser.jar.set(cookie, token)
  return account
}
const sql = async (text: string, values: unknown[] = []) => (await app.database.pool.query(text, values)).rows
const SESSIONS = '{ sessions { id device address isCurrent lastUsedAt twoFactor } }'

describe('token of a session', () => {
  test('[16] a token that was set before the sign-in is never adopted', async () => {
    const victim = holderOf('sbs_chosen-by-an-attacker')
    await victim.signIn(EMAIL)
    expect(tokenOf(victim)).toMatch(/^sbs_[\w-]{43}$/)
    expect(await holderOf('sbs_chosen-by-an-attacker').refusal()).toBe('UNAUTHENTICATED')

    const attacker = await signedIn(app.url, EMAIL)
    const planted = tokenOf(attacker)
    const other = holderOf(planted)
    await other.signIn(EMAIL)
    expect(tokenOf(other)).not.toBe(planted)
    expect(await attacker.refusal()).toBe('UNAUTHENTICATED')
  })

  test('[16] the token changes at an elevation, and the earlier holder gains nothing', async () => {
    const account = await signedIn(app.url, EMAIL)
    const thief = holderOf(tokenOf(account))
    expect((await account.elevate()).session.elevatedUntil).toBe(
      new Date(app.clock.now().getTime() + ELEVATION_SECONDS * 1000).toISOString(),
    )
    expect(await thief.refusal()).toBeUndefined()
    expect((await thief.endOthers()).topLevel).toBe('REAUTHENTICATION_REQUIRED')
    expect((await account.endOthers()).__typename).toBe('SessionsEndOthersPayload')
  })

  test('a refresh gives another token, and the earlier one is good for a minute', async () => {
    const account = await signedIn(app.url, EMAIL)
    const earlier = holderOf(tokenOf(account))
    await account.refresh()
    expect(tokenOf(account)).not.toBe(tokenOf(earlier))
    app.clock.advance(TOKEN_GRACE_SECONDS - 1)
    expect([await earlier.refusal(), await account.refusal()]).toEqual([undefined, undefined])
  })

  test('a second tab that refreshes with the earlier token leaves the new one good', async () => {
    const account = await signedIn(app.url, EMAIL)
    const tab = holderOf(tokenOf(account))
    const before = tokenOf(tab)
    await account.refresh()
    expect((await tab.refresh()).session.id).toBe((await account.refresh()).session.id)
    expect(tokenOf(tab)).toBe(before)
    expect((await tab.elevate()).code).toBe('SESSION_REFRESHED')
    app.clock.advance(600)
    expect(await account.refusal()).toBeUndefined()
  })

  test('a token that was replaced more than a minute ago ends the session of both holders, with an audit entry', async () => {
    const account = await signedIn(app.url, EMAIL)
    const thief = holderOf(tokenOf(account))
    const { session } = await account.refresh()
    app.clock.advance(TOKEN_GRACE_SECONDS)
    expect(await thief.refusal()).toBe('UNAUTHENTICATED')
    expect(await account.refusal()).toBe('UNAUTHENTICATED')
    const entries = await sql("SELECT actor, resource, ip FROM audit_entries WHERE action = 'session.reuse'")
    expect(entries).toEqual([{ actor: personId, resource: session.id, ip: '127.0.0.1' }])
    await thief.refusal()
    expect(await sql("SELECT FROM audit_entries WHERE action = 'session.reuse'")).toHaveLength(1)
  })

  test('of many refreshes at once, one replaces the token', async () => {
    const account = await signedIn(app.url, EMAIL)
    const tabs = Array.from({ length: 6 }, () => holderOf(tokenOf(account)))
    await Promise.all(tabs.map((tab) => tab.refresh()))
    expect(tabs.filter((tab) => tokenOf(tab) !== tokenOf(account))).toHaveLength(1)
  })
})

describe('ends of a session', () => {
  test('[22] a session without requests ends an hour after the last one, however often its token is refreshed', async () => {
    const account = await signedIn(app.url, EMAIL)
    for (let n = 0; n < 5; n++) {
      app.clock.advance(600)
      expect((await account.refresh()).__typename).toBe('SessionRefreshPayload')
    }
    app.clock.advance(600)
    expect((await account.refresh()).topLevel).toBe('UNAUTHENTICATED')
    expect(await account.refusal()).toBe('UNAUTHENTICATED')
  })

  test('[22] a session in use ends a day after the sign-in, however often its token is refreshed', async () => {
    const account = await signedIn(app.url, EMAIL)
    const id = (await account.refresh()).session.id
    for (let hours = 0; hours < 47; hours++) {
      app.clock.advance(1_800)
      expect(await account.refusal()).toBeUndefined()
      // The time of the last use is written without the request waiting for it.
      await expect
        .poll(async () => (await sql('SELECT seen_at FROM sessions WHERE id = $1', [id]))[0].seen_at)
        .toEqual(app.clock.now())
      await account.refresh()
    }
    app.clock.advance(1_800)
    expect(await account.refusal()).toBe('UNAUTHENTICATED')
  })

  test('the cookie of an ended session is no obstacle to the next sign-in', async () => {
    const account = await signedIn(app.url, EMAIL)
    app.clock.advance(3_600)
    expect((await account.signIn(EMAIL)).person.name).toBe('Ana')
    expect(await account.refusal()).toBeUndefined()
  })
})

describe('sessions of a person', () => {
  test('[20] they are listed with device, address and last use, and no token is among them', async () => {
    await sql('UPDATE sessions SET ended_at = now() WHERE ended_at IS NULL')
    const first = await signedIn(app.url, EMAIL, { 'user-agent': FIREFOX })
    app.clock.advance(60)
    const second = await signedIn(app.url, EMAIL)
    const listed = await second.browser.ask(SESSIONS)
    const about = { id: expect.stringMatching(/^ses_/), address: '127.0.0.1', twoFactor: false }
    expect(listed).toEqual([
      { ...about, device: 'node', isCurrent: true, lastUsedAt: app.clock.now().toISOString() },
      { ...about, device: 'Firefox on Linux', isCurrent: false, lastUsedAt: expect.any(String) },
    ])
    expect((await first.browser.ask(SESSIONS)).map(({ isCurrent }: { isCurrent: boolean }) => isCurrent)).toEqual([
      ...[false, true],
    ])
  })

  test('[20] ending another session needs the password again, and holds at once', async () => {
    const [mine, other] = [await signedIn(app.url, EMAIL), await signedIn(app.url, EMAIL)]
    const { id } = (await other.refresh()).session
    expect((await mine.endSession(id)).topLevel).toBe('REAUTHENTICATION_REQUIRED')
    await mine.elevate()
    expect((await mine.endSession(id)).sessionId).toBe(id)
    expect(await other.refusal()).toBe('UNAUTHENTICATED')
    expect((await mine.endSession(id)).code).toBe('NOT_FOUND')
    expect((await mine.endOthers()).ended).toBeGreaterThan(0)
    expect(await mine.browser.ask(SESSIONS)).toHaveLength(1)
  })

  test('the session of another person looks absent', async () => {
    const [session] = await sql(
      `WITH bob AS (INSERT INTO persons (id, email, name, created_at, updated_at) VALUES ('usr_bob', 'bob@example.com', 'Bob', now(), now()) RETURNING id)
       INSERT INTO sessions (id, person_id, created_at, seen_at, expires_at, idle_seconds)
       SELECT 'ses_bob', id, $1, $1, $1::timestamptz + interval '1 day', 3600 FROM bob RETURNING id`,
      [app.clock.now()],
    )
    const account = await signedIn(app.url, EMAIL)
    await account.elevate()
    expect((await account.endSession(session.id)).code).toBe('NOT_FOUND')
    expect(await account.browser.ask('{ node(id: "ses_bob") { id } }')).toBeNull()
    await account.endOthers()
    expect(await sql("SELECT FROM sessions WHERE id = 'ses_bob' AND ended_at IS NULL")).toHaveLength(1)
  })

  test('a person has a bounded number of open sessions, and the one used least recently ends', async () => {
    const oldest = await signedIn(app.url, EMAIL)
    app.clock.advance(60)
    await sql(
      `INSERT INTO sessions (id, person_id, created_at, seen_at, expires_at, idle_seconds)
       SELECT 'ses_full_' || n, $1, $2, $2, $2::timestamptz + interval '1 day', 3600 FROM generate_series(1, $3) n`,
      [personId, app.clock.now(), SESSIONS_AT_MOST - 1],
    )
    const newest = await signedIn(app.url, EMAIL)
    expect([await oldest.refusal(), await newest.refusal()]).toEqual(['UNAUTHENTICATED', undefined])
    expect(await newest.browser.ask(SESSIONS)).toHaveLength(SESSIONS_AT_MOST)
  })
})

describe('elevation', () => {
  test('it needs the password, and ends ten minutes later', async () => {
    const account = await signedIn(app.url, EMAIL)
    expect((await account.reauthenticate({ password: 'wrong' })).code).toBe('UNAUTHENTICATED')
    expect((await account.endOthers()).topLevel).toBe('REAUTHENTICATION_REQUIRED')
    await account.elevate()
    app.clock.advance(ELEVATION_SECONDS - 1)
    expect((await account.endOthers()).__typename).toBe('SessionsEndOthersPayload')
    app.clock.advance(1)
    expect((await account.endOthers()).topLevel).toBe('REAUTHENTICATION_REQUIRED')
  })

  test('[6] wrong passwords of one session have to wait, and take nothing from another session', async () => {
    const [thief, owner] = [await signedIn(app.url, EMAIL), await signedIn(app.url, EMAIL)]
    for (let n = 0; n < 5; n++) await thief.reauthenticate({ password: 'wrong' })
    expect((await thief.reauthenticate({ password: PASSWORD })).topLevel).toBe('RATE_LIMITED')
    expect((await owner.elevate()).session.elevatedUntil).not.toBeNull()
  })

  test('a socket, which is found by the id of its session, gains nothing by it', async () => {
    const account = await signedIn(app.url, EMAIL)
    const { id: sessionId } = (await account.elevate()).session
    const isElevated = async (by: { sessionId: string } | { token: string }) =>
      (await app.services.authenticateSession({ by, ip: null, requestId: 'x' })).isElevated
    expect([await isElevated({ sessionId }), await isElevated({ token: tokenOf(account) })]).toEqual([false, true])
  })

  test('a key with DELETE needs it from a person for each new secret, and never from a key', async () => {
    const account = await signedIn(app.url, EMAIL)
    const create = (actions: string) => `mutation { apiKeyCreate(input: { name: "x",
      permissions: [{ resource: "keys", actions: [${actions}] }] }) { ... on ApiKeyCreatePayload { apiKey { id } } } }`
    const codeOf = async (query: string) => (await account.browser.request(query)).errors?.[0]?.extensions.code
    const plain = (await account.browser.ask(create('READ'))).apiKey.id
    const widen = `mutation { apiKeyUpdate(id: "${plain}", input: { permissions: [{ resource: "keys", actions: [DELETE] }] }) { __typename } }`
    const rotate = `mutation { apiKeyRotate(id: "${plain}", input: { mode: SAME_ID, overlapSeconds: 0 }) { __typename } }`
    expect(await codeOf(create('READ, DELETE'))).toBe('REAUTHENTICATION_REQUIRED')
    expect([await codeOf(widen), await codeOf(rotate)]).toEqual(['REAUTHENTICATION_REQUIRED', undefined])
    await account.elevate()
    expect([await codeOf(create('READ, DELETE')), await codeOf(widen)]).toEqual([undefined, undefined])
    app.clock.advance(ELEVATION_SECONDS)
    expect(await codeOf(rotate)).toBe('REAUTHENTICATION_REQUIRED')
    expect((await app.host.createKey({ keys: ['read', 'delete'] })).apiKey.id).toMatch(/^key_/)
  })
})
