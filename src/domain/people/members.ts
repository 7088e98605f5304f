import type { PrismaClient, Transaction } from '../../database/client.ts'
import { type Member, Prisma } from '../../database/generated/client.ts'
import { countRows, readRows, selectThroughIndex } from '../../database/page-sql.ts'
import { ConflictError, ForbiddenError, NotFoundError, VersionConflictError } from '../../lib/errors.ts'
import { page } from '../../lib/pagination.ts'
import type { Audit } from '../audit/audit.ts'
import type { AuditAction } from '../audit/audit-actions.ts'
import type { RecordDenied } from '../audit/record-denied.ts'
import { requireManageable } from './manageable-roles.ts'
import type { OrganizationMails } from './organization-mails.ts'
import { permissionsOf, type Role } from './roles.ts'
import type { AnnounceSessions } from './session-changes.ts'
import type { Viewer } from './viewer.ts'

/** Maximum members of one organization. */
export const MEMBERS_AT_MOST = 10_000

/** The member was changed since its editor read it. */
export class MemberVersionConflictError extends VersionConflictError<Member> {}

/** Members of an organization. Changes of one organization take turns, so that two cannot remove its last owners. */
export type Members = ReturnType<typeof createMembers>

export function createMembers(deps: {
  prisma: PrismaClient
  audit: Audit
  announceSessions: AnnounceSessions
  denials: RecordDenied
  mails: OrganizationMails
}) {
  const { prisma, audit } = deps

  /** Changes a member under the lock of its organization; its sessions are checked again after the commit. */
  async function change(
    viewer: Viewer,
    where: { id: string } | { personId: string },
    apply: (tx: Transaction, member: Member, actor: Viewer, isPlatform: boolean) => Promise<Member>,
  ): Promise<Member> {
    const { organizationId } = viewer
    return prisma.$transaction(async (tx) => {
      const { isPlatform } = await lockOrganization(tx, organizationId)
      const member = await tx.member.findFirst({ where: { ...where, organizationId } })
      if (member === null) throw new NotFoundError('member', Object.values(where).join())
      const changed = await apply(tx, member, await presentRights(tx, viewer, isPlatform), isPlatform)
      await deps.announceSessions(tx, { personId: member.personId })
      return changed
    })
  }

  /** @throws ForbiddenError for a role that the viewer may not manage. The attempt goes to the audit trail. */
  function requireRoles(viewer: Viewer, action: AuditAction, isPlatform: boolean, ...roles: Role[]): void {
    try {
      requireManageable(viewer, isPlatform, ...roles)
    } catch (error) {
      deps.denials.note(viewer, action, 'EXCEEDS_OWN_ROLE')
      throw error
    }
  }

  async function setRole(tx: Transaction, viewer: Viewer, member: Member, role: Role): Promise<Member> {
    const details = { personId: member.personId, from: member.role, to: role }
    await audit(tx, viewer, { action: 'member.update', resource: member.id, details })
    return tx.member.update({ where: { id: member.id }, data: { role, version: { increment: 1 } } })
  }

  async function remove(tx: Transaction, viewer: Viewer, member: Member): Promise<Member> {
    await requireOtherOwner(tx, member)
    const details = { personId: member.personId, role: member.role }
    await audit(tx, viewer, { action: 'member.delete', resource: member.id, details })
    return tx.member.delete({ where: { id: member.id } })
  }

  return {
    /** @throws ForbiddenError for a role above the own one, ConflictError for the last owner */
    update: (viewer: Viewer, id: string, { role }: { role: Role }, expectedVersion?: number | null): Promise<Member> =>
      change(viewer, { id }, async (tx, member, actor, isPlatform) => {
        requireRoles(actor, 'member.update', isPlatform, member.role, role)
        if (expectedVersion != null && member.version !== expectedVersion)
          throw new MemberVersionConflictError('member', member.version, member)
        if (role === member.role) return member
        if (role !== 'OWNER') await requireOtherOwner(tx, member)
        if (role === 'OWNER' || member.role === 'OWNER') await deps.mails.ownerChanged(tx, member, role)
        return setRole(tx, viewer, member, role)
      }),

    /** Keys that the person created stay. @throws as `update` */
    remove: (viewer: Viewer, id: string): Promise<Member> =>
      change(viewer, { id }, async (tx, member, actor, isPlatform) => {
        requireRoles(actor, 'member.delete', isPlatform, member.role)
        if (member.role === 'OWNER') await deps.mails.ownerChanged(tx, member, null)
        return remove(tx, viewer, member)
      }),

    /** The person of the request leaves the organization. */
    leave: (viewer: Viewer): Promise<Member> =>
      change(viewer, { personId: viewer.principal.id }, (tx, member) => remove(tx, viewer, member)),

    /** Makes another member an owner, and the person of the request an administrator. */
    transferOwnership: (viewer: Viewer, id: string): Promise<{ owner: Member; former: Member }> =>
      prisma.$transaction(async (tx) => {
        const { organizationId, principal } = viewer
        await lockOrganization(tx, organizationId)
        const owner = await tx.member.findFirst({ where: { id, organizationId } })
        if (owner === null) throw new NotFoundError('member', id)
        const former = await tx.member.findFirst({ where: { personId: principal.id, organizationId, role: 'OWNER' } })
        if (former === null || former.id === owner.id)
          throw new ConflictError('NOT_TRANSFERABLE', 'An owner gives the ownership to another member only.')
        for (const { personId } of [owner, former]) await deps.announceSessions(tx, { personId })
        await deps.mails.ownerChanged(tx, owner, 'OWNER')
        await deps.mails.ownerChanged(tx, former, 'ADMIN')
        return {
          owner: owner.role === 'OWNER' ? owner : await setRole(tx, viewer, owner, 'OWNER'),
          former: await setRole(tx, viewer, former, 'ADMIN'),
        }
      }),

    getMany: ({ organizationId }: Viewer, ids: readonly string[], query: object = {}): Promise<Member[]> =>
      prisma.member.findMany({ ...query, where: { id: { in: [...ids] }, organizationId } }),

    list: ({ organizationId }: Viewer, query: object): Promise<Member[]> =>
      readRows(prisma, selectMembers(organizationId, query), (ids) =>
        prisma.member.findMany(page(query, { organizationId, id: { in: ids } })),
      ),

    count: ({ organizationId }: Viewer): Promise<number> =>
      countRows(prisma, (query) => selectMembers(organizationId, query)),
  }
}

