import type { Prisma } from '../../database/generated/client.ts'
import type { Clock } from '../../lib/clock.ts'
import type { MakeId } from '../../lib/ids.ts'
import type { Viewer } from '../people/viewer.ts'

/** The client or transaction that inserts an audit entry. */
type Writer = { auditEntry: { create(args: { data: Prisma.AuditEntryUncheckedCreateInput }): PromiseLike<unknown> } }
/** The principal of an audit entry, with the organization and the address of the request. */
export type Actor = Pick<Viewer, 'principal' | 'organizationId' | 'ip'>

/** One change or refused attempt. `details` never holds a secret. */
export interface AuditedAct {
  /** Noun and verb of the mutation, such as `apiKey.revoke`. */
  action: string
  /** Id of the changed object. */
  resource?: string
  outcome?: 'SUCCEEDED' | 'DENIED'
  details?: Prisma.InputJsonObject
}

/**
 * A URL for the audit trail: the values of its query are often credentials, and the trail is kept longer and read by
 * others than the endpoint.
 */
export function withoutQueryValues(url: string): string {
  const start = url.indexOf('?')
  if (start < 0) return url
  const names = url
    .slice(start + 1)
    .replace(/#.*$/, '')
    .split('&')
  const hidden = names.map((part) => (part.includes('=') ? `${part.slice(0, part.indexOf('='))}=…` : '…'))
  return `${url.slice(0, start)}?${hidden.join('&')}`
}

/** The details of an entry as they are shown: an earlier version stored whole URLs. */
export function shownDetails(details: Prisma.JsonValue): Prisma.JsonValue {
  if (typeof details !== 'object' || details === null || Array.isArray(details)) return details
  return typeof details.url === 'string' ? { ...details, url: withoutQueryValues(details.url) } : details
}

export type Audit = (writer: Writer, actor: Actor, act: AuditedAct) => Promise<void>

/** Writes the audit trail. A change passes its own transaction, so that the change and its entry commit together. */
export function createAudit(deps: { clock: Clock; makeId: MakeId }): Audit {
  return async (writer, actor, act) => {
    await writer.auditEntry.create({
      data: {
        id: deps.makeId('aud'),
        organizationId: actor.organizationId,
        actor: actor.principal.id,
        action: act.action,
        resource: act.resource ?? null,
        ip: actor.ip,
        outcome: act.outcome ?? 'SUCCEEDED',
        details: act.details ?? {},
        createdAt: deps.clock.now(),
      },
    })
  }
}
