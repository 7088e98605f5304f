import { LRUCache } from 'lru-cache'
import type { PrismaClient } from '../../database/client.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Actor, Audit } from './audit.ts'

/** The same refusal is noted this often, so that whoever repeats it fills nothing; usage counts each. */
const EVERY_MS = 60_000
const REMEMBERED = 10_000

/** Notes refused attempts in the audit trail (A3). A request does not wait for it, nor fail by it. */
export type Denials = ReturnType<typeof createDenials>

export function createDenials(deps: { prisma: PrismaClient; clock: Clock; audit: Audit }) {
  const noted = new LRUCache<string, number>({ max: REMEMBERED })
  return {
    /** @param action what was attempted, and @param reason why it was refused */
    note(actor: Actor, action: string, reason: string): void {
      const now = deps.clock.now().getTime()
      const refusal = [actor.principal.id, actor.organizationId, action, reason].join(' ')
      if (now - (noted.get(refusal) ?? Number.NEGATIVE_INFINITY) < EVERY_MS) return
      noted.set(refusal, now)
      deps
        .audit(deps.prisma, actor, { action, outcome: 'DENIED', details: { reason } })
        .catch(() => noted.delete(refusal))
    },
  }
}