function selectMembers(organizationId: string, query: object): Prisma.Sql {
  const columns = [['organization_id', Prisma.sql`${organizationId}`]] as const
  return selectThroughIndex(Prisma.sql`members m`, { alias: 'm', prefix: 'mem', columns }, [], query)
}

/** Lets changes of the members of one organization take turns. @throws NotFoundError once it is deleted */
export async function lockOrganization(tx: Transaction, id: string): Promise<{ isPlatform: boolean; name: string }> {
  await tx.$queryRaw`SELECT 1 FROM organizations WHERE id = ${id} FOR NO KEY UPDATE`
  const organization = await tx.organization.findFirst({ where: { id, deletedAt: null } })
  if (organization === null) throw new NotFoundError('organization', id)
  return organization
}

/** The viewer with the role of this moment: another owner may have taken it while the request waited for the lock. */
export async function presentRights(tx: Transaction, viewer: Viewer, isPlatform: boolean): Promise<Viewer> {
  const { organizationId, homeId, principal } = viewer
  if (principal.kind !== 'PERSON' || homeId !== organizationId) return viewer
  const member = await tx.member.findFirst({ where: { organizationId, personId: principal.id } })
  if (member === null) throw new ForbiddenError('You are no member of this organization any more.')
  return { ...viewer, role: member.role, permissions: permissionsOf(member.role, isPlatform) }
}

/** @throws ConflictError for the last owner of an organization. A disabled owner does not count. */
async function requireOtherOwner(tx: Transaction, member: Member): Promise<void> {
  if (member.role !== 'OWNER') return
  const { organizationId, id } = member
  const isOther = { organizationId, role: 'OWNER', id: { not: id }, person: { disabledAt: null } } as const
  if ((await tx.member.findFirst({ where: isOther })) === null)
    throw new ConflictError('LAST_OWNER', 'An organization keeps an owner. Make another member an owner first.')
}
