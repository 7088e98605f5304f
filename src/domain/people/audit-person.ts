import type { Transaction } from '../../database/client.ts'
import type { Audit, AuditedAct } from '../audit/audit.ts'
import { personPrincipal } from './viewer.ts'

/** The person of an act on an account, without an organization or with the one of the request. */
export interface PersonActor {
  personId: string
  ip: string | null
  /** Default: the last organization of the person, or else the first. */
  organizationId?: string | undefined
}

/** Writes an act of a person on its own account to the audit trail of one of its organizations, if any. */
export type AuditPerson = (tx: Transaction, actor: PersonActor, act: AuditedAct) => Promise<void>

export function createAuditPerson({ audit }: { audit: Audit }): AuditPerson {
  return async (tx, { personId, ip, organizationId: given }, act) => {
    const person = await tx.person.findUniqueOrThrow({ where: { id: personId } })
    const memberships = await tx.member.findMany({ where: { personId }, orderBy: { id: 'asc' }, take: 1_000 })
    const ids = memberships.map((member) => member.organizationId)
    const organizationId = [given, person.lastOrganizationId, ids[0]].find((id) => id && ids.includes(id))
    if (organizationId) await audit(tx, { principal: personPrincipal(person), organizationId, ip }, act)
  }
}
