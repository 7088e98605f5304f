import { createTransport } from 'nodemailer'
import type { Log } from '../../lib/log.ts'

/** Maximum mails that wait for the server. Later ones are dropped and logged. */
export const WAITING_MAILS = 1_000
/** Maximum connections to the server. */
const CONNECTIONS = 2
/** Maximum time of each step with the server: to connect, to be greeted, to be answered. */
const STEP_MS = 10_000

/** A mail in plain text to one person. */
export interface MailMessage {
  to: string
  subject: string
  text: string
}

/**
 * Outcome of a mail. NOT_CONFIGURED: this installation sends none, so the caller shows its link. SENT: the server took
 * the mail. FAILED: the server refused the mail or is away, or too many mails wait.
 */
export type MailOutcome = 'SENT' | 'NOT_CONFIGURED' | 'FAILED'

/**
 * Mail to people over SMTP. `send` never rejects and takes as long as the server does, so a caller with an answer that must
 * not depend on the mail does not wait.
 */
export type Mail = ReturnType<typeof createMail>

/**
 * @param deps.smtpUrl `smtp://` or `smtps://` with user and password; undefined sends nothing
 * @param deps.from sender, such as `Signalbox <signalbox@example.com>`
 */
export function createMail(deps: { smtpUrl?: string | undefined; from?: string | undefined; log: Log }) {
  const { smtpUrl, from, log } = deps
  const transport =
    smtpUrl === undefined
      ? undefined
      : createTransport({
          ...{ url: smtpUrl, pool: true, maxConnections: CONNECTIONS },
          ...{ connectionTimeout: STEP_MS, greetingTimeout: STEP_MS, socketTimeout: STEP_MS },
          // The text has names that people chose, so it must never become a path or an address to load.
          ...{ disableFileAccess: true, disableUrlAccess: true },
        })
  let waiting = 0

  return {
    isConfigured: transport !== undefined,

    async send(message: MailMessage): Promise<MailOutcome> {
      if (transport === undefined) return 'NOT_CONFIGURED'
      if (waiting >= WAITING_MAILS) {
        log.error({ waiting, subject: message.subject }, 'Mail dropped; the mail server is too slow')
        return 'FAILED'
      }
      waiting++
      try {
        // An address object is used as it is: a text may name several recipients.
        await transport.sendMail({ ...message, from, to: { name: '', address: message.to } })
        return 'SENT'
      } catch (error) {
        log.error({ err: error, subject: message.subject }, 'Mail could not be sent; check SMTP_URL and MAIL_FROM')
        return 'FAILED'
      } finally {
        waiting--
      }
    },

    stop: () => transport?.close(),
  }
}
