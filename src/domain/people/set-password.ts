import type { PrismaClient, Transaction } from '../../database/client.ts'
import type { Clock } from '../../lib/clock.ts'
import type { MakeId } from '../../lib/ids.ts'
import { hashPassword } from './passwords.ts'
import { checkPassword } from './person-input.ts'
import type { SecondFactors } from './second-factors.ts'
import { addressSubject, type SignInBudgets } from './sign-in-budgets.ts'

/**
 * Checks and hashes a new password before a transaction begins, because a hash takes long.
 *
 * @returns the write of the password; reset links and failures of the address are forgotten with it
 * @throws ValidationError
 */
export type SetPassword = (personId: string, password: string) => Promise<(tx: Transaction) => Promise<void>>

export function createSetPassword(deps: {
  prisma: PrismaClient
  clock: Clock
  makeId: MakeId
  factors: SecondFactors
  budgets: SignInBudgets
}): SetPassword {
  return async (personId, password) => {
    const { email, name, members } = await deps.prisma.person.findUniqueOrThrow({
      where: { id: personId },
      include: { members: { include: { organization: { select: { name: true, twoFactorRoles: true } } } } },
    })
    const isRequired = members.some(({ role, organization }) => organization.twoFactorRoles.includes(role))
    const twoFactor = isRequired || (await deps.factors.isEnabled(deps.prisma, personId))
    const words = [email, name, ...members.map(({ organization }) => organization.name)]
    const isShort = checkPassword(password, { twoFactor, words })
    const secret = await hashPassword(password)
    return async (tx) => {
      const now = deps.clock.now()
      await tx.personCredential.deleteMany({ where: { personId, kind: 'PASSWORD' } })
      await tx.personCredential.create({
        data: {
          ...{ id: deps.makeId('crd'), personId, kind: 'PASSWORD', secret, isShort },
          ...{ confirmedAt: now, createdAt: now },
        },
      })
      await tx.oneTimeCode.deleteMany({ where: { personId, usedAt: null } })
      await deps.budgets.clear(tx, addressSubject(email, true))
    }
  }
}
