import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { PrismaClient } from '../../database/client.ts'
import { type Invitation, Prisma } from '../../database/generated/client.ts'
import { countRows, readRows, selectThroughIndex } from '../../database/page-sql.ts'
import type { Clock } from '../../lib/clock.ts'
import { ConflictError, NotFoundError } from '../../lib/errors.ts'
import type { MakeId } from '../../lib/ids.ts'
import { page } from '../../lib/pagination.ts'
import { validate } from '../../lib/validate.ts'
import type { Audit } from '../audit/audit.ts'
import type { RecordDenied } from '../audit/record-denied.ts'
import { hashBytes } from '../keys/token.ts'
import type { Links } from './links.ts'
import { requireManageable } from './manageable-roles.ts'
import { lockOrganization, presentRights } from './members.ts'
import type { OrganizationMails } from './organization-mails.ts'
import { email } from './person-input.ts'
import { ROLES, type Role } from './roles.ts'
import type { Viewer } from './viewer.ts'

/** Days for which an invitation is good. */
export const INVITATION_DAYS = 7
/** Maximum open invitations of one organization. */
export const INVITATIONS_AT_MOST = 1_000
const TOKEN_BYTES = 32

const createInput = z.object({ email, role: z.enum(ROLES) })

export type InvitationStatus = 'OPEN' | 'ACCEPTED' | 'REVOKED' | 'EXPIRED'

/** An invitation as the holder of its link sees it. It is silent about accounts of the address. */
export interface InvitationPreview {
  organizationName: string
  email: string
  role: Role
  expiresAt: Date
}

/** Invitations to an organization, made and revoked by its members. */
export type Invitations = ReturnType<typeof createInvitations>

export function createInvitations(deps: {
  prisma: PrismaClient
  clock: Clock
  makeId: MakeId
  audit: Audit
  denials: RecordDenied
  links: Links
  mails: OrganizationMails
}) {
  const { prisma, clock, audit } = deps
  const open = () => ({ acceptedAt: null, revokedAt: null, expiresAt: { gt: clock.now() } })

  return {
    /**
     * Invites an address. An earlier invitation of the address is revoked. Whether the address has an account changes
     * nothing.
     *
     * @returns the link, which is shown once
     * @throws ValidationError, ForbiddenError for a role above the own one, ConflictError for a member
     */
    async create(viewer: Viewer, input: z.input<typeof createInput>): Promise<{ invitation: Invitation; url: string }> {
      const { email, role } = validate(createInput, input)
      const token = randomBytes(TOKEN_BYTES).toString('base64url')
      const url = deps.links.to('invitation', token)
      const createdAt = clock.now()
      const { organizationId, principal } = viewer
      return prisma.$transaction(async (tx) => {
        const organization = await lockOrganization(tx, organizationId)
        const actor = await presentRights(tx, viewer, organization.isPlatform)
        try {
          requireManageable(actor, organization.isPlatform, role)
        } catch (error) {
          deps.denials.note(viewer, 'invitation.create', 'EXCEEDS_OWN_ROLE')
          throw error
        }
        if ((await tx.member.count({ where: { organizationId, person: { email } } })) > 0)
          throw new ConflictError('ALREADY_MEMBER', 'This address belongs to a member. Change the role of the member.')
        await tx.invitation.updateMany({
          where: { organizationId, email, acceptedAt: null, revokedAt: null },
          data: { revokedAt: createdAt },
        })
        if ((await tx.invitation.count({ where: { organizationId, ...open() } })) >= INVITATIONS_AT_MOST)
          throw new ConflictError(
            'TOO_MANY_INVITATIONS',
            `An organization has at most ${INVITATIONS_AT_MOST} open invitations. Revoke unused ones.`,
          )
        const invitation = await tx.invitation.create({
          data: {
            ...{ id: deps.makeId('inv'), organizationId, email, role, tokenHash: hashBytes(token), createdAt },
            ...{ invitedBy: principal.id, invitedByName: principal.name },
            expiresAt: new Date(createdAt.getTime() + INVITATION_DAYS * 86_400_000),
          },
        })
        const act = { action: 'invitation.create', resource: invitation.id, details: { email, role } } as const
        await audit(tx, viewer, act)
        deps.mails.invite(tx, { to: email, inviter: principal.name, organization: organization.name, url })
        return { invitation, url }
      })
    },

    /** @throws NotFoundError, and ConflictError for an invitation that is not open any more */
    revoke: (viewer: Viewer, id: string): Promise<Invitation> =>
      prisma.$transaction(async (tx) => {
        const { organizationId } = viewer
        const invitation = await tx.invitation.findFirst({ where: { id, organizationId } })
        if (invitation === null) throw new NotFoundError('invitation', id)
        const [revoked] = await tx.invitation.updateManyAndReturn({
          where: { id, acceptedAt: null, revokedAt: null },
          data: { revokedAt: clock.now() },
        })
        if (revoked === undefined)
          throw new ConflictError('INVITATION_CLOSED', 'This invitation was accepted or revoked before.')
        const { email, role } = invitation
        await audit(tx, viewer, { action: 'invitation.revoke', resource: id, details: { email, role } })
        return revoked
      }),

    /** The open invitation with a token; null for any other token. */
    async preview(token: string): Promise<InvitationPreview | null> {
      const found = await prisma.invitation.findFirst({
        where: { tokenHash: hashBytes(token), ...open(), organization: { deletedAt: null } },
        include: { organization: true },
      })
      if (found === null) return null
      const { email, role, expiresAt } = found
      return { organizationName: found.organization.name, email, role, expiresAt }
    },

    statusOf(invitation: Pick<Invitation, 'acceptedAt' | 'revokedAt' | 'expiresAt'>): InvitationStatus {
      if (invitation.acceptedAt !== null) return 'ACCEPTED'
      if (invitation.revokedAt !== null) return 'REVOKED'
      return invitation.expiresAt > clock.now() ? 'OPEN' : 'EXPIRED'
    },

    getMany: ({ organizationId }: Viewer, ids: readonly string[], query: object = {}): Promise<Invitation[]> =>
      prisma.invitation.findMany({ ...query, where: { id: { in: [...ids] }, organizationId } }),

    list: ({ organizationId }: Viewer, query: object): Promise<Invitation[]> =>
      readRows(prisma, selectInvitations(organizationId, query), (ids) =>
        prisma.invitation.findMany(page(query, { organizationId, id: { in: ids } })),
      ),

    count: ({ organizationId }: Viewer): Promise<number> =>
      countRows(prisma, (query) => selectInvitations(organizationId, query)),
  }
}

function selectInvitations(organizationId: string, query: object): Prisma.Sql {
  const columns = [['organization_id', Prisma.sql`${organizationId}`]] as const
  return selectThroughIndex(Prisma.sql`invitations i`, { alias: 'i', prefix: 'inv', columns }, [], query)
}
