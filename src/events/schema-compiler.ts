import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.ts'
import { RateLimitedError } from '../errors.ts'
import { type CheckPayload, compileSchema } from './json-schema.ts'

/** Milliseconds of a minute in which an organization may have its schemas compiled, in this process. */
const BUDGET_MS = 5_000
const WINDOW_MS = 60_000
const REMEMBERED_SCHEMAS = 2_000
const REMEMBERED_ORGANIZATIONS = 10_000

/**
 * Compiles each schema once. Large ones take tens of milliseconds, in which nobody else is answered: an organization that
 * goes on with new ones has to wait.
 *
 * @throws Error with what is wrong with the schema
 * @throws RateLimitedError
 */
export type CompileSchema = (organizationId: string, schema: unknown) => CheckPayload

export function createSchemaCompiler(deps: { clock: Clock; budgetMs?: number }): CompileSchema {
  const budgetMs = deps.budgetMs ?? BUDGET_MS
  const remembered = new LRUCache<string, CheckPayload>({ max: REMEMBERED_SCHEMAS })
  const spent = new LRUCache<string, number>({ max: REMEMBERED_ORGANIZATIONS })

  return (organizationId, schema) => {
    const key = createHash('sha256').update(JSON.stringify(schema)).digest('base64')
    const known = remembered.get(key)
    if (known !== undefined) return known
    const minute = Math.floor(deps.clock.now().getTime() / WINDOW_MS)
    const account = `${organizationId} ${minute}`
    const before = spent.get(account) ?? 0
    if (before >= budgetMs) {
      const seconds = Math.ceil(((minute + 1) * WINDOW_MS - deps.clock.now().getTime()) / 1000)
      const message = `The JSON Schemas of this organization took ${budgetMs / 1000} s to compile in this minute.`
      throw new RateLimitedError(`${message} Try again in ${seconds} s, or make them smaller.`, seconds)
    }
    const began = performance.now()
    try {
      const check = compileSchema(schema)
      remembered.set(key, check)
      return check
    } finally {
      spent.set(account, before + performance.now() - began)
    }
  }
}
