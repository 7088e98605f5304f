import { z } from 'zod'
import type { PrismaClient } from '../../database/client.ts'
import { ConflictError } from '../../lib/errors.ts'
import type { Log } from '../../lib/log.ts'
import { validate } from '../../lib/validate.ts'
import type { Limits } from '../limits/limits.ts'
import type { AuditPerson } from './audit-person.ts'
import type { Mail } from './mail.ts'
import type { Notices } from './notices.ts'
import type { OneTimeCodes } from './one-time-codes.ts'
import { presentedPassword } from './person-input.ts'
import type { Client, Sessions } from './sessions.ts'
import type { SetPassword } from './set-password.ts'

const requestedEmail = z.string().trim().toLowerCase().max(254)
const resetInput = z.object({ code: z.string().max(100), password: presentedPassword })

/**
 * Maximum links of a person that are good at once. More are not sent, so that a stranger neither fills a mailbox nor voids
 * a link.
 */
export const LINKS_AT_MOST = 3

/** New passwords by a link: sent by mail, or printed by `npm run admin -- reset-password`. */
export type PasswordReset = ReturnType<typeof createPasswordReset>

export function createPasswordReset(deps: {
  prisma: PrismaClient
  log: Log
  mail: Pick<Mail, 'isConfigured'>
  limits: Pick<Limits, 'spendSignIn'>
  codes: OneTimeCodes
  sessions: Sessions
  setPassword: SetPassword
  auditPerson: AuditPerson
  notices: Notices
}) {
  const { prisma, codes } = deps

  async function sendLink(email: string): Promise<void> {
    const person = await prisma.person.findUnique({ where: { email } })
    if (person === null || person.disabledAt !== null) return
    const code = await prisma.$transaction(async (tx) => {
      await tx.$executeRaw`SELECT FROM persons WHERE id = ${person.id} FOR UPDATE`
      return (await codes.count(tx, 'PASSWORD_RESET', person.id)) < LINKS_AT_MOST
        ? codes.create(tx, 'PASSWORD_RESET', person.id)
        : undefined
    })
    if (code !== undefined) deps.notices.sendReset(person, code)
  }

  return {
    /** Sends a link where mail is configured. The answer neither tells nor waits for whether the address exists. */
    async request(address: string, client: Client): Promise<void> {
      const email = validate(requestedEmail, address, 'email')
      await deps.limits.spendSignIn(client.ip)
      if (!deps.mail.isConfigured) return
      sendLink(email).catch((error) => deps.log.error({ err: error }, 'Reset link could not be made'))
    },

    /**
     * Sets a password by a code, and ends all sessions. Nobody is signed in, so a second factor is asked for afterwards.
     *
     * @throws ValidationError, and ConflictError for a code that is not good
     */
    async reset(input: z.input<typeof resetInput>, client: Client): Promise<void> {
      const { code, password } = validate(resetInput, input)
      await deps.limits.spendSignIn(client.ip)
      const notGood = new ConflictError('CODE_NOT_GOOD', 'This link was used or has expired. Request another one.')
      const personId = (await codes.find(prisma, 'PASSWORD_RESET', code))?.personId
      if (!personId) throw notGood
      const write = await deps.setPassword(personId, password)
      await prisma.$transaction(async (tx) => {
        if ((await codes.use(tx, 'PASSWORD_RESET', code)) === null) throw notGood
        await write(tx)
        await deps.sessions.endWhere(tx, { personId })
        await tx.knownDevice.deleteMany({ where: { personId } })
        await deps.auditPerson(tx, { personId, ip: client.ip }, { action: 'account.resetPassword', resource: personId })
        await deps.notices.send(tx, personId, 'PASSWORD_CHANGED')
      })
    },
  }
}
