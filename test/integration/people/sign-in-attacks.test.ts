import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TRIES_AT_MOST } from '../../../src/domain/people/one-time-codes.ts'
import { REMEMBERED_SECONDS } from '../../../src/domain/people/sessions.ts'
import { accountOf, totp } from '../../support/accounts.ts'
import { type App, startApp } from '../../support/app.ts'
import { createBrowser, PASSWORD } from '../../support/browser-client.ts'
import { browserWith, signedInMember, standing, tokenOf } from '../../support/signed-in-member.ts'

// Stolen tokens, guessed codes, and a password that changes while it is verified.
let app: App
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.stop())

const stranger = () => accountOf(createBrowser(app.url))

describe('session token', () => {
  test('[16] the token changes at sign-in, elevation and second factor, and has 256 random bits', async () => {
    const { browser, account, email } = await signedInMember(app, 'changes')
    const seen = [tokenOf(browser)]
    const { secret } = await account.enableTotp(app.clock)
    seen.push(tokenOf(browser))
    app.clock.advance(60)
    const { challenge } = await account.signIn(email)
    expect(tokenOf(browser)).toBe(seen[1])
    await account.verify({ challenge, code: totp(secret, app.clock) })
    seen.push(tokenOf(browser))
    expect(new Set(seen).size).toBe(3)
    for (const token of seen) expect(token).toMatch(/^sbs_[\w-]{43}$/)
    app.clock.advance(60)
    expect(await standing(browserWith(seen[1]!, app.url))).toBe('UNAUTHENTICATED')
    expect(await standing(browser)).toBe('OWNER')
  })

  test('another person signs in in the same browser after a sign-out, and the earlier session stays ended', async () => {
    const [one, other] = [await signedInMember(app, 'out-one'), await signedInMember(app, 'out-other')]
    const stolen = tokenOf(one.browser)
    await one.browser.ask('mutation { signOut { __typename } }')
    expect(tokenOf(one.browser)).toBe('')
    await one.account.signIn(other.email)
    expect((await one.browser.ask('{ viewer { person { email } } }')).person.email).toBe(other.email)
    expect(await standing(browserWith(stolen, app.url))).toBe('UNAUTHENTICATED')
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

  test('[22] a remembered session ends after 30 days', async () => {
    const { email } = await signedInMember(app, 'remembered')
    const browser = createBrowser(app.url)
    await accountOf(browser).signIn(email, { remember: true })
    app.clock.advance(REMEMBERED_SECONDS - 1)
    expect(await standing(browser)).toBe('OWNER')
    app.clock.advance(1)
    expect(await standing(browser)).toBe('UNAUTHENTICATED')
  })
})

describe('challenge', () => {
  async function challenged(name: string) {
    const person = await signedInMember(app, name)
    await person.account.enableTotp(app.clock)
    return { ...person, challenge: (await stranger().signIn(person.email)).challenge as string }
  }

  test('[15] of ten tries of one challenge at once, five run', async () => {
    const { challenge, personId } = await challenged('burst')
    const answers = await Promise.all(
      Array.from({ length: 2 * TRIES_AT_MOST }, (_, n) => stranger().verify({ challenge, code: `00000${n}` })),
    )
    expect(answers.filter(({ message }) => message.startsWith('The code is wrong'))).toHaveLength(TRIES_AT_MOST)
    const { tries } = await app.database.prisma.oneTimeCode.findFirstOrThrow({ where: { personId, kind: 'SIGN_IN' } })
    expect(tries).toBe(TRIES_AT_MOST)
  })
})

describe('sign-in', () => {
  test.each([false, true])(
    'a password that is replaced while it is verified opens nothing (second factor: %s)',
    async (twoFactor) => {
      const { account, email, personId } = await signedInMember(app, `race-${twoFactor}`)
      if (twoFactor) await account.enableTotp(app.clock)
      const client = await app.database.pool.connect()
      await client.query('BEGIN')
      await client.query("DELETE FROM person_credentials WHERE person_id = $1 AND kind = 'PASSWORD'", [personId])
      const browser = createBrowser(app.url)
      const answer = accountOf(browser).signIn(email, { password: PASSWORD })
      const WAITS = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
      await expect.poll(async () => (await app.database.pool.query(WAITS)).rowCount).toBe(1)
      await client.query('COMMIT')
      client.release()
      expect(await answer).toMatchObject({ code: 'UNAUTHENTICATED' })
      expect(tokenOf(browser)).toBe('')
      expect(await app.database.prisma.oneTimeCode.count({ where: { personId } })).toBe(0)
    },
  )
})
