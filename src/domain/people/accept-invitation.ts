import { z } from 'zod'
import type { PrismaClient, Transaction } from '../../database/client.ts'
import type { Invitation, Person } from '../../database/generated/client.ts'
import { hasSqlState, SQL_STATE } from '../../database/sql-state.ts'
import type { Clock } from '../../lib/clock.ts'
import { ConflictError, ValidationError } from '../../lib/errors.ts'
import type { MakeId } from '../../lib/ids.ts'
import { validate } from '../../lib/validate.ts'
import type { Audit } from '../audit/audit.ts'
import type { RecordDenied } from '../audit/record-denied.ts'
import { hashBytes } from '../keys/token.ts'
import type { Limits } from '../limits/limits.ts'
import type { InviterRights } from './inviter-rights.ts'
import type { KnownDevices } from './known-devices.ts'
import { lockOrganization, MEMBERS_AT_MOST } from './members.ts'
import { hashPassword } from './passwords.ts'
import { MEMBERSHIPS_AT_MOST } from './people.ts'
import { checkPassword, displayName, newPassword } from './person-input.ts'
import type { AnnounceSessions } from './session-changes.ts'
import type { Client, Sessions } from './sessions.ts'
import type { SignedIn } from './sign-in.ts'
import { personPrincipal, type Viewer } from './viewer.ts'

const acceptInput = z.object({
  token: z.string().max(100),
  name: displayName.optional(),
  password: newPassword.optional(),
})

/** The person of an accepted invitation, with a session for a new person. */
export type Accepted = { person: Person; signedIn: SignedIn | null }

/**
 * Accepts an invitation. A signed-in person with the address joins; without a session, a new person is made and signed
 * in. The link is good once, and only while the inviter may still give the role.
 *
 * @throws ValidationError, and ConflictError that names the reason
 */
export type AcceptInvitation = (
  viewer: Viewer | null,
  input: z.input<typeof acceptInput>,
  client: Client,
) => Promise<Accepted>

