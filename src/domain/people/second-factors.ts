import { randomBytes } from 'node:crypto'
import type { PrismaClient, Transaction } from '../../database/client.ts'
import type { Clock } from '../../lib/clock.ts'
import { ConflictError, UnauthenticatedError } from '../../lib/errors.ts'
import type { MakeId } from '../../lib/ids.ts'
import type { Keyring } from '../../lib/keyring.ts'
import { hashToken } from '../keys/token.ts'
import type { AuditPerson } from './audit-person.ts'
import type { Notices } from './notices.ts'
import { type SignInBudgets, sessionSubject } from './sign-in-budgets.ts'
import { isCode, SEED_BYTES, stepsOf, toBase32, totpUri } from './totp.ts'
import type { Viewer } from './viewer.ts'

/** Recovery codes of a person. Each is good once. */
export const RECOVERY_CODES = 10
/** Random bytes of a recovery code: 120 bits, which nobody guesses. */
const RECOVERY_BYTES = 15

const totpContext = (credentialId: string) => `totp:${credentialId}`
/** A recovery code without the hyphens and spaces by which people read it. */
const recoveryHash = (code: string) => hashToken(code.toUpperCase().replace(/[^A-Z0-9]/g, ''))

export interface TwoFactorState {
  isEnabled: boolean
  recoveryCodesLeft: number
}

/** Authenticator apps and recovery codes of people. */
export type SecondFactors = ReturnType<typeof createSecondFactors>

