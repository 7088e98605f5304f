import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type App, startApp, UNLIMITED } from '../../support/app.ts'
import { createBrowser } from '../../support/browser-client.ts'
import { codeOf, createTeam, type Role, type SignedIn, signedIn } from '../../support/people.ts'
import { noteSecret } from '../../support/secret-leak-check.ts'

let app: App
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.stop())

const ERROR = '... on Error { code message }'
const CREATE = `mutation ($email: String!, $role: MemberRole!) { invitationCreate(input: { email: $email, role: $role }) {
  ... on InvitationCreatePayload { url invitation { id email role status } } ${ERROR} } }`
const REVOKE = `mutation ($id: ID!) { invitationRevoke(id: $id) { ... on InvitationRevokePayload { invitation { status } } ${ERROR} } }`
const ACCEPT = `mutation ($input: InvitationAcceptInput!) { invitationAccept(input: $input) {
  ... on InvitationAcceptPayload { person { id email name } } ${ERROR} } }`
const PREVIEW = `query ($token: String!) { invitationPreview(token: $token) { organizationName email role } }`
const VIEWER = '{ viewer { role organization { id } } }'
const NEW = { name: 'Bo', password: 'a sentence nobody guesses' }

let addresses = 0
const newAddress = () => `guest${++addresses}@example.com`

/** Invites an address. @returns the token of the link */
async function invite(by: SignedIn, email: string, role: Role = 'VIEWER') {
  const { url, invitation } = await by.ask(CREATE, { email, role })
  const token = new URL(url).hash.slice(1)
  noteSecret(token)
  return { token, url, invitation }
}

const accept = (client: Pick<SignedIn, 'request'>, token: string, more: object = NEW) =>
  codeOf(client, ACCEPT, { input: { token, ...more } })

const remove = (memberId: string) => app.database.prisma.member.delete({ where: { id: memberId } })

