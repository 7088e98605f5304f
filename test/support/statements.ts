import pg from 'pg'
import { vi } from 'vitest'

/** True for a query whose text contains this part. */
export const isStatement = (query: unknown, part: string): boolean =>
  typeof query === 'object' && query !== null && 'text' in query && String(query.text).includes(part)

export const isClaim = (query: unknown): boolean => isStatement(query, 'claim_deliveries_v2')

/** Passes each query of every pool, with the promise of its answer, to `handle`; the caller gets the promise that it returns. */
export function interceptAnswers(handle: (query: unknown, answer: Promise<unknown>) => Promise<unknown>) {
  const query = pg.Pool.prototype.query as (...args: unknown[]) => Promise<unknown>
  return vi.spyOn(pg.Pool.prototype, 'query').mockImplementation(function (this: pg.Pool, ...args: unknown[]) {
    return handle(args[0], query.apply(this, args))
  } as never)
}
