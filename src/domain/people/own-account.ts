import { z } from 'zod'
import type { PrismaClient, Transaction } from '../../database/client.ts'
import type { Person } from '../../database/generated/client.ts'
import { hasSqlState, SQL_STATE } from '../../database/sql-state.ts'
import type { Clock } from '../../lib/clock.ts'
import { ConflictError, UnauthenticatedError, VersionConflictError } from '../../lib/errors.ts'
import { validate } from '../../lib/validate.ts'
import type { AuditPerson } from './audit-person.ts'
import type { Notices } from './notices.ts'
import { requireHashRoom, verifyPassword } from './passwords.ts'
import { displayName, email, presentedPassword } from './person-input.ts'
import type { Sessions } from './sessions.ts'
import type { SetPassword } from './set-password.ts'
import { addressSubject, type SignInBudgets, sessionSubject } from './sign-in-budgets.ts'
import type { Viewer } from './viewer.ts'

const updateInput = z.object({
  name: displayName.optional(),
  email: email.optional(),
  mailsOfEndpoints: z.boolean().optional(),
})
const passwordInput = z.object({
  currentPassword: presentedPassword,
  password: presentedPassword,
  endOtherSessions: z.boolean().default(true),
})

/** The person has another version than the editor expected. */
export class PersonVersionConflictError extends VersionConflictError<Person> {}

/** Name, address and password of a person, changed by the person. */
export type OwnAccount = ReturnType<typeof createOwnAccount>

export function createOwnAccount(deps: {
  prisma: PrismaClient
  clock: Clock
  budgets: SignInBudgets
  sessions: Sessions
  setPassword: SetPassword
  auditPerson: AuditPerson
  notices: Notices
}) {
  const { prisma } = deps

  return {
    /** @throws VersionConflictError, and ConflictError for an address that another person has */
    async update(
      viewer: Viewer,
      input: z.input<typeof updateInput>,
      expectedVersion: number | undefined,
    ): Promise<Person> {
      const changes = validate(updateInput, input)
      const { principal, ip, organizationId } = viewer
      const { id } = principal
      const write = prisma.$transaction(async (tx) => {
        await tx.$executeRaw`SELECT FROM persons WHERE id = ${id} FOR UPDATE`
        const before = await tx.person.findUniqueOrThrow({ where: { id } })
        if (expectedVersion !== undefined && expectedVersion !== before.version)
          throw new PersonVersionConflictError('person', before.version, before)
        const movesTo = changes.email !== undefined && changes.email !== before.email ? changes.email : undefined
        if (movesTo !== undefined) await leaveAddress(tx, before)
        const { email: _, ...others } = changes
        const details = { ...others, ...(movesTo && { email: movesTo }) }
        const act = { action: 'account.update', resource: id, details } as const
        await deps.auditPerson(tx, { personId: id, ip, organizationId }, act)
        const data = { ...changes, version: { increment: 1 }, updatedAt: deps.clock.now() }
        return tx.person.update({ where: { id }, data })
      })
      return write.catch((error) => {
        if (!hasSqlState(error, SQL_STATE.uniqueViolation)) throw error
        throw new ConflictError('EMAIL_TAKEN', 'This address cannot be used. Choose another one.')
      })
    },

    /** Changes the password. @throws UnauthenticatedError for a wrong current one, ValidationError for a bad new one */
    async changePassword(viewer: Viewer, input: z.input<typeof passwordInput>): Promise<void> {
      const { currentPassword, password, endOtherSessions } = validate(passwordInput, input)
      const { principal, credential, ip, organizationId } = viewer
      const personId = principal.id
      const subject = sessionSubject(credential)
      requireHashRoom()
      await deps.budgets.spend(subject)
      const stored = await prisma.personCredential.findFirst({ where: { personId, kind: 'PASSWORD' } })
      if (!(await verifyPassword(currentPassword, stored?.secret)))
        throw new UnauthenticatedError('The current password is wrong.')
      const write = await deps.setPassword(personId, password)
      await prisma.$transaction(async (tx) => {
        await deps.budgets.clear(tx, subject)
        await write(tx)
        if (endOtherSessions) await deps.sessions.endWhere(tx, { personId, id: { not: credential } })
        const act = { action: 'account.changePassword', resource: personId } as const
        await deps.auditPerson(tx, { personId, ip, organizationId }, act)
        await deps.notices.send(tx, personId, 'PASSWORD_CHANGED')
      })
    },
  }

  /** The old address hears of the change. Codes that were sent there are good no more. */
  async function leaveAddress(tx: Transaction, { id, email }: Person): Promise<void> {
    await deps.notices.send(tx, id, 'EMAIL_CHANGED')
    await tx.oneTimeCode.deleteMany({ where: { personId: id, kind: 'PASSWORD_RESET' } })
    await deps.budgets.clear(tx, addressSubject(email, true))
  }
}
