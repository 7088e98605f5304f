import type { PrismaClient } from '../../database/client.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { redactUrl } from '../../lib/redact-url.ts'
import type { RecordedResults } from '../deliveries/record-results.ts'
import type { Mail } from '../people/mail.ts'

/** Maximum owners of an organization who hear of one endpoint. */
export const OWNERS_MAILED_AT_MOST = 100
/** Endpoints that a process remembers as mailed about, so that a failing endpoint costs one statement and not one a batch. */
const REMEMBERED = 10_000

/** Subject and sentences of a mail about an endpoint. */
interface Notice {
  subject: string
  first: string
  advice: string
}

const DISABLED: Notice = {
  subject: 'An endpoint was disabled',
  first: 'Signalbox disabled an endpoint after failures',
  advice: 'Its deliveries are held until somebody enables the endpoint.',
}
const FAILING: Notice = {
  subject: 'An endpoint fails',
  first: 'An attempt to deliver to an endpoint failed for the first time',
  advice: 'Signalbox tries again by the retry policy of the endpoint. You get this mail once for each endpoint.',
}

/**
 * Mails the owners of an organization about an endpoint: once when its first attempt fails, and each time failures disable
 * the endpoint. Neither waits nor fails, because the audit trail and the event `webhook.endpoint.disabled` tell the same.
 */
export type MailOwners = (recorded: Pick<RecordedResults, 'failing' | 'disabled'>) => void

/** @param deps.publicUrl URL under which browsers reach the installation; undefined leaves the link out */
export function createMailOwners(deps: {
  prisma: PrismaClient
  clock: Clock
  mail: Pick<Mail, 'send' | 'isConfigured'>
  publicUrl: string | undefined
  log: Log
}): MailOwners {
  const { prisma, mail } = deps
  const remembered = new Set<string>()

  /** True for the first call of all processes. */
  async function claimFirstFailureMail(endpointId: string): Promise<boolean> {
    if (remembered.has(endpointId)) return false
    const where = { endpointId, failureMailedAt: null }
    const { count } = await prisma.endpointHealth.updateMany({ where, data: { failureMailedAt: deps.clock.now() } })
    if (remembered.size >= REMEMBERED) remembered.clear()
    remembered.add(endpointId)
    return count > 0
  }

  async function mailOwnersOf(id: string, { subject, first, advice }: Notice): Promise<void> {
    const endpoint = await prisma.webhookEndpoint.findFirst({
      where: { id, deletedAt: null },
      select: {
        ...{ url: true, disabledReason: true },
        state: { select: { lastFailure: true } },
        organization: { select: { id: true, name: true } },
      },
    })
    if (endpoint === null) return
    const { url, disabledReason, state, organization } = endpoint
    const owners = await prisma.person.findMany({
      where: {
        ...{ disabledAt: null, mailsOfEndpoints: true },
        members: { some: { organizationId: organization.id, role: 'OWNER' } },
      },
      ...{ orderBy: { id: 'asc' }, take: OWNERS_MAILED_AT_MOST, select: { email: true, name: true } },
    })
    for (const { email, name } of owners) {
      const text = [
        `Hello ${name},`,
        `${first}. Organization: ${organization.name}`,
        `${url === null ? id : redactUrl(url)} (${id})\n${disabledReason ?? state?.lastFailure ?? ''}`,
        advice,
        `You can turn these mails off in your account${deps.publicUrl === undefined ? '' : `: ${deps.publicUrl}`}.`,
      ].join('\n\n')
      void mail.send({ to: email, subject: `Signalbox: ${subject}`, text: `${text}\n` })
    }
  }

  async function mailAll({ failing, disabled }: Parameters<MailOwners>[0]): Promise<void> {
    for (const id of disabled) await mailOwnersOf(id, DISABLED)
    for (const id of failing)
      if (!disabled.includes(id) && (await claimFirstFailureMail(id))) await mailOwnersOf(id, FAILING)
  }

  return (recorded) => {
    if (!mail.isConfigured || recorded.failing.length + recorded.disabled.length === 0) return
    mailAll(recorded).catch((error) =>
      deps.log.warn(
        { err: error, failing: recorded.failing, disabled: recorded.disabled },
        'Mail to endpoint owners failed',
      ),
    )
  }
}
