import type { Transaction } from '../../database/client.ts'
import type { Invitation } from '../../database/generated/client.ts'
import type { Clock } from '../../lib/clock.ts'
import { isPersonId } from '../../lib/ids.ts'
import { isManageable } from './manageable-roles.ts'
import { allows, readPermissions } from './permissions.ts'
import { permissionsOf } from './roles.ts'

/** The rights of an inviter at the time of the acceptance, which may be less than at the time of the invitation. */
export type InviterRights = ReturnType<typeof createInviterRights>

export function createInviterRights({ clock }: { clock: Clock }) {
  /** A member of the organization, or else of that of the operator. */
  async function mayPersonGive(tx: Transaction, invitation: Invitation, isPlatform: boolean): Promise<boolean> {
    const { organizationId, invitedBy: personId, role } = invitation
    const isIn = [{ organizationId }, { organization: { isPlatform: true } }]
    const members = await tx.member.findMany({
      where: { personId, person: { disabledAt: null }, OR: isIn },
      include: { organization: { select: { isPlatform: true } } },
    })
    return members.some((member) => {
      const permissions = permissionsOf(member.role, member.organization.isPlatform)
      return isManageable({ role: member.role, permissions }, isPlatform, role)
    })
  }

  async function mayKeyGive(tx: Transaction, invitation: Invitation, isPlatform: boolean): Promise<boolean> {
    const key = await tx.apiKey.findUnique({ where: { id: invitation.invitedBy } })
    const isGood = key !== null && key.revokedAt === null && key.disabledAt === null
    if (!isGood || (key.expiresAt !== null && key.expiresAt <= clock.now())) return false
    const permissions = readPermissions(key.permissions)
    const isIn = key.organizationId === invitation.organizationId || allows(permissions, 'platform', 'write')
    return isIn && isManageable({ role: null, permissions }, isPlatform, invitation.role)
  }

  return {
    /** True while the inviter may give the role of the invitation. */
    mayGive: (tx: Transaction, invitation: Invitation, isPlatform: boolean): Promise<boolean> =>
      isPersonId(invitation.invitedBy)
        ? mayPersonGive(tx, invitation, isPlatform)
        : mayKeyGive(tx, invitation, isPlatform),
  }
}
