import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type App, startApp } from '../../support/app.ts'
import { createTeam, signedIn } from '../../support/people.ts'

let app: App
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.stop())

describe('person in several organizations', () => {
  test('acts in the organization of the header, and else in the last one named', async () => {
    const [first] = await createTeam(app, 'OWNER')
    const [there] = await createTeam(app, 'OWNER')
    await signedIn(app, { role: 'VIEWER', organizationId: there.organizationId, personId: first.personId })
    const inOther = { 'signalbox-organization': there.organizationId }
    const query = '{ viewer { role organization { id } } }'
    expect((await first.ask(query)).organization.id).toBe(first.organizationId)
    expect(await first.ask(query, {}, inOther)).toEqual({ role: 'VIEWER', organization: { id: there.organizationId } })
    await expect.poll(async () => (await first.ask(query)).organization.id).toBe(there.organizationId)
    expect(await first.ask('{ memberships { role organizationId organizationName } }')).toEqual([
      { role: 'OWNER', organizationId: first.organizationId, organizationName: 'Team' },
      { role: 'VIEWER', organizationId: there.organizationId, organizationName: 'Team' },
    ])
  })

  test('is refused in an organization of which the person is no member', async () => {
    const [owner] = await createTeam(app, 'OWNER')
    const [other] = await createTeam(app, 'OWNER')
    const header = { 'signalbox-organization': other.organizationId }
    const { errors } = await owner.request('{ viewer { id } }', {}, header)
    expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN')
  })
})
