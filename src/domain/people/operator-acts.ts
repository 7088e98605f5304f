import type { PrismaClient, Transaction } from '../../database/client.ts'
import type { Person } from '../../database/generated/client.ts'
import type { Clock } from '../../lib/clock.ts'
import { SignalboxError } from '../../lib/errors.ts'
import type { Audit, AuditedAct } from '../audit/audit.ts'
import type { OneTimeCodes } from './one-time-codes.ts'
import type { AnnounceSessions } from './session-changes.ts'
import { hasOwner } from './set-up.ts'
import { SYSTEM } from './viewer.ts'

/** Origin of the acts in the audit trail: the program has no principal, and its user may read the database. */
const BY = { by: 'npm run admin' }

/** Acts of the operator of the machine on an account: to end sessions and to start recovery, never to choose a password. */
export type OperatorActs = ReturnType<typeof createOperatorActs>

export function createOperatorActs(deps: {
  prisma: PrismaClient
  clock: Clock
  audit: Audit
  codes: OneTimeCodes
  announceSessions: AnnounceSessions
}) {
  const { prisma, clock } = deps

  /** Audited in every organization of the person and in that of the operator, because each may look for the act. */
  async function note(tx: Transaction, person: Person | null, act: AuditedAct): Promise<void> {
    const members = await tx.member.findMany({
      where: { personId: person?.id ?? '' },
      select: { organizationId: true },
    })
    const platform = await tx.organization.findFirstOrThrow({ where: { isPlatform: true }, select: { id: true } })
    for (const organizationId of new Set([platform.id, ...members.map((member) => member.organizationId)]))
      await deps.audit(
        tx,
        { principal: SYSTEM, organizationId, ip: null },
        { ...act, ...(person && { resource: person.id }), details: { ...act.details, ...BY } },
      )
  }

  /** @throws SignalboxError for an unknown address */
  async function change<T>(address: string, act: AuditedAct, work: (tx: Transaction, person: Person) => Promise<T>) {
    return prisma.$transaction(async (tx) => {
      const email = address.trim().toLowerCase()
      const person = await tx.person.findUnique({ where: { email } })
      if (person === null) throw new SignalboxError('NOT_FOUND', `No person has the email address ${email}.`)
      const result = await work(tx, person)
      await note(tx, person, act)
      return result
    })
  }

  async function end(tx: Transaction, { id: personId }: Person): Promise<number> {
    const { count } = await tx.session.updateMany({
      where: { personId, endedAt: null },
      data: { endedAt: clock.now() },
    })
    await deps.announceSessions(tx, { personId })
    return count
  }

  return {
    /** A code for the first owner; undefined once there is one. */
    setUpCode: (): Promise<string | undefined> =>
      prisma.$transaction(async (tx) => {
        if (await hasOwner(tx)) return undefined
        await note(tx, null, { action: 'setup.create' })
        return deps.codes.create(tx, 'SETUP', null)
      }),

    /** A code that sets the password once. Earlier codes are void. */
    resetPassword: (email: string): Promise<string> =>
      change(email, { action: 'person.resetPassword' }, async (tx, { id: personId }) => {
        await tx.oneTimeCode.deleteMany({ where: { personId, kind: 'PASSWORD_RESET' } })
        return deps.codes.create(tx, 'PASSWORD_RESET', personId)
      }),

    /** Removes the second factor with its recovery codes, and ends all sessions. @returns the number of ended sessions */
    disableTwoFactor: (email: string): Promise<number> =>
      change(email, { action: 'person.disableTwoFactor' }, async (tx, person) => {
        await tx.personCredential.deleteMany({
          where: { personId: person.id, kind: { in: ['TOTP', 'RECOVERY_CODE'] } },
        })
        return end(tx, person)
      }),

    /** @returns the number of ended sessions */
    endSessions: (email: string): Promise<number> => change(email, { action: 'session.end' }, end),
  }
}
