import { expect } from 'vitest'
import { hashPassword } from '../../src/domain/people/passwords.ts'
import { accountOf } from './accounts.ts'
import type { App } from './app.ts'
import { type Browser, createBrowser, PASSWORD } from './browser-client.ts'
import { type SignedInOptions, signedIn } from './people.ts'

let hash: Promise<string> | undefined

/** A member of a new organization with the password PASSWORD, who signed in with it. */
export async function signedInMember(app: App, name: string, role: SignedInOptions['role'] = 'OWNER') {
  const organizationId = await app.host.createOrganization(`Organization of ${name}`)
  const email = `${name}@example.com`
  const { personId, sessionId } = await signedIn(app, { role, organizationId, email })
  await app.database.prisma.session.delete({ where: { id: sessionId } })
  hash ??= hashPassword(PASSWORD)
  const createdAt = app.clock.now()
  const credential = { id: `crd_${personId}`, personId, kind: 'PASSWORD' as const, secret: await hash }
  await app.database.prisma.personCredential.create({ data: { ...credential, confirmedAt: createdAt, createdAt } })
  const browser = createBrowser(app.url)
  const account = accountOf(browser)
  expect(await account.signIn(email)).toMatchObject({ __typename: 'SignInPayload' })
  return { personId, email, organizationId, browser, account }
}

/** The role in which a browser is signed in, or the code of the refusal. */
export async function standing(browser: Browser): Promise<string> {
  const { data, errors } = await browser.request('{ viewer { role } }')
  return errors?.[0]?.extensions.code ?? data?.viewer.role
}

/** The session token of a browser; empty without one. */
export const tokenOf = ({ jar }: Browser): string =>
  [...jar].find(([name]) => name.startsWith('__Host-sb_session'))?.[1] ?? ''

/** A browser with a session token of another one. */
export function browserWith(token: string, url: string): Browser {
  const browser = createBrowser(url)
  browser.jar.set(`__Host-sb_session_${new URL(url).port}`, token)
  return browser
}