describe('invitation', () => {
  test('makes a new person who is signed in as a member', async () => {
    const [owner] = await createTeam(app, 'OWNER')
    const email = newAddress()
    const { token, url, invitation } = await invite(owner, email.toUpperCase(), 'DEVELOPER')
    expect(url).toBe(`${app.url}/invitation#${token}`)
    expect(invitation).toMatchObject({ email, role: 'DEVELOPER', status: 'OPEN' })
    const browser = createBrowser(app.url)
    expect(await browser.ask(PREVIEW, { token })).toEqual({ organizationName: 'Team', email, role: 'DEVELOPER' })
    const { person } = await browser.ask(ACCEPT, { input: { token, ...NEW } })
    expect(person).toMatchObject({ email, name: 'Bo' })
    expect(await browser.ask(VIEWER)).toEqual({ role: 'DEVELOPER', organization: { id: owner.organizationId } })
    const { nodes } = await owner.ask('{ invitations { nodes { status invitedBy { __typename principalId } } } }')
    expect(nodes).toEqual([
      { status: 'ACCEPTED', invitedBy: { __typename: 'PersonActor', principalId: owner.personId } },
    ])
    const { rows } = await app.database.pool.query(
      `SELECT action, actor FROM audit_entries WHERE organization_id = $1 AND action ~ 'invitation|member' ORDER BY id`,
      [owner.organizationId],
    )
    expect(rows).toEqual([
      { action: 'invitation.create', actor: owner.personId },
      { action: 'invitation.accept', actor: person.id },
      { action: 'member.create', actor: person.id },
    ])
  })

  test('adds an organization to a person who is signed in with its address', async () => {
    const [owner] = await createTeam(app, 'OWNER')
    const [guest] = await createTeam(app, 'OWNER')
    const { token } = await invite(owner, guest.email, 'ADMIN')
    expect(await accept(guest, token, {})).toBeUndefined()
    expect(await guest.ask(VIEWER)).toEqual({ role: 'ADMIN', organization: { id: owner.organizationId } })
    expect(await accept(guest, token, {})).toBe('INVITATION_NOT_GOOD')
  })

  test('opens the way for a person without any organization', async () => {
    const [owner] = await createTeam(app, 'OWNER')
    const [_, guest] = await createTeam(app, 'OWNER', 'VIEWER')
    await remove(guest.memberId)
    const { token } = await invite(owner, guest.email)
    expect(await accept(guest, token, {})).toBeUndefined()
    expect((await guest.ask(VIEWER)).role).toBe('VIEWER')
  })

  test('[26] is refused to a person with another address, and stays good', async () => {
    const [owner] = await createTeam(app, 'OWNER')
    const [thief] = await createTeam(app, 'OWNER')
    const { token } = await invite(owner, newAddress())
    expect(await accept(thief, token)).toBe('ANOTHER_ADDRESS')
    expect(await accept(createBrowser(app.url), token)).toBeUndefined()
  })

  test('makes no second account for an address', async () => {
    const [owner] = await createTeam(app, 'OWNER')
    const [guest] = await createTeam(app, 'OWNER')
    const { token } = await invite(owner, guest.email)
    expect(await accept(createBrowser(app.url), token)).toBe('SIGN_IN_FIRST')
    expect(await accept(guest, token, {})).toBeUndefined()
  })

  test('[26] is used once when two accept it at once', async () => {
    const [owner] = await createTeam(app, 'OWNER')
    const { token } = await invite(owner, newAddress())
    const codes = await Promise.all([1, 2].map(() => accept(createBrowser(app.url), token)))
    expect(codes.filter((code) => code === undefined)).toHaveLength(1)
    expect(await app.database.prisma.member.count({ where: { organizationId: owner.organizationId } })).toBe(2)
  })

  test('[10] answers alike for an address with an account and one without', async () => {
    const [owner] = await createTeam(app, 'OWNER')
    const [known] = await createTeam(app, 'OWNER')
    const answers = []
    for (const email of [known.email, newAddress()]) {
      const { token, invitation } = await invite(owner, email)
      const preview = await createBrowser(app.url).request(PREVIEW, { token })
      answers.push(JSON.stringify([invitation, preview]).replaceAll(email, 'EMAIL').replace(invitation.id, 'ID'))
    }
    expect(answers[0]).toBe(answers[1])
  })

  test('[26] replaces an earlier one of the address, and ends with revocation and after 7 days', async () => {
    const [owner] = await createTeam(app, 'OWNER')
    const email = newAddress()
    const first = await invite(owner, email)
    const second = await invite(owner, email)
    expect(await accept(createBrowser(app.url), first.token)).toBe('INVITATION_NOT_GOOD')
    const { id } = second.invitation
    expect(await owner.ask(REVOKE, { id })).toEqual({ invitation: { status: 'REVOKED' } })
    expect(await codeOf(owner, REVOKE, { id })).toBe('INVITATION_CLOSED')
    expect(await accept(createBrowser(app.url), second.token)).toBe('INVITATION_NOT_GOOD')

    const late = await startApp()
    const organizationId = await late.host.createOrganization('Late')
    const inviter = await signedIn(late, { role: 'OWNER', organizationId })
    const { token } = await invite(inviter, email)
    late.clock.advance(7 * 86_400 - 1)
    expect(await createBrowser(late.url).ask(PREVIEW, { token })).not.toBeNull()
    late.clock.advance(1)
    expect(await createBrowser(late.url).ask(PREVIEW, { token })).toBeNull()
    expect(await accept(createBrowser(late.url), token)).toBe('INVITATION_NOT_GOOD')
    await late.stop()
  })

  test('is refused for a member, a bad address, and a role above the own one', async () => {
    const [owner, admin] = await createTeam(app, 'OWNER', 'ADMIN')
    expect(await codeOf(owner, CREATE, { email: admin.email, role: 'OWNER' })).toBe('ALREADY_MEMBER')
    expect(await codeOf(owner, CREATE, { email: 'no address', role: 'VIEWER' })).toBe('VALIDATION_FAILED')
    for (const [role, code] of [
      ['OWNER', 'FORBIDDEN'],
      ['ADMIN', 'FORBIDDEN'],
      ['DEVELOPER', undefined],
    ] as const)
      expect(await codeOf(admin, CREATE, { email: newAddress(), role })).toBe(code)
  })

  test('needs name and password of a new person, and a password that is long enough', async () => {
    const [owner] = await createTeam(app, 'OWNER')
    const { token } = await invite(owner, newAddress())
    const browser = createBrowser(app.url)
    expect(await accept(browser, token, {})).toBe('VALIDATION_FAILED')
    expect(await accept(browser, token, { name: 'Bo', password: 'too short' })).toBe('VALIDATION_FAILED')
    expect(await accept(browser, token)).toBeUndefined()
  })

  test('gives no session to a page of another origin', async () => {
    const [owner] = await createTeam(app, 'OWNER')
    const { token } = await invite(owner, newAddress())
    const foreign = createBrowser(app.url, { origin: 'https://evil.example' })
    expect(await accept(foreign, token)).toBe('FORBIDDEN')
    expect(foreign.jar.size).toBe(0)
  })
})

