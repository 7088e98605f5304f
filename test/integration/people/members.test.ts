import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type App, startApp } from '../../support/app.ts'
import { codeOf, createTeam, openSession, type Role, type SignedIn } from '../../support/people.ts'

let app: App
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.stop())

const ERROR = '... on Error { code message }'
const UPDATE = `mutation ($id: ID!, $role: MemberRole!, $version: Int) {
  memberUpdate(id: $id, input: { role: $role }, expectedVersion: $version) {
    ... on MemberUpdatePayload { member { role version } } ... on MemberVersionConflictError { code member { role } } ${ERROR} } }`
const REMOVE = `mutation ($id: ID!) { memberRemove(id: $id) { ... on MemberRemovePayload { member { id } } ${ERROR} } }`
const LEAVE = `mutation { memberLeave { ... on MemberLeavePayload { person { id } } ${ERROR} } }`
const TRANSFER = `mutation ($id: ID!) { ownershipTransfer(id: $id) {
  ... on OwnershipTransferPayload { owner { role } former { role } } ${ERROR} } }`

const auditOf = async (organizationId: string) => {
  const { rows } = await app.database.pool.query(
    'SELECT action, actor, resource, outcome::text, details FROM audit_entries WHERE organization_id = $1 ORDER BY id DESC LIMIT 1',
    [organizationId],
  )
  return rows[0]
}

describe('members', () => {
  test('lists the members with role, second factor and last use', async () => {
    const [owner, viewer] = await createTeam(app, 'OWNER', 'VIEWER')
    const { prisma } = app.database
    const createdAt = app.clock.now()
    await prisma.personCredential.create({
      data: {
        id: `crd_${viewer.personId}`,
        personId: viewer.personId,
        kind: 'TOTP',
        secret: '',
        confirmedAt: createdAt,
        createdAt,
      },
    })
    await viewer.ask('{ viewer { id } }')
    const query = '{ members { total { count } nodes { id role twoFactorEnabled lastSeenAt person { id email } } } }'
    const seen = async () => (await owner.ask(query)).nodes[0].lastSeenAt
    while ((await seen()) === null) await new Promise(setImmediate)
    expect(await owner.ask(query)).toEqual({
      total: { count: 2 },
      nodes: [
        {
          ...{ id: viewer.memberId, role: 'VIEWER', twoFactorEnabled: true, lastSeenAt: app.clock.now().toISOString() },
          person: { id: viewer.personId, email: viewer.email },
        },
        {
          ...{ id: owner.memberId, role: 'OWNER', twoFactorEnabled: false, lastSeenAt: expect.any(String) },
          person: { id: owner.personId, email: owner.email },
        },
      ],
    })
  })

  test('an address is shown with members: read and to its own person only', async () => {
    const [owner, viewer] = await createTeam(app, 'OWNER', 'VIEWER')
    const emailOf = async (reader: SignedIn, id: string) =>
      (await reader.ask('query ($id: ID!) { node(id: $id) { ... on Person { name email } } }', { id })).email
    expect(await emailOf(owner, viewer.personId)).toBe(viewer.email)
    expect(await emailOf(viewer, owner.personId)).toBeNull()
    expect(await emailOf(viewer, viewer.personId)).toBe(viewer.email)
  })
})

describe('role of a member', () => {
  test('is changed by an owner, with an audit entry by the person', async () => {
    const [owner, viewer] = await createTeam(app, 'OWNER', 'VIEWER')
    const { member } = await owner.ask(UPDATE, { id: viewer.memberId, role: 'ADMIN', version: 1 })
    expect(member).toEqual({ role: 'ADMIN', version: 2 })
    expect(await auditOf(owner.organizationId)).toEqual({
      ...{ action: 'member.update', actor: owner.personId, resource: viewer.memberId, outcome: 'SUCCEEDED' },
      details: { personId: viewer.personId, from: 'VIEWER', to: 'ADMIN' },
    })
    expect((await viewer.ask('{ viewer { role } }')).role).toBe('ADMIN')
    const conflict = await owner.ask(UPDATE, { id: viewer.memberId, role: 'VIEWER', version: 1 })
    expect(conflict).toMatchObject({ code: 'VERSION_CONFLICT', member: { role: 'ADMIN' } })
  })

  test.each<[Role, Role, Role, string | undefined]>([
    ['ADMIN', 'VIEWER', 'DEVELOPER', undefined],
    ['ADMIN', 'DEVELOPER', 'VIEWER', undefined],
    ['ADMIN', 'VIEWER', 'ADMIN', 'FORBIDDEN'],
    ['ADMIN', 'ADMIN', 'VIEWER', 'FORBIDDEN'],
    ['ADMIN', 'OWNER', 'VIEWER', 'FORBIDDEN'],
    ['ADMIN', 'DEVELOPER', 'OWNER', 'FORBIDDEN'],
    ['OWNER', 'OWNER', 'VIEWER', undefined],
    ['DEVELOPER', 'VIEWER', 'DEVELOPER', 'FORBIDDEN'],
  ])('a person with the role %s makes one with %s a %s: %s', async (own, from, to, code) => {
    const [_, actor, target] = await createTeam(app, 'OWNER', own, from)
    expect(await codeOf(actor, UPDATE, { id: target.memberId, role: to })).toBe(code)
  })

  test('a refused change is in the audit trail', async () => {
    const [owner, admin] = await createTeam(app, 'OWNER', 'ADMIN')
    await codeOf(admin, UPDATE, { id: owner.memberId, role: 'VIEWER' })
    await expect
      .poll(() => auditOf(owner.organizationId))
      .toMatchObject({ action: 'member.update', actor: admin.personId, outcome: 'DENIED' })
  })

  test('a key manages the roles whose permissions it has', async () => {
    const [owner, viewer] = await createTeam(app, 'OWNER', 'VIEWER')
    const key = await app.tenant(
      {
        members: ['write'],
        keys: ['read'],
        webhooks: ['read'],
        events: ['read'],
        deliveries: ['read'],
        usage: ['read'],
      },
      owner.organizationId,
    )
    expect(await codeOf(key, UPDATE, { id: viewer.memberId, role: 'VIEWER' })).toBeUndefined()
    expect(await codeOf(key, UPDATE, { id: viewer.memberId, role: 'DEVELOPER' })).toBe('FORBIDDEN')
    expect(await codeOf(key, REMOVE, { id: owner.memberId })).toBe('FORBIDDEN')
  })

  test('needs the password again', async () => {
    const [owner, viewer] = await createTeam(app, 'OWNER', 'VIEWER')
    const session = await openSession(app, owner.personId, false)
    owner.jar.set(session.cookie, session.token)
    expect(await codeOf(owner, UPDATE, { id: viewer.memberId, role: 'ADMIN' })).toBe('REAUTHENTICATION_REQUIRED')
  })
})

