import { LRUCache } from 'lru-cache'
import type { PrismaClient } from '../../database/client.ts'
import type { Clock } from '../../lib/clock.ts'

/** Written at most this often for a key, so that it costs a busy key nothing. */
const EVERY_MS = 60_000
const KEYS_REMEMBERED = 10_000

/** When and from where each key was last used (K9). */
export type LastUsed = ReturnType<typeof createLastUsed>

export function createLastUsed({ prisma, clock }: { prisma: PrismaClient; clock: Clock }) {
  const written = new LRUCache<string, number>({ max: KEYS_REMEMBERED })
  return {
    touch(keyId: string, ip: string | null): void {
      const now = clock.now()
      if (now.getTime() - (written.get(keyId) ?? Number.NEGATIVE_INFINITY) < EVERY_MS) return
      written.set(keyId, now.getTime())
      // Not awaited: a request does not wait for, or fail by, a note about itself.
      prisma.apiKey.update({ where: { id: keyId }, data: { lastUsedAt: now, lastUsedIp: ip } }).catch(() => {})
    },
  }
}
