import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import type { Clock } from '../../lib/clock.ts'
import { RateLimitedError } from '../../lib/errors.ts'
import { EVENT_DEPTH, sizeViolation } from '../events/redact.ts'
import { createSlidingWindow } from '../limits/sliding-window.ts'
import { type CheckPayload, COST_MS, compileSchema, SCHEMA_BYTES } from './json-schema.ts'

/** Milliseconds per minute in which one process compiles schemas of one organization. */
const BUDGET_MS = 5_000
/** Past the budget, publishes of the organization wait this multiple of each compile time. */
const REST = 4
/** Maximum bytes of cached schemas. A compiled schema takes fifty times the memory of its text. */
const REMEMBERED_BYTES = 4 * 1024 * 1024
const REMEMBERED_ORGANIZATIONS = 10_000

/**
 * Compiles each schema once while it stays cached. A large schema blocks the event loop for tenths of a second, so an
 * organization that keeps sending new schemas has to wait.
 */
export type SchemaCompiler = ReturnType<typeof createSchemaCompiler>

/** @param deps.rememberedBytes bytes of cached schemas; default REMEMBERED_BYTES */
export function createSchemaCompiler(deps: { clock: Clock; budgetMs?: number; rememberedBytes?: number }) {
  const budgetMs = deps.budgetMs ?? BUDGET_MS
  const remembered = new LRUCache<string, CheckPayload>({ maxSize: deps.rememberedBytes ?? REMEMBERED_BYTES })
  const turns = new LRUCache<string, Promise<unknown>>({ max: REMEMBERED_ORGANIZATIONS })
  const compileTimes = createSlidingWindow(() => deps.clock.now().getTime())
  const costOf = (amount: number) => [{ name: 'minute', limit: budgetMs, seconds: 60, amount } as const]
  /** Seconds until the organization is within its budget again; 0 when it is. */
  function waitSecondsOf(organizationId: string): number {
    const { now, windows } = compileTimes.spend(organizationId, costOf(0))
    return Math.ceil((windows[0]!.retryAt - now) / 1000)
  }

  function compile(
    organizationId: string,
    schema: unknown,
    { key, size }: ReturnType<typeof keyOf>,
    costMs?: number,
  ): CheckPayload {
    const began = performance.now()
    try {
      const check = compileSchema(schema, costMs)
      remembered.set(key, check, { size })
      return check
    } finally {
      compileTimes.note(organizationId, costOf(performance.now() - began))
    }
  }

  return {
    /**
     * For the registration of a schema.
     *
     * @throws Error with the fault of the schema
     * @throws RateLimitedError when the organization used up its budget
     */
    register(organizationId: string, schema: unknown): void {
      const key = keyOf(schema)
      if (remembered.has(key.key)) return
      const seconds = waitSecondsOf(organizationId)
      if (seconds === 0) return void compile(organizationId, schema, key, COST_MS)
      const message = `The JSON Schemas of this organization took ${budgetMs / 1000} s to compile in this minute.`
      throw new RateLimitedError(`${message} Try again in ${seconds} s, or make them smaller.`, seconds)
    },

    /** For publishing: a registered schema is never refused, but may wait for its turn. */
    async check(organizationId: string, schema: unknown): Promise<CheckPayload> {
      const key = keyOf(schema)
      const known = remembered.get(key.key)
      if (known !== undefined) return known
      if (waitSecondsOf(organizationId) === 0) return compile(organizationId, schema, key)
      const turn = (turns.get(organizationId) ?? Promise.resolve()).then(() => {
        const began = performance.now()
        const check = remembered.get(key.key) ?? compile(organizationId, schema, key)
        return { check, rest: delay(REST * (performance.now() - began)) }
      })
      turns.set(
        organizationId,
        turn.then(({ rest }) => rest).catch(() => {}),
      )
      return (await turn).check
    },
  }
}

/** The same for equal schemas in any key order, because PostgreSQL stores jsonb keys in its own order. */
function keyOf(schema: unknown) {
  const excess = sizeViolation(JSON.stringify(schema), { levels: 2 * EVENT_DEPTH, bytes: SCHEMA_BYTES })
  if (excess !== undefined) throw new Error(`the schema ${excess}`)
  const text = JSON.stringify(schema, (_key, value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )
  return { key: createHash('sha256').update(text).digest('base64'), size: text.length }
}
