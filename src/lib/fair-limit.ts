import pLimit, { type LimitFunction } from 'p-limit'

/** Runs work of a key in its turn. */
export type InTurn = <T>(key: string, work: () => Promise<T>) => Promise<T>

/**
 * Bounds concurrent work per key and in total. A key with much waiting work delays that of another by `each` pieces at
 * most.
 */
export function createFairLimit({ each, all }: { each: number; all: number }) {
  const limits = new Map<string, LimitFunction>()
  const ofAll = pLimit(all)

  const inTurn: InTurn = async (key, work) => {
    const limit = limits.get(key) ?? pLimit(each)
    limits.set(key, limit)
    try {
      return await limit(() => ofAll(work))
    } finally {
      if (limit.activeCount + limit.pendingCount === 0) limits.delete(key)
    }
  }

  return { inTurn, waiting: (key: string): number => limits.get(key)?.pendingCount ?? 0 }
}
