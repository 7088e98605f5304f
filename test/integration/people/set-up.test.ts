import { afterAll, describe, expect, test } from 'vitest'
import { type App, startApp } from '../../support/app.ts'
import { createBrowser, PASSWORD, SETUP, setUpOwner } from '../../support/browser-client.ts'

const app = await startApp()
afterAll(app.stop)

const isGood = (app: App, code: string | undefined): Promise<boolean> =>
  createBrowser(app.url).ask('query ($code: String!) { setupLinkIsGood(code: $code) }', { code })

const VIEWER = '{ viewer { role person { name email } organization { name } } }'

describe('set-up', () => {
  test('refuses a wrong code, and makes one owner when two come at once', async () => {
    const other = await startApp()
    const complete = (code: string | undefined, name: string) =>
      createBrowser(other.url).ask(SETUP, {
        input: { code, organizationName: 'Acme', name, email: `${name}@example.com`, password: PASSWORD },
      })
    expect(await complete('wrong', 'ana')).toMatchObject({ code: 'CODE_NOT_GOOD' })
    const codes = [await other.services.setUp.createCode(), await other.services.setUp.createCode()]
    for (const code of codes) expect(await isGood(other, code)).toBe(true)
    expect(await isGood(other, 'wrong')).toBe(false)
    const answers = await Promise.all([complete(codes[0], 'ana'), complete(codes[1], 'bea'), complete(codes[0], 'eve')])
    expect(answers.filter(({ person }) => person !== undefined)).toHaveLength(1)
    expect(answers.filter(({ code }) => code === 'ALREADY_SET_UP')).toHaveLength(2)
    expect(await complete(codes[1], 'bob')).toMatchObject({ code: 'ALREADY_SET_UP' })
    expect(await other.database.prisma.person.count()).toBe(1)
    for (const code of [...codes, 'wrong']) expect(await isGood(other, code)).toBe(false)
    await other.stop()
  })

  test('makes the first owner and signs the person in', async () => {
    const { browser } = await setUpOwner(app)
    expect(await browser.ask(VIEWER)).toEqual({
      role: 'OWNER',
      person: { name: 'Ana', email: 'ana@example.com' },
      organization: { name: 'Acme' },
    })
    expect(await app.services.setUp.createCode()).toBeUndefined()
  })
})

describe('sign-in', () => {
  const SIGN_IN = `mutation ($input: SignInInput!) { signIn(input: $input) {
    ... on SignInPayload { person { name } } ... on Error { code message } } }`

  test('opens a session that ends with sign-out', async () => {
    const browser = createBrowser(app.url)
    const input = { email: 'Ana@Example.com', password: PASSWORD }
    expect(await browser.ask(SIGN_IN, { input })).toEqual({ person: { name: 'Ana' } })
    expect((await browser.ask(VIEWER)).role).toBe('OWNER')
    const stolen = new Map(browser.jar)
    await browser.ask('mutation { signOut { __typename } }')
    for (const [name, value] of stolen) browser.jar.set(name, value)
    expect((await browser.request(VIEWER)).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
  })

  test('refuses a wrong password and an unknown address alike when asked', async () => {
    const browser = createBrowser(app.url)
    const wrong = await browser.ask(SIGN_IN, { input: { email: 'ana@example.com', password: 'wrong' } })
    const unknown = await browser.ask(SIGN_IN, { input: { email: 'bob@example.com', password: 'wrong' } })
    expect(wrong.code).toBe('UNAUTHENTICATED')
    expect(unknown).toEqual(wrong)
  })
})
