import { LRUCache } from 'lru-cache'
import type { PrismaClient } from '../../database/client.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Audit } from '../audit/audit.ts'
import type { Viewer } from './viewer.ts'

/** Interval between two entries of the same session in the same organization and with the same reason. */
const EVERY_MS = 3_600_000
const VISITS_REMEMBERED = 10_000

/** Bounds of the reason that a person of the operator gives, in characters. */
export const REASON_CHARACTERS = { least: 10, most: 200 } as const

/**
 * Notes in both audit trails that a person of the operator acts in another organization. The request waits for the
 * entries and fails with them, so that no visit is unseen. Each process notes a visit at most once an hour.
 */
export type NoteVisit = (viewer: Viewer) => Promise<void>

export function createNoteVisit(deps: { prisma: PrismaClient; clock: Clock; audit: Audit }): NoteVisit {
  const noted = new LRUCache<string, { at: number; written: Promise<void> }>({ max: VISITS_REMEMBERED })

  async function write(viewer: Viewer): Promise<void> {
    const { organizationId, homeId, principal, ip, reason } = viewer
    const action = reason === null ? 'operator.look' : 'operator.act'
    await deps.prisma.$transaction(async (tx) => {
      for (const id of [homeId, organizationId]) {
        const details = { operator: homeId, ...(reason !== null && { reason }) }
        await deps.audit(tx, { principal, organizationId: id, ip }, { action, resource: organizationId, details })
      }
    })
  }

  return (viewer) => {
    const at = deps.clock.now().getTime()
    const visit = [viewer.credential, viewer.organizationId, viewer.reason].join(' ')
    const last = noted.get(visit)
    if (last !== undefined && at - last.at < EVERY_MS) return last.written
    const written = write(viewer)
    noted.set(visit, { at, written })
    written.catch(() => noted.delete(visit))
    return written
  }
}
