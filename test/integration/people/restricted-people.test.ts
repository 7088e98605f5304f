import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accountOf, signedIn } from '../../support/accounts.ts'
import { type App, startApp } from '../../support/app.ts'
import { createBrowser, PASSWORD, setUpOwner } from '../../support/browser-client.ts'

// People who may manage nothing but their own account.
const EMAIL = 'ana@example.com'
let app: App
beforeAll(async () => {
  app = await startApp()
  await setUpOwner(app)
  await app.database.pool.query('DELETE FROM members')
})
afterAll(() => app.stop())

describe('a person without an organization', () => {
  test('manages the own account and is refused everything else by name', async () => {
    const account = await signedIn(app.url, EMAIL)
    for (const query of [
      '{ viewer { role } }',
      '{ apiKeys { nodes { id } } }',
      'mutation { eventPublish(input: { type: "a.b", data: 1 }) { __typename } }',
      'subscription { liveStatus { degraded } }',
    ]) {
      const { errors } = await account.browser.request(query)
      expect([query, errors?.[0]?.extensions.code]).toEqual([query, 'NO_ORGANIZATION'])
    }
    expect(await account.browser.ask('{ sessions { isCurrent } }')).toContainEqual({ isCurrent: true })
    expect((await account.update({ name: 'Ana Maria' })).person.name).toBe('Ana Maria')
    await account.elevate()
    const { recoveryCodes } = await account.enableTotp(app.clock)
    expect(recoveryCodes).toHaveLength(10)
    await account.disable()
    const next = 'another phrase of words'
    await account.changePassword({ currentPassword: PASSWORD, password: next })
    await account.changePassword({ currentPassword: next, password: PASSWORD })
    await account.browser.ask('mutation { signOut { __typename } }')
    expect(account.browser.jar.size).toBe(1)
    expect(await account.refusal()).toBe('UNAUTHENTICATED')
  })

  test('is refused in an organization that the request names', async () => {
    const account = await signedIn(app.url, EMAIL)
    const organization = await app.host.createOrganization('Another')
    const headers = { 'signalbox-organization': organization }
    for (const query of ['{ viewer { role } }', '{ sessions { id } }']) {
      const { errors } = await account.browser.request(query, {}, headers)
      expect(errors?.[0]?.message).toContain('not a member')
    }
  })
})

describe('fields of people', () => {
  test('a key is refused them, and a stranger as well', async () => {
    const anybody = accountOf(createBrowser(app.url))
    expect((await anybody.refresh()).topLevel).toBe('UNAUTHENTICATED')
    expect((await anybody.endOthers()).topLevel).toBe('UNAUTHENTICATED')
    const { errors } = await app.host.request('mutation { totpEnrol { __typename } }')
    expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN')
  })
})
