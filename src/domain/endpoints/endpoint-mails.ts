import type { PrismaClient } from '../../database/client.ts'
import type { Log } from '../../lib/log.ts'
import { redactUrl } from '../../lib/redact-url.ts'
import type { Mail } from '../people/mail.ts'

/** Maximum owners of an organization who hear of one endpoint. */
export const OWNERS_TOLD = 100

/**
 * Mails the owners of an organization that failures disabled an endpoint. Of several workers, the one that recorded the
 * disabling calls it, so each owner has one mail. Neither waits nor fails: the audit trail and the event
 * `webhook.endpoint.disabled` have the disabling in any case.
 */
export type MailDisabled = (endpointIds: readonly string[]) => void

/** @param deps.publicUrl URL under which browsers reach the installation; undefined leaves the link out */
export function createMailDisabled(deps: {
  prisma: PrismaClient
  mail: Pick<Mail, 'send' | 'isConfigured'>
  publicUrl: string | undefined
  log: Log
}): MailDisabled {
  const { prisma, mail } = deps

  async function tell(endpointIds: readonly string[]): Promise<void> {
    const endpoints = await prisma.webhookEndpoint.findMany({
      where: { id: { in: [...endpointIds] }, deletedAt: null },
      select: { id: true, url: true, disabledReason: true, organization: { select: { id: true, name: true } } },
    })
    for (const { id, url, disabledReason, organization } of endpoints) {
      const owners = await prisma.person.findMany({
        where: {
          ...{ disabledAt: null, mailsOfEndpoints: true },
          members: { some: { organizationId: organization.id, role: 'OWNER' } },
        },
        ...{ orderBy: { id: 'asc' }, take: OWNERS_TOLD, select: { email: true, name: true } },
      })
      for (const { email, name } of owners) {
        const text = [
          `Hello ${name},`,
          `Signalbox disabled an endpoint of the organization ${organization.name} after failures:`,
          `${url === null ? id : redactUrl(url)} (${id})\n${disabledReason ?? ''}`,
          `Its deliveries are held until somebody enables the endpoint.`,
          `You can turn these mails off in your account${deps.publicUrl === undefined ? '' : `: ${deps.publicUrl}`}.`,
        ].join('\n\n')
        void mail.send({ to: email, subject: 'Signalbox: An endpoint was disabled', text: `${text}\n` })
      }
    }
  }

  return (endpointIds) => {
    if (!mail.isConfigured || endpointIds.length === 0) return
    tell(endpointIds).catch((error) =>
      deps.log.warn({ err: error, endpointIds }, 'Owners could not be told of endpoints'),
    )
  }
}
