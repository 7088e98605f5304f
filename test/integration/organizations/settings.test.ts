import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type App, startApp } from '../../support/app.ts'
import { codeOf, createTeam, openSession, type SignedIn, signedIn } from '../../support/people.ts'

let app: App
let team: SignedIn[]
beforeAll(async () => {
  app = await startApp({ trustedProxies: ['127.0.0.0/8'] })
})
beforeEach(async () => {
  team = await createTeam(app, 'OWNER', 'ADMIN', 'DEVELOPER')
})
afterEach(() => team.splice(0))
afterAll(() => app.stop())

const ERROR = '... on Error { code message }'
const SETTINGS = 'version settings { twoFactorRoles sessionIdleSeconds sessionLifetimeSeconds memberIps }'
const UPDATE = `mutation ($input: OrganizationSettingsUpdateInput!, $version: Int) {
  organizationSettingsUpdate(input: $input, expectedVersion: $version) {
    ... on OrganizationSettingsUpdatePayload { organization { ${SETTINGS} } } ${ERROR} } }`
const RENAME = `mutation ($name: String!) { ownOrganizationUpdate(input: { name: $name }) {
  ... on OwnOrganizationUpdatePayload { organization { name } } ${ERROR} } }`
const DELETE = `mutation { ownOrganizationDelete { ... on OwnOrganizationDeletePayload { organization { name } } ${ERROR} } }`
const EVENTS = '{ events { nodes { id } } }'

const from = (person: SignedIn, ip: string) => ({
  request: (query: string, variables: Record<string, unknown> = {}) =>
    person.request(query, variables, { 'x-forwarded-for': ip }),
})
const set = (person: Pick<SignedIn, 'request'>, input: object, version?: number) =>
  codeOf(person, UPDATE, { input, version })

describe('settings of an organization', () => {
  test('are read by administrators, and changed with an audit entry', async () => {
    const [owner, admin, developer] = team as [SignedIn, SignedIn, SignedIn]
    const answer = await admin.ask(UPDATE, { input: { sessionIdleSeconds: 900, twoFactorRoles: ['VIEWER', 'VIEWER'] } })
    const settings = {
      twoFactorRoles: ['VIEWER'],
      sessionIdleSeconds: 900,
      sessionLifetimeSeconds: null,
      memberIps: [],
    }
    expect(answer.organization).toEqual({ version: 2, settings })
    expect(await set(admin, {}, 1)).toBe('VERSION_CONFLICT')
    expect((await owner.ask(`{ viewer { organization { ${SETTINGS} } } }`)).organization.settings).toEqual(settings)
    expect(await codeOf(developer, `{ viewer { organization { ${SETTINGS} } } }`)).toBe('FORBIDDEN')
    expect(await set(developer, {})).toBe('FORBIDDEN')
    const { nodes } = await owner.ask(
      '{ auditEntries(filter: { actions: [ORGANIZATION_UPDATE_SETTINGS] }) { nodes { details } } }',
    )
    expect(nodes).toEqual([{ details: { sessionIdleSeconds: 900, twoFactorRoles: ['VIEWER'] } }])
    await admin.ask(UPDATE, { input: { sessionIdleSeconds: null } })
    expect((await owner.ask(`{ viewer { organization { ${SETTINGS} } } }`)).organization.settings).toEqual({
      ...settings,
      sessionIdleSeconds: null,
    })
  })

  test.each([
    { sessionIdleSeconds: 299 },
    { sessionLifetimeSeconds: 2_592_001 },
    { memberIps: ['not a network'] },
    { memberIps: Array.from({ length: 101 }, () => '127.0.0.0/8') },
  ])('refuse %j', async (input) => {
    expect(await set(team[0]!, input)).toBe('VALIDATION_FAILED')
  })

  test('of another organization are null for the operator', async () => {
    const { nodes } = await app.host.ask('{ organizations { nodes { id settings { memberIps } } } }')
    expect(nodes.filter((each: { settings: object | null }) => each.settings !== null)).toHaveLength(1)
  })
})

describe('networks of the members', () => {
  test('let members act from their addresses only, and keys from everywhere', async () => {
    const [owner, _admin, developer] = team as [SignedIn, SignedIn, SignedIn]
    const key = await app.tenant({ events: ['read'] }, owner.organizationId)
    expect(await set(from(owner, '203.0.113.9'), { memberIps: ['203.0.113.0/24', 'fd00::/8'] })).toBeUndefined()
    expect(await codeOf(developer, EVENTS)).toBe('ADDRESS_NOT_ALLOWED')
    expect(await codeOf(from(developer, '203.0.114.1'), EVENTS)).toBe('ADDRESS_NOT_ALLOWED')
    expect(await codeOf(from(developer, '203.0.113.1'), EVENTS)).toBeUndefined()
    expect(await codeOf(from(developer, 'fd00::1'), EVENTS)).toBeUndefined()
    expect(await codeOf(key, EVENTS)).toBeUndefined()
    const [other] = await createTeam(app, 'OWNER')
    await signedIn(app, { role: 'VIEWER', organizationId: other.organizationId, personId: developer.personId })
    const header = { 'signalbox-organization': other.organizationId }
    expect((await developer.request(EVENTS, {}, header)).errors).toBeUndefined()
    expect(await developer.ask('{ memberships { role } }')).toHaveLength(2)
  })

  test('are refused without the own address', async () => {
    const [owner] = team as [SignedIn]
    expect(await set(from(owner, '203.0.113.9'), { memberIps: ['198.51.100.0/24'] })).toBe('VALIDATION_FAILED')
    expect(await codeOf(owner, EVENTS)).toBeUndefined()
  })
})

