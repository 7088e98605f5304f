import { LRUCache } from 'lru-cache'
import type { PrismaClient } from '../../database/client.ts'
import type { Clock } from '../../lib/clock.ts'

/** Minimum interval between two writes for one key, so that a busy key costs nothing. */
const EVERY_MS = 60_000
const KEYS_REMEMBERED = 10_000

/** Records the time and address of the last use of each key. */
export type LastUsed = ReturnType<typeof createLastUsed>

export function createLastUsed({ prisma, clock }: { prisma: PrismaClient; clock: Clock }) {
  const written = new LRUCache<string, number>({ max: KEYS_REMEMBERED })
  return {
    touch(keyId: string, ip: string | null): void {
      const now = clock.now()
      if (now.getTime() - (written.get(keyId) ?? Number.NEGATIVE_INFINITY) < EVERY_MS) return
      written.set(keyId, now.getTime())
      // Not awaited: a request neither waits for the write nor fails with it.
      prisma.apiKey.update({ where: { id: keyId }, data: { lastUsedAt: now, lastUsedIp: ip } }).catch(() => {})
    },
  }
}
