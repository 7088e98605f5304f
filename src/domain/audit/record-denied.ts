import { LRUCache } from 'lru-cache'
import type { PrismaClient } from '../../database/client.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Actor, Audit } from './audit.ts'
import type { AuditAction } from './audit-actions.ts'

/**
 * Interval between two entries of the same refusal. Repeating a refused request must not fill the audit trail; usage
 * counts every request.
 */
const EVERY_MS = 60_000
const REMEMBERED = 10_000

/** Records refused attempts in the audit trail. Requests neither wait for the entry nor fail with it. */
export type RecordDenied = ReturnType<typeof createRecordDenied>

export function createRecordDenied(deps: { prisma: PrismaClient; clock: Clock; audit: Audit }) {
  const noted = new LRUCache<string, number>({ max: REMEMBERED })
  return {
    /**
     * @param reason code of the refusal
     * @param field refused field of a request, such as `Query.apiKeys`
     */
    note(actor: Actor, action: AuditAction, reason: string, field?: string): void {
      const now = deps.clock.now().getTime()
      const refusal = [actor.principal.id, actor.organizationId, action, reason, field].join(' ')
      if (now - (noted.get(refusal) ?? Number.NEGATIVE_INFINITY) < EVERY_MS) return
      noted.set(refusal, now)
      deps
        .audit(deps.prisma, actor, { action, outcome: 'DENIED', details: { reason, ...(field && { field }) } })
        .catch(() => noted.delete(refusal))
    },
  }
}