export function createSecondFactors(deps: {
  prisma: PrismaClient
  clock: Clock
  makeId: MakeId
  keyring: Keyring
  budgets: SignInBudgets
  auditPerson: AuditPerson
  notices: Notices
}) {
  const { prisma, clock, makeId } = deps

  /** Accepts each time step once: of two uses at once, one raises the last step. */
  async function useTotp(tx: Transaction, personId: string, code: string, confirmed: boolean): Promise<boolean> {
    const confirmedAt = confirmed ? { not: null } : null
    const totp = await tx.personCredential.findFirst({ where: { personId, kind: 'TOTP', confirmedAt } })
    if (totp === null) return false
    const seed = Buffer.from(deps.keyring.decrypt(totp.secret, totpContext(totp.id)), 'base64')
    for (const step of stepsOf(seed, code.replaceAll(' ', ''), clock.now())) {
      const { count } = await tx.personCredential.updateMany({
        where: { id: totp.id, confirmedAt, OR: [{ lastStep: null }, { lastStep: { lt: step } }] },
        data: { lastStep: step, ...(!confirmed && { confirmedAt: clock.now() }) },
      })
      if (count > 0) return true
    }
    return false
  }

  async function useRecoveryCode(tx: Transaction, personId: string, code: string, ip: string | null): Promise<boolean> {
    const where = { personId, kind: 'RECOVERY_CODE', usedAt: null } as const
    const { count } = await tx.personCredential.updateMany({
      where: { ...where, secret: recoveryHash(code) },
      data: { usedAt: clock.now() },
    })
    if (count === 0) return false
    const left = await tx.personCredential.count({ where })
    await deps.auditPerson(tx, { personId, ip }, { action: 'account.useRecoveryCode', details: { left } })
    await deps.notices.send(tx, personId, 'RECOVERY_CODE_USED')
    return true
  }

  /** Replaces the recovery codes of a person. @returns the new ones, which are shown once */
  async function makeRecoveryCodes(tx: Transaction, personId: string): Promise<string[]> {
    const codes = Array.from({ length: RECOVERY_CODES }, () =>
      toBase32(randomBytes(RECOVERY_BYTES)).replace(/.{6}(?=.)/g, '$&-'),
    )
    await tx.personCredential.deleteMany({ where: { personId, kind: 'RECOVERY_CODE' } })
    const createdAt = clock.now()
    await tx.personCredential.createMany({
      data: codes.map((code) => ({
        ...{ id: makeId('crd'), personId, kind: 'RECOVERY_CODE' as const },
        ...{ secret: recoveryHash(code), confirmedAt: createdAt, createdAt },
      })),
    })
    return codes
  }

  const isEnabled = async (reader: Pick<Transaction, 'personCredential'>, personId: string): Promise<boolean> =>
    (await reader.personCredential.count({ where: { personId, kind: 'TOTP', confirmedAt: { not: null } } })) > 0

  return {
    isEnabled,

    /** The second factor of a person, and recovery codes that nobody used. */
    async readState(personId: string): Promise<TwoFactorState> {
      const codes = { personId, kind: 'RECOVERY_CODE', usedAt: null } as const
      const [hasTotp, recoveryCodesLeft] = await Promise.all([
        isEnabled(prisma, personId),
        prisma.personCredential.count({ where: codes }),
      ])
      return { isEnabled: hasTotp, recoveryCodesLeft }
    },

    /** Verifies a code of the authenticator, or uses a recovery code up. */
    verify: (tx: Transaction, personId: string, code: string, ip: string | null): Promise<boolean> =>
      isCode(code) ? useTotp(tx, personId, code, true) : useRecoveryCode(tx, personId, code, ip),

    /** Makes a seed that counts once a code of it was confirmed. An enrolment that was not confirmed is replaced. */
    enrol: ({ principal: { id: personId } }: Viewer): Promise<{ secret: string; uri: string }> =>
      prisma.$transaction(async (tx) => {
        // The lock makes two enrolments take turns.
        await tx.$executeRaw`SELECT FROM persons WHERE id = ${personId} FOR UPDATE`
        if (await isEnabled(tx, personId))
          throw new ConflictError('TWO_FACTOR_ENABLED', 'A second factor is enabled already. Disable it first.')
        const { email } = await tx.person.findUniqueOrThrow({ where: { id: personId } })
        const seed = randomBytes(SEED_BYTES)
        const id = makeId('crd')
        const secret = deps.keyring.encrypt(seed.toString('base64'), totpContext(id))
        await tx.personCredential.deleteMany({ where: { personId, kind: 'TOTP', confirmedAt: null } })
        await tx.personCredential.create({ data: { id, personId, kind: 'TOTP', secret, createdAt: clock.now() } })
        return { secret: toBase32(seed), uri: totpUri(seed, email) }
      }),

    /** Enables an enrolled authenticator. @returns recovery codes. @throws UnauthenticatedError for a wrong code */
    async confirm(viewer: Viewer, code: string): Promise<string[]> {
      const { principal, credential: sessionId, ip, organizationId } = viewer
      const personId = principal.id
      const subject = sessionSubject(sessionId)
      await deps.budgets.spend(subject)
      return prisma.$transaction(async (tx) => {
        if (!(await useTotp(tx, personId, code, false))) throw new UnauthenticatedError(WRONG_CODE)
        await deps.budgets.clear(tx, subject)
        await tx.session.updateMany({ where: { id: sessionId, personId }, data: { twoFactor: true } })
        await deps.auditPerson(
          tx,
          { personId, ip, organizationId },
          { action: 'account.enableTotp', resource: personId },
        )
        await deps.notices.send(tx, personId, 'TWO_FACTOR_ENABLED')
        return makeRecoveryCodes(tx, personId)
      })
    },

    /** Removes the authenticator and the recovery codes. Where the role needs a second factor, only enrolment stays open. */
    disable: ({ principal: { id: personId }, ip, organizationId }: Viewer): Promise<void> =>
      prisma.$transaction(async (tx) => {
        const { count } = await tx.personCredential.deleteMany({
          where: { personId, kind: { in: ['TOTP', 'RECOVERY_CODE'] } },
        })
        if (count === 0) throw new ConflictError('TWO_FACTOR_DISABLED', 'No second factor is enabled.')
        await tx.session.updateMany({ where: { personId }, data: { twoFactor: false } })
        const act = { action: 'account.disableTotp', resource: personId } as const
        await deps.auditPerson(tx, { personId, ip, organizationId }, act)
        await deps.notices.send(tx, personId, 'TWO_FACTOR_DISABLED')
      }),

    /** Makes new recovery codes; the earlier ones are good no more. */
    regenerate: ({ principal: { id: personId }, ip, organizationId }: Viewer): Promise<string[]> =>
      prisma.$transaction(async (tx) => {
        if (!(await isEnabled(tx, personId)))
          throw new ConflictError('TWO_FACTOR_DISABLED', 'No second factor is enabled. Enrol one first.')
        const act = { action: 'account.regenerateRecoveryCodes', resource: personId } as const
        await deps.auditPerson(tx, { personId, ip, organizationId }, act)
        await deps.notices.send(tx, personId, 'RECOVERY_CODES_MADE')
        return makeRecoveryCodes(tx, personId)
      }),
  }
}

export const WRONG_CODE = 'The code is wrong, was used already, or has expired. Take the next one.'
