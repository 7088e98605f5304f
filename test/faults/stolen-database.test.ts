import { hash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accountOf, signedIn, totp } from '../support/accounts.ts'
import { type App, startApp } from '../support/app.ts'
import { createBrowser, PASSWORD, setUpOwner } from '../support/browser-client.ts'

// A thief has a dump of the database: no text in it opens a session.
const EMAIL = 'ana@example.com'
let app: App
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.stop())

/** Every table with its rows as text, as a dump has them: bytes in hexadecimal digits. */
async function dump(): Promise<string> {
  const { pool } = app.database
  const { rows: tables } = await pool.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
  const texts = []
  for (const { tablename } of tables)
    for (const { text } of (await pool.query(`SELECT t::text AS text FROM "${tablename}" t`)).rows) texts.push(text)
  return texts.join('\n')
}

describe('a dump of the database', () => {
  test('[17] it holds nothing that signs in, neither as it is nor decoded', async () => {
    const code = (await app.services.setUp.createCode())!
    const { browser } = await setUpOwner(app)
    const owner = accountOf(browser)
    const { secret, recoveryCodes } = await owner.enableTotp(app.clock)
    app.clock.advance(90)
    const challenged = accountOf(createBrowser(app.url))
    const { challenge } = await challenged.signIn(EMAIL)
    const refreshed = [...browser.jar.values()]
    await owner.refresh()
    const secrets = [code, ...refreshed, ...browser.jar.values(), challenge, secret, ...recoveryCodes, PASSWORD]
    expect(secrets).toHaveLength(18)
    const text = await dump()
    expect(text).toContain(EMAIL)
    const forms = secrets.flatMap((each) => [
      each,
      each.replaceAll('-', ''),
      each.replace(/^sb[sd]_/, ''),
      Buffer.from(each).toString('hex'),
      Buffer.from(each).toString('base64').replace(/=+$/, ''),
      Buffer.from(each.replace(/^sb[sd]_/, ''), 'base64url').toString('hex'),
    ])
    expect(forms.filter((form) => text.includes(form))).toEqual([])
  })

  test('[17] no stored text is taken as a token, a code or a password', async () => {
    const { pool } = app.database
    const { rows } = await pool.query(`
      SELECT encode(hash, 'hex') AS text FROM session_tokens UNION SELECT encode(hash, 'base64') FROM session_tokens
      UNION SELECT encode(hash, 'hex') FROM one_time_codes UNION SELECT encode(hash, 'hex') FROM known_devices
      UNION SELECT secret FROM person_credentials UNION SELECT id FROM sessions`)
    expect(rows.length).toBeGreaterThan(15)
    const thief = accountOf(createBrowser(app.url))
    const cookie = `__Host-sb_session_${new URL(app.url).port}`
    for (const { text } of rows)
      for (const token of [text, `sbs_${text}`, Buffer.from(text).toString('base64url')]) {
        thief.browser.jar.set(cookie, token)
        expect(await thief.refusal()).toBe('UNAUTHENTICATED')
      }
    thief.browser.jar.clear()
    const { rows: hashes } = await pool.query("SELECT secret FROM person_credentials WHERE kind <> 'PASSWORD'")
    for (const { secret } of hashes.slice(0, 4)) {
      await app.database.prisma.signInBudget.deleteMany()
      const { challenge } = await thief.signIn(EMAIL)
      expect((await thief.verify({ challenge, code: secret })).code).toBe('UNAUTHENTICATED')
      expect((await thief.reset({ code: secret, password: 'another long password' })).code).toBe('CODE_NOT_GOOD')
    }
  })

  test('[17] a seed that was moved to the row of another person does not count', async () => {
    const { pool } = app.database
    await pool.query(`
      WITH eve AS (INSERT INTO persons (id, email, name, created_at, updated_at)
        VALUES ('usr_eve', 'eve@example.com', 'Eve', now(), now()) RETURNING id)
      INSERT INTO person_credentials (id, person_id, kind, secret, confirmed_at, created_at)
      SELECT 'crd_eve' || kind, 'usr_eve', kind, secret, now(), now() FROM person_credentials WHERE kind IN ('PASSWORD', 'TOTP')`)
    const eve = await signedIn(app.url, 'eve@example.com')
    const { challenge } = await eve.signIn('eve@example.com')
    const { data, errors } = await eve.browser.request(
      `mutation { signInVerify(input: { challenge: "${challenge}", code: "${totp('A'.repeat(32), app.clock)}" }) { __typename } }`,
    )
    expect([data, errors?.[0]?.extensions.code]).toEqual([null, 'INTERNAL'])
  })
})

describe('the hash of a token', () => {
  test('[17] it is the SHA-256, so that a random token of 256 bits cannot be found from it', async () => {
    const owner = accountOf(createBrowser(app.url))
    await app.database.pool.query("DELETE FROM person_credentials WHERE kind <> 'PASSWORD'")
    await app.database.prisma.signInBudget.deleteMany()
    await owner.signIn(EMAIL)
    const [token] = [...owner.browser.jar].find(([name]) => name.includes('session'))!.slice(1)
    const stored = await app.database.pool.query('SELECT FROM session_tokens WHERE hash = $1', [
      Buffer.from(hash('sha256', token!, 'hex'), 'hex'),
    ])
    expect([stored.rowCount, Buffer.from(token!.slice(4), 'base64url').length]).toEqual([1, 32])
  })
})
