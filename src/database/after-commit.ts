import type { PrismaClient } from './generated/client.ts'

/** Work of open transactions that waits for their commit. */
const waiting = new WeakMap<object, (() => void)[]>()

/**
 * Runs `work` after the commit of a transaction, and never after a rollback. The writes of a client without a
 * transaction are committed already, so `work` runs at once. A change is announced where it is written, because a
 * caller could forget the announcement.
 */
export function afterCommit(writer: object, work: () => void): void {
  const works = waiting.get(writer)
  if (works === undefined) work()
  else works.push(work)
}

/** Extends a client: its transactions run the work of `afterCommit`. */
export function withAfterCommit(client: PrismaClient): PrismaClient {
  const transact = client.$transaction.bind(client) as (...args: unknown[]) => Promise<unknown>
  const extended = client.$extends({
    client: {
      async $transaction(run: unknown, options?: unknown): Promise<unknown> {
        if (typeof run !== 'function') return transact(run, options)
        const works: (() => void)[] = []
        const runTracked = (tx: object) => {
          waiting.set(tx, works)
          return run(tx)
        }
        const result = await transact(runTracked, options)
        for (const work of works) work()
        return result
      },
    },
  })
  // The type of an extended client is another one, although the extension changes no signature.
  return extended as unknown as PrismaClient
}