describe('second factor by role', () => {
  test('leaves nothing but its enrolment open without one', async () => {
    const [owner, _admin, developer] = team as [SignedIn, SignedIn, SignedIn]
    expect(await set(owner, { twoFactorRoles: ['DEVELOPER'] })).toBeUndefined()
    expect(await codeOf(developer, EVENTS)).toBe('TWO_FACTOR_REQUIRED')
    expect(await codeOf(developer, '{ memberships { role } }')).toBe('TWO_FACTOR_REQUIRED')
    await app.database.prisma.session.update({ where: { id: developer.sessionId }, data: { twoFactor: true } })
    expect(await codeOf(developer, EVENTS)).toBeUndefined()
    expect(await developer.ask('{ memberships { role } }')).toEqual([{ role: 'DEVELOPER' }])
  })

  test('is refused for the own role without a second factor', async () => {
    const [owner] = team as [SignedIn]
    expect(await set(owner, { twoFactorRoles: ['OWNER'] })).toBe('VALIDATION_FAILED')
    const createdAt = app.clock.now()
    await app.database.prisma.personCredential.create({
      data: {
        ...{ id: `crd_${owner.personId}`, personId: owner.personId, kind: 'TOTP', secret: '' },
        ...{ confirmedAt: createdAt, createdAt },
      },
    })
    expect(await set(owner, { twoFactorRoles: ['OWNER'] })).toBeUndefined()
  })
})

describe('length of sessions', () => {
  test.each(['sessionIdleSeconds', 'sessionLifetimeSeconds'])(
    '%s ends a session of the organization',
    async (field) => {
      const own = await startApp()
      const [owner] = await createTeam(own, 'OWNER')
      const [other] = await createTeam(own, 'OWNER')
      await signedIn(own, { role: 'VIEWER', organizationId: other.organizationId, personId: owner.personId })
      expect(await set(owner, { [field]: 600 })).toBeUndefined()
      const there = { 'signalbox-organization': other.organizationId }
      // Another session shows the last second, because a request counts as a use of its session.
      const second = await openSession(own, owner.personId)
      const first = owner.jar.get(second.cookie)!
      own.clock.advance(599)
      owner.jar.set(second.cookie, second.token)
      expect(await codeOf(owner, EVENTS)).toBeUndefined()
      own.clock.advance(1)
      owner.jar.set(second.cookie, first)
      expect(await codeOf(owner, EVENTS)).toBe('UNAUTHENTICATED')
      expect((await owner.request(EVENTS, {}, there)).errors).toBeUndefined()
      await own.stop()
    },
  )
})

describe('own organization', () => {
  test('is renamed by an owner only', async () => {
    const [owner, admin] = team as [SignedIn, SignedIn]
    expect(await codeOf(admin, RENAME, { name: 'Hers' })).toBe('FORBIDDEN')
    expect(await owner.ask(RENAME, { name: 'Ours' })).toEqual({ organization: { name: 'Ours' } })
    expect(await codeOf(owner, RENAME, { name: '' })).toBe('VALIDATION_FAILED')
  })

  test('is deleted by an owner with the password only, and its members are refused', async () => {
    const [owner, admin] = team as [SignedIn, SignedIn]
    expect(await codeOf(admin, DELETE)).toBe('FORBIDDEN')
    const { cookie, token } = await openSession(app, owner.personId, false)
    const elevated = owner.jar.get(cookie)!
    owner.jar.set(cookie, token)
    expect(await codeOf(owner, DELETE)).toBe('REAUTHENTICATION_REQUIRED')
    owner.jar.set(cookie, elevated)
    expect(await owner.ask(DELETE)).toEqual({ organization: { name: 'Team' } })
    for (const person of [owner, admin]) expect(await codeOf(person, EVENTS)).toBe('NO_ORGANIZATION')
  })

  test('of the operator stays', async () => {
    const { organization } = await app.host.ask('{ viewer { organization { id } } }')
    const chief = await signedIn(app, { role: 'OWNER', organizationId: organization.id })
    expect(await codeOf(chief, DELETE)).toBe('PLATFORM_ORGANIZATION')
  })
})
