import { afterCommit } from '../../database/after-commit.ts'
import type { Transaction } from '../../database/client.ts'
import type { Links } from './links.ts'
import type { Mail } from './mail.ts'

/** Changes of an account of which its person hears by mail, each with its subject and first sentence. */
const NOTICES = {
  EMAIL_CHANGED: ['Your email address was changed', 'The email address of your account is another one now.'],
  PASSWORD_CHANGED: ['Your password was changed', 'The password of your account was changed.'],
  TWO_FACTOR_ENABLED: ['Two-factor authentication was enabled', 'An authenticator was added to your account.'],
  TWO_FACTOR_DISABLED: ['Two-factor authentication was disabled', 'The authenticator of your account was removed.'],
  RECOVERY_CODE_USED: ['A recovery code was used', 'Somebody signed in with one of your recovery codes.'],
  RECOVERY_CODES_MADE: ['Your recovery codes were replaced', 'New recovery codes were made for your account.'],
} as const

export type Notice = keyof typeof NOTICES

/** Mails about changes of accounts. They need a mail server; without one, the audit trail alone has the change. */
export type Notices = ReturnType<typeof createNotices>

export function createNotices(deps: { mail: Pick<Mail, 'send'>; links: Links }) {
  return {
    /** Tells a person of a change, after its commit and without waiting for the mail server. */
    async send(tx: Transaction, personId: string, notice: Notice): Promise<void> {
      const { email, name } = await tx.person.findUniqueOrThrow({ where: { id: personId } })
      const [subject, sentence] = NOTICES[notice]
      const advice = `If this was not you, reset your password at ${deps.links.publicUrl()} and tell an owner of your organization.`
      const text = `Hello ${name},\n\n${sentence}\n\n${advice}\n`
      afterCommit(tx, () => void deps.mail.send({ to: email, subject: `Signalbox: ${subject}`, text }))
    },

    /** Sends the link of a password reset. */
    sendReset(person: { email: string; name: string }, code: string): void {
      const link = deps.links.to('reset-password', code)
      const text = `Hello ${person.name},\n\nOpen this link within an hour to choose a new password:\n${link}\n\nIf you did not ask for it, ignore this mail.\n`
      void deps.mail.send({ to: person.email, subject: 'Signalbox: Reset your password', text })
    },
  }
}