export function createAcceptInvitation(deps: {
  prisma: PrismaClient
  clock: Clock
  makeId: MakeId
  audit: Audit
  denials: RecordDenied
  inviterRights: InviterRights
  sessions: Sessions
  devices: KnownDevices
  announceSessions: AnnounceSessions
  limits: Pick<Limits, 'spendSignIn'>
}): AcceptInvitation {
  const { prisma, clock, makeId } = deps

  /** Uses the invitation up; of two acceptances at once, one gets it. */
  async function use(tx: Transaction, id: string): Promise<void> {
    const now = clock.now()
    const { count } = await tx.invitation.updateMany({
      where: { id, acceptedAt: null, revokedAt: null, expiresAt: { gt: now } },
      data: { acceptedAt: now },
    })
    if (count === 0) throw notGood()
  }

  async function join(tx: Transaction, invitation: Invitation, person: Person, ip: string | null): Promise<void> {
    const { id, organizationId, role, invitedBy, invitedByName } = invitation
    const { isPlatform } = await lockOrganization(tx, organizationId)
    await use(tx, id)
    const actor = { principal: personPrincipal(person), organizationId, ip }
    if (!(await deps.inviterRights.mayGive(tx, invitation, isPlatform))) {
      deps.denials.note(actor, 'invitation.accept', 'INVITER_LOST_RIGHTS')
      throw new ConflictError(
        'INVITER_LOST_RIGHTS',
        'The inviter may not give this role any more. Ask an owner of the organization for a new invitation.',
      )
    }
    const memberships = { personId: person.id, organization: { deletedAt: null } }
    if ((await tx.member.count({ where: { organizationId, personId: person.id } })) > 0)
      throw new ConflictError('ALREADY_MEMBER', 'You are a member of this organization already.')
    if ((await tx.member.count({ where: { organizationId } })) >= MEMBERS_AT_MOST)
      throw new ConflictError('TOO_MANY_MEMBERS', `An organization has at most ${MEMBERS_AT_MOST} members.`)
    if ((await tx.member.count({ where: memberships })) >= MEMBERSHIPS_AT_MOST)
      throw new ConflictError('TOO_MANY_MEMBERSHIPS', `A person has at most ${MEMBERSHIPS_AT_MOST} organizations.`)
    const member = await tx.member.create({
      data: {
        ...{ id: makeId('mem'), organizationId, personId: person.id, role, createdAt: clock.now() },
        ...{ createdBy: invitedBy, createdByName: invitedByName },
      },
    })
    await tx.person.update({ where: { id: person.id }, data: { lastOrganizationId: organizationId } })
    await deps.audit(tx, actor, { action: 'invitation.accept', resource: id, details: { role } })
    await deps.audit(tx, actor, { action: 'member.create', resource: member.id, details: { role } })
    await deps.announceSessions(tx, { personId: person.id })
  }

  async function joinSignedIn(viewer: Viewer, invitation: Invitation): Promise<Accepted> {
    return prisma.$transaction(async (tx) => {
      const person = await tx.person.findUniqueOrThrow({ where: { id: viewer.principal.id } })
      if (person.email !== invitation.email) {
        const { organizationId } = invitation
        const actor = { principal: viewer.principal, organizationId, ip: viewer.ip }
        deps.denials.note(actor, 'invitation.accept', 'ANOTHER_ADDRESS')
        throw new ConflictError(
          'ANOTHER_ADDRESS',
          'This invitation is for another address. Sign in with that address, or ask for an invitation of yours.',
        )
      }
      await join(tx, invitation, person, viewer.ip)
      return { person, signedIn: null }
    })
  }

  async function joinAsNew(
    invitation: Invitation,
    organizationName: string,
    { name, password }: { name?: string | undefined; password?: string | undefined },
    client: Client,
  ): Promise<Accepted> {
    if (name === undefined || password === undefined)
      throw new ValidationError([
        ...(name === undefined ? [{ path: 'input.name', message: 'is required for a new person' }] : []),
        ...(password === undefined ? [{ path: 'input.password', message: 'is required for a new person' }] : []),
      ])
    const { email } = invitation
    await deps.limits.spendSignIn(client.ip)
    // Before the hash, because the link stays good and anybody may call.
    if ((await prisma.person.count({ where: { email } })) > 0) throw signInFirst()
    checkPassword(password, { words: [organizationName, name, email] })
    const secret = await hashPassword(password)
    const write = prisma.$transaction(async (tx) => {
      const createdAt = clock.now()
      const password = { id: makeId('crd'), kind: 'PASSWORD', secret, confirmedAt: createdAt, createdAt } as const
      const person = await tx.person.create({
        data: {
          ...{ id: makeId('usr'), email, name, createdAt, updatedAt: createdAt, credentials: { create: password } },
        },
      })
      const { ip, userAgent } = client
      await join(tx, invitation, person, ip)
      const opened = await deps.sessions.open(tx, {
        ...{ personId: person.id, ip, userAgent, remember: false, twoFactor: false },
      })
      const actor = { principal: personPrincipal(person), organizationId: invitation.organizationId, ip }
      await deps.audit(tx, actor, { action: 'session.create', resource: opened.session.id })
      const device = await deps.devices.remember(tx, person.id, client.device ?? null)
      return { person, signedIn: { person, opened, device } }
    })
    return write.catch((error) => {
      if (!hasSqlState(error, SQL_STATE.uniqueViolation)) throw error
      throw signInFirst()
    })
  }

  return async (viewer, input, client) => {
    const { token, ...about } = validate(acceptInput, input)
    const found = await prisma.invitation.findFirst({
      where: {
        ...{ tokenHash: hashBytes(token), acceptedAt: null, revokedAt: null, expiresAt: { gt: clock.now() } },
        organization: { deletedAt: null },
      },
      include: { organization: { select: { name: true } } },
    })
    if (found === null) throw notGood()
    const { organization, ...invitation } = found
    if (viewer?.principal.kind === 'PERSON') return joinSignedIn(viewer, invitation)
    return joinAsNew(invitation, organization.name, about, client)
  }
}

const signInFirst = () =>
  new ConflictError('SIGN_IN_FIRST', 'This address has an account. Sign in and open the link again.')

const notGood = () =>
  new ConflictError(
    'INVITATION_NOT_GOOD',
    'This invitation was used, revoked or has expired. Ask an owner of the organization for a new one.',
  )
