import type { PrismaClient } from '../../database/client.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { redactUrl } from '../../lib/redact-url.ts'
import type { RecordedResults } from '../deliveries/record-results.ts'
import type { Mail } from '../people/mail.ts'

/** Maximum owners of an organization who hear of one endpoint. */
export const OWNERS_TOLD = 100
/** Endpoints that a process remembers as told of, so that a failing endpoint costs one statement and not one a batch. */
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
  advice: 'Signalbox tries again by the retry policy of the endpoint. This mail comes once for an endpoint.',
}

/**
 * Mails the owners of an organization about an endpoint: once when its first attempt fails, and each time failures disable
 * it. Of several processes, the one that recorded the results calls it, so each owner has one mail. Neither waits nor
 * fails: the audit trail and the event `webhook.endpoint.disabled` have the disabling in any case.
 */
export type EndpointMails = (recorded: Pick<RecordedResults, 'failing' | 'disabled'>) => void

/** @param deps.publicUrl URL under which browsers reach the installation; undefined leaves the link out */
export function createEndpointMails(deps: {
  prisma: PrismaClient
  clock: Clock
  mail: Pick<Mail, 'send' | 'isConfigured'>
  publicUrl: string | undefined
  log: Log
}): EndpointMails {
  const { prisma, mail } = deps
  const remembered = new Set<string>()

  /** True for the first call of all processes. */
  async function isFirstFailure(endpointId: string): Promise<boolean> {
    if (remembered.has(endpointId)) return false
    if (remembered.size >= REMEMBERED) remembered.clear()
    remembered.add(endpointId)
    const where = { endpointId, failureMailedAt: null }
    const { count } = await prisma.endpointHealth.updateMany({ where, data: { failureMailedAt: deps.clock.now() } })
    return count > 0
  }

  async function tell(id: string, { subject, first, advice }: Notice): Promise<void> {
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
      ...{ orderBy: { id: 'asc' }, take: OWNERS_TOLD, select: { email: true, name: true } },
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

  async function tellAll({ failing, disabled }: Parameters<EndpointMails>[0]): Promise<void> {
    for (const id of disabled) await tell(id, DISABLED)
    for (const id of failing) if (!disabled.includes(id) && (await isFirstFailure(id))) await tell(id, FAILING)
  }

  return (recorded) => {
    if (!mail.isConfigured || recorded.failing.length + recorded.disabled.length === 0) return
    tellAll(recorded).catch((error) =>
      deps.log.warn({ err: error, ...recorded }, 'Owners could not be told of failing endpoints'),
    )
  }
}
