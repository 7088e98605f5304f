import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Account, CLOSED_UNTIL_ENROLLED, signedIn } from '../../support/accounts.ts'
import { type App, startApp } from '../../support/app.ts'
import { setUpOwner } from '../../support/browser-client.ts'

// A lacking second factor closes the own account in every organization and from every network.
const EMAIL = 'ana@example.com'
let app: App
let account: Account
let home: string
let other: string
beforeAll(async () => {
  app = await startApp()
  await setUpOwner(app)
  account = await signedIn(app.url, EMAIL)
  home = (await account.browser.ask('{ viewer { organization { id } } }')).organization.id
  other = await app.host.createOrganization('Another')
})
beforeEach(async () => {
  await sql("UPDATE organizations SET two_factor_roles = '{}', member_ips = '{}'")
  await sql('DELETE FROM members WHERE organization_id <> $1', home)
})
afterAll(() => app.stop())

const sql = (text: string, ...values: string[]) => app.database.pool.query(text, values)
const requireIn = (id: string) => sql("UPDATE organizations SET two_factor_roles = '{OWNER}' WHERE id = $1", id)
const joinOther = () =>
  sql(
    `INSERT INTO members (id, organization_id, person_id, role, created_at, created_by, created_by_name)
     SELECT 'mem_other', $1, person_id, 'OWNER', created_at, created_by, created_by_name FROM members`,
    other,
  )
const codeOf = async (query: string, organizationId?: string) => {
  const headers = organizationId === undefined ? undefined : { 'signalbox-organization': organizationId }
  return (await account.browser.request(query, {}, headers)).errors?.[0]?.extensions.code
}

/** Changes of the own account. */
const CHANGES = [
  'mutation { accountUpdate(input: { email: "eve@example.com" }) { __typename } }',
  'mutation { sessionsEndOthers { __typename } }',
  'mutation { totpDisable { __typename } }',
  'mutation { invitationAccept(input: { token: "x" }) { __typename } }',
]

describe('a person whose role needs a second factor', () => {
  test('is refused the same from a network that the organization does not admit', async () => {
    await requireIn(home)
    await sql("UPDATE organizations SET member_ips = '{203.0.113.0/24}'")
    for (const query of [...CLOSED_UNTIL_ENROLLED, ...CHANGES])
      expect([query, await codeOf(query)]).toEqual([query, 'TWO_FACTOR_REQUIRED'])
  })

  test('cannot accept an invitation', async () => {
    await requireIn(home)
    expect(await codeOf(CHANGES.at(-1)!)).toBe('TWO_FACTOR_REQUIRED')
  })

  test('changes nothing of the own account in an organization without the rule, and works there otherwise', async () => {
    await joinOther()
    await requireIn(home)
    for (const query of CHANGES) expect([query, await codeOf(query, other)]).toEqual([query, 'TWO_FACTOR_REQUIRED'])
    for (const query of ['{ viewer { role } }', '{ memberships { role } }', '{ apiKeys { nodes { id } } }'])
      expect([query, await codeOf(query, other)]).toEqual([query, undefined])
    await sql("UPDATE organizations SET member_ips = '{203.0.113.0/24}' WHERE id = $1", other)
    for (const query of CHANGES) expect([query, await codeOf(query, other)]).toEqual([query, 'TWO_FACTOR_REQUIRED'])
  })

  test('is free again when the organization with the rule was deleted or left', async () => {
    await joinOther()
    await requireIn(other)
    expect(await codeOf('{ sessions { id } }', home)).toBe('TWO_FACTOR_REQUIRED')
    await sql('UPDATE organizations SET deleted_at = now() WHERE id = $1', other)
    expect(await codeOf('{ sessions { id } }', home)).toBeUndefined()
    await sql('UPDATE organizations SET deleted_at = NULL WHERE id = $1', other)
    await sql('DELETE FROM members WHERE organization_id = $1', other)
    expect(await codeOf('{ sessions { id } }', home)).toBeUndefined()
  })
})

describe('a person without an organization', () => {
  test('with a short password may only enrol', async () => {
    await sql('DELETE FROM members')
    expect(await codeOf('{ sessions { id } }')).toBeUndefined()
    await sql("UPDATE person_credentials SET is_short = true WHERE kind = 'PASSWORD'")
    for (const query of [...CLOSED_UNTIL_ENROLLED, ...CHANGES])
      expect([query, await codeOf(query)]).toEqual([query, 'TWO_FACTOR_REQUIRED'])
    expect((await account.elevate()).__typename).toBe('ReauthenticatePayload')
    expect((await account.enableTotp(app.clock)).recoveryCodes).toHaveLength(10)
    expect(await codeOf('{ sessions { id } }')).toBeUndefined()
  })
})