describe('last owner', () => {
  test('[25] cannot leave, be removed or be demoted', async () => {
    const [owner, _admin, other] = await createTeam(app, 'OWNER', 'ADMIN', 'OWNER')
    expect(await codeOf(other, LEAVE)).toBeUndefined()
    const { memberId: id } = owner
    expect(await codeOf(owner, LEAVE)).toBe('LAST_OWNER')
    expect(await codeOf(owner, REMOVE, { id })).toBe('LAST_OWNER')
    expect(await codeOf(owner, UPDATE, { id, role: 'ADMIN' })).toBe('LAST_OWNER')
    const host = app.host.in(owner.organizationId)
    expect(await codeOf(host, REMOVE, { id })).toBe('LAST_OWNER')
  })

  test('[25] stays when two owners leave, remove or demote each other at once', async () => {
    for (let round = 0; round < 5; round++) {
      const [one, two] = await createTeam(app, 'OWNER', 'OWNER')
      const codes = await Promise.all([
        round % 2 === 0 ? codeOf(one, LEAVE) : codeOf(one, REMOVE, { id: two.memberId }),
        round < 3 ? codeOf(two, LEAVE) : codeOf(two, UPDATE, { id: one.memberId, role: 'VIEWER' }),
      ])
      expect(codes).toContain(undefined)
      const where = { organizationId: one.organizationId, role: 'OWNER' } as const
      expect(await app.database.prisma.member.count({ where })).toBe(1)
    }
  })

  test('is not saved by an owner who is disabled', async () => {
    const [owner, other] = await createTeam(app, 'OWNER', 'OWNER')
    await app.database.prisma.person.update({ where: { id: other.personId }, data: { disabledAt: app.clock.now() } })
    expect(await codeOf(owner, LEAVE)).toBe('LAST_OWNER')
  })

  test('gives the ownership to another member and becomes an administrator', async () => {
    const [owner, viewer] = await createTeam(app, 'OWNER', 'VIEWER')
    expect(await codeOf(owner, TRANSFER, { id: owner.memberId })).toBe('NOT_TRANSFERABLE')
    const answer = await owner.ask(TRANSFER, { id: viewer.memberId })
    expect(answer).toEqual({ owner: { role: 'OWNER' }, former: { role: 'ADMIN' } })
    expect(await codeOf(owner, TRANSFER, { id: viewer.memberId })).toBe('FORBIDDEN')
  })
})

describe('removed member', () => {
  test('[18] is refused with the next request, and loses open subscriptions', async () => {
    const [owner, developer] = await createTeam(app, 'OWNER', 'DEVELOPER')
    const { cookie, token } = developer
    const open = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: {
        ...{ 'content-type': 'application/json', accept: 'text/event-stream' },
        ...{ cookie: `${cookie}=${token}`, origin: app.url },
      },
      body: JSON.stringify({ query: 'subscription { deliveryUpdates { cursor } }' }),
    })
    const ended = open.text()
    await expect.poll(() => app.services.subscriptions.countOf(developer.personId)).toBe(1)
    await owner.ask(REMOVE, { id: developer.memberId })
    expect(await ended).not.toContain('cursor')
    expect(app.services.subscriptions.countOf(developer.personId)).toBe(0)
    expect(await codeOf(developer, '{ events { nodes { id } } }')).toBe('NO_ORGANIZATION')
  })

  test('leaves keys behind that are flagged', async () => {
    const [owner, admin] = await createTeam(app, 'OWNER', 'ADMIN')
    await app.tenant({}, owner.organizationId)
    const CREATE = `mutation { apiKeyCreate(input: { name: "x", permissions: [] }) {
      ... on ApiKeyCreatePayload { apiKey { id createdBy { __typename principalId } } } ${ERROR} } }`
    const { apiKey } = await admin.ask(CREATE)
    expect(apiKey.createdBy).toEqual({ __typename: 'PersonActor', principalId: admin.personId })
    const flags = async (filter = '') =>
      (await owner.ask(`{ apiKeys${filter} { nodes { creatorIsMember } } }`)).nodes.map(
        (key: { creatorIsMember: boolean | null }) => key.creatorIsMember,
      )
    expect(await flags()).toEqual([true, null])
    await owner.ask(REMOVE, { id: admin.memberId })
    expect(await flags()).toEqual([false, null])
    expect(await flags('(filter: { creatorIsMember: false })')).toEqual([false])
    expect(await flags('(filter: { creatorIsMember: true })')).toEqual([])
  })
})
