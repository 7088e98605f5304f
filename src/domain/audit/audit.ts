import { auditChannel, type LiveBus } from '../../bus/bus.ts'
import { afterCommit } from '../../database/after-commit.ts'
import type { PrismaClient } from '../../database/client.ts'
import type { AuditEntry, Prisma } from '../../database/generated/client.ts'
import { createBatchLookup } from '../../lib/batch-lookup.ts'
import type { Clock } from '../../lib/clock.ts'
import type { MakeId } from '../../lib/ids.ts'
import { redactUrl } from '../../lib/redact-url.ts'
import type { Viewer } from '../people/viewer.ts'
import type { AuditAction } from './audit-actions.ts'

/** The client or transaction that inserts an audit entry. */
type Writer = { auditEntry: { create(args: { data: Prisma.AuditEntryUncheckedCreateInput }): PromiseLike<unknown> } }
/** The principal of an audit entry, with the organization and the address of the request. */
export type Actor = Pick<Viewer, 'principal' | 'organizationId' | 'ip'>

/** One change or refused attempt. `details` never holds a secret. */
export interface AuditedAct {
  action: AuditAction
  /** Id of the changed object. */
  resource?: string
  outcome?: 'SUCCEEDED' | 'DENIED'
  details?: Prisma.InputJsonObject
}

/** The details of an entry as they are shown: an earlier version stored whole URLs. */
export function shownDetails(details: Prisma.JsonValue): Prisma.JsonValue {
  if (typeof details !== 'object' || details === null || Array.isArray(details)) return details
  return typeof details.url === 'string' ? { ...details, url: redactUrl(details.url) } : details
}

/** The refused field of a request, such as `Query.apiKeys`; null for other entries. */
export function refusedField(details: Prisma.JsonValue): string | null {
  if (typeof details !== 'object' || details === null || Array.isArray(details)) return null
  return typeof details.field === 'string' ? details.field : null
}

export type Audit = (writer: Writer, actor: Actor, act: AuditedAct) => Promise<void>

/**
 * Writes the audit trail. A change passes its own transaction, so that the change and its entry commit together; the
 * entry is announced after the commit.
 */
export function createAudit(deps: { clock: Clock; makeId: MakeId; bus: LiveBus }): Audit {
  return async (writer, actor, act) => {
    const id = deps.makeId('aud')
    const { organizationId } = actor
    await writer.auditEntry.create({
      data: {
        id,
        organizationId,
        actor: actor.principal.id,
        actorName: actor.principal.name,
        action: act.action,
        resource: act.resource ?? null,
        ip: actor.ip,
        outcome: act.outcome ?? 'SUCCEEDED',
        details: act.details ?? {},
        createdAt: deps.clock.now(),
      },
    })
    afterCommit(writer, () => deps.bus.publish(auditChannel(organizationId), [id]))
  }
}

/** Finds entries of the viewer's organization by their ids, oldest first; ids of other organizations are left out. */
export type FindEntries = (viewer: Viewer, ids: readonly string[]) => Promise<AuditEntry[]>

/** Subscribers of an organization hear of an entry in the same turn, so one statement reads it for all of them. */
export function createFindEntries(prisma: PrismaClient): FindEntries {
  const findEntry = createBatchLookup(async (organizationId, ids) => {
    const entries = await prisma.auditEntry.findMany({ where: { id: { in: ids }, organizationId } })
    return new Map(entries.map((entry) => [entry.id, entry]))
  })
  return async ({ organizationId }, ids) => {
    const found = await Promise.all(ids.toSorted().map((id) => findEntry(organizationId, id)))
    return found.filter((entry) => entry !== undefined)
  }
}
