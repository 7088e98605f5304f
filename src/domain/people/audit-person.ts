import type { PrismaClient, Transaction } from '../../database/client.ts'
import type { Actor, Audit, AuditedAct } from '../audit/audit.ts'
import type { RecordDenied } from '../audit/record-denied.ts'
import { personPrincipal } from './viewer.ts'

/** Maximum memberships of a person that are searched for the organization of an entry. */
const MEMBERSHIPS_AT_MOST = 1_000

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
  return async (tx, actor, act) => {
    const found = await findActor(tx, actor)
    if (found !== undefined) await audit(tx, found, act)
  }
}

/** Notes a refused sign-in in the audit trail. The answer neither waits for the entry nor fails with it. */
export type NoteRefusedSignIn = (actor: PersonActor, reason: string) => void

export function createNoteRefusedSignIn(deps: { prisma: PrismaClient; denials: RecordDenied }): NoteRefusedSignIn {
  return (actor, reason) =>
    void findActor(deps.prisma, actor).then(
      (found) => found && deps.denials.note(found, 'session.create', reason),
      () => undefined,
    )
}

/** Undefined for a person without an organization, and therefore without an audit trail. */
async function findActor(
  reader: Pick<Transaction, 'person' | 'member'>,
  { personId, ip, organizationId: given }: PersonActor,
): Promise<Actor | undefined> {
  const person = await reader.person.findUniqueOrThrow({ where: { id: personId } })
  const wanted = [given, person.lastOrganizationId].filter((id) => id != null)
  const members = await reader.member.findMany({
    ...{ where: { personId, organization: { deletedAt: null } }, orderBy: { id: 'asc' }, take: MEMBERSHIPS_AT_MOST },
  })
  const ids = members.map((member) => member.organizationId)
  const organizationId = [...wanted, ...ids].find((id) => ids.includes(id))
  return organizationId === undefined ? undefined : { principal: personPrincipal(person), organizationId, ip }
}