describe('role of an invitation', () => {
  test.each<[string, (inviter: SignedIn) => Promise<unknown>]>([
    ['was demoted', (inviter) => demote(inviter, 'VIEWER')],
    ['was demoted below the role', (inviter) => demote(inviter, 'ADMIN')],
    ['was removed', (inviter) => remove(inviter.memberId)],
    ['was disabled', (inviter) => disable(inviter)],
  ])('is refused when the inviter %s meanwhile', async (_case, change) => {
    const [owner, inviter] = await createTeam(app, 'OWNER', 'OWNER')
    const { token } = await invite(inviter, newAddress(), 'ADMIN')
    await change(inviter)
    expect(await accept(createBrowser(app.url), token)).toBe('INVITER_LOST_RIGHTS')
    const { organizationId } = owner
    const members = await app.database.prisma.member.findMany({ where: { organizationId } })
    expect(members.map(({ personId }) => personId)).not.toContain(token)
    const { nodes } = await owner.ask('{ invitations { nodes { status } } }')
    expect(nodes).toEqual([{ status: 'OPEN' }])
  })

  const demote = ({ memberId }: SignedIn, role: Role) =>
    app.database.prisma.member.update({ where: { id: memberId }, data: { role } })
  const disable = ({ personId }: SignedIn) =>
    app.database.prisma.person.update({ where: { id: personId }, data: { disabledAt: app.clock.now() } })

  test('[26] is refused when the inviting key was revoked or lost the permission', async () => {
    for (const change of [{ revokedAt: app.clock.now() }, { permissions: { members: ['read'] } }, undefined]) {
      const organizationId = await app.host.createOrganization('Keys')
      const { url } = await app.host.in(organizationId).ask(CREATE, { email: newAddress(), role: 'OWNER' })
      const { prisma } = app.database
      const key = await prisma.apiKey.findFirstOrThrow({ where: { organization: { isPlatform: true } } })
      if (change !== undefined) await prisma.apiKey.update({ where: { id: key.id }, data: change })
      const code = await accept(createBrowser(app.url), new URL(url).hash.slice(1))
      expect(code).toBe(change === undefined ? undefined : 'INVITER_LOST_RIGHTS')
      const { permissions, revokedAt } = key
      await prisma.apiKey.update({ where: { id: key.id }, data: { permissions: permissions ?? {}, revokedAt } })
    }
  })

  test('[26] cannot be raised by the invited', async () => {
    const [owner] = await createTeam(app, 'OWNER')
    const { token } = await invite(owner, newAddress())
    const { errors } = await createBrowser(app.url).request(ACCEPT, { input: { token, ...NEW, role: 'OWNER' } })
    expect(errors).toHaveLength(1)
    const browser = createBrowser(app.url)
    await browser.ask(ACCEPT, { input: { token, ...NEW } })
    expect((await browser.ask(VIEWER)).role).toBe('VIEWER')
  })
})

describe('attacks on invitations', () => {
  test('a session that is not elevated invites no owner and no administrator', async () => {
    const [owner] = await createTeam(app, 'OWNER')
    await app.database.prisma.session.update({ where: { id: owner.sessionId }, data: { elevatedUntil: null } })
    const invited = (role: Role) => codeOf(owner, CREATE, { email: newAddress(), role })
    expect(await invited('OWNER')).toBe('REAUTHENTICATION_REQUIRED')
    expect(await invited('ADMIN')).toBe('REAUTHENTICATION_REQUIRED')
    expect((await invite(owner, newAddress(), 'VIEWER')).invitation.role).toBe('VIEWER')
  })

  test('an anonymous acceptance spends the sign-in limit of its address before any hash', async () => {
    const few = await startApp({ allowances: { ...UNLIMITED, signIns: { minute: 3, hour: 3 } } })
    const [owner, admin] = await createTeam(few, 'OWNER', 'ADMIN')
    const { token } = await invite(owner, newAddress())
    await few.database.prisma.invitation.updateMany({ data: { email: admin.email } })
    const stranger = createBrowser(few.url)
    const codes: unknown[] = []
    for (let n = 0; n < 4; n++) codes.push(await accept(stranger, token))
    expect(codes).toEqual([...Array(3).fill('SIGN_IN_FIRST'), 'RATE_LIMITED'])
    await few.stop()
  })

  test('a name with a line break is refused, because mails would show it as their own text', async () => {
    const [owner] = await createTeam(app, 'OWNER')
    const { token } = await invite(owner, newAddress())
    const name = 'Signalbox\n\nYour account is locked'
    expect(await accept(createBrowser(app.url), token, { ...NEW, name })).toBe('VALIDATION_FAILED')
  })
})
