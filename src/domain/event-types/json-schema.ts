import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { RE2JS } from 're2js'
import type { Issue } from '../../lib/errors.ts'
import type { JsonText } from '../../lib/json-text.ts'
import { EVENT_BYTES } from '../events/envelope.ts'
import { CHECK_MS, runWithDeadline } from './check-deadline.ts'
import { CHECK_BUDGET, isQuickCheck, schemaCost } from './schema-cost.ts'

export const SCHEMA_BYTES = 64 * 1024
const ISSUES_SHOWN = 20
/** Maximum milliseconds for the cost of a new schema: a pattern of 7 KB may compile for seconds, before its cost is known. */
export const COST_MS = 200

// Optimizing the generated code takes several times as long as generating it.
const CODE = { regExp: createLinearRegExp().regExp, optimize: false } as const
// The logger is off: messages would contain the tenant's data.
// A number past the range of JavaScript reads as infinity and stays a number.
const OPTIONS = {
  ...({ strict: false, strictNumbers: false, allErrors: false } as const),
  ...({ messages: true, logger: false, code: CODE } as const),
} as const
/** The meta schemas of each draft are compiled once, because compiling one takes longer than compiling most schemas. */
const DRAFTS = [
  { id: 'http://json-schema.org/draft-07/schema', Compiler: Ajv, meta: withFormats(new Ajv(OPTIONS)) },
  { id: 'https://json-schema.org/draft/2020-12/schema', Compiler: Ajv2020, meta: withFormats(new Ajv2020(OPTIONS)) },
] as const
const [, DEFAULT_DRAFT] = DRAFTS

/** Checks a payload. The list is empty when the payload satisfies the schema. */
export type CheckPayload = (data: JsonText) => Issue[]

/**
 * Compiles a JSON Schema: 2020-12, or draft-07 when `$schema` says so. Tenants write schemas, so patterns run on a
 * matcher of linear time, the cost of a check is bounded, and nothing is loaded from elsewhere.
 *
 * @param costMs time for the cost, in which each pattern is compiled once. Default: no bound, for a registered schema
 * @throws Error with the fault of the schema
 */
export function compileSchema(schema: unknown, costMs?: number): CheckPayload {
  if (typeof schema !== 'boolean' && (typeof schema !== 'object' || schema === null || Array.isArray(schema)))
    throw new Error('a JSON Schema is an object or a boolean')
  if (JSON.stringify(schema).length > SCHEMA_BYTES) throw new Error(`at most ${SCHEMA_BYTES} bytes`)
  const cost = costMs === undefined ? schemaCost(schema) : runWithDeadline(() => schemaCost(schema), costMs)
  if (cost === undefined) throw new Error(`its patterns take more than ${costMs} ms to compile. Make them simpler`)
  const { id, Compiler, meta } = draftOf(schema)
  // The meta schema is found by its own id, because Ajv caches every other key forever.
  const isSchema = meta.getSchema(id)!
  if (!isSchema(schema)) throw new Error(`schema is invalid: ${meta.errorsText(isSchema.errors)}`)
  // One instance per schema: Ajv keeps everything that an instance compiled.
  const { regExp, reset } = createLinearRegExp()
  const ajv = withFormats(new Compiler({ ...OPTIONS, code: { ...CODE, regExp }, meta: false, validateSchema: false }))
  const check: ValidateFunction = ajv.compile(schema)
  /** Issues of a payload; undefined when the code is nested too deeply for the engine, which shows at the first run. */
  const run = (data: unknown): ErrorObject[] | undefined => {
    try {
      return check(data) === true ? [] : (check.errors ?? [])
    } catch (error) {
      if (error instanceof RangeError) return undefined
      throw error
    }
  }
  if (run({}) === undefined) throw new Error('the schema has too many parts on one level')
  const isQuick = isQuickCheck(schema, cost)
  return ({ text: { length }, value }) => {
    if (length > EVENT_BYTES || cost * length > CHECK_BUDGET) return [TOO_LARGE]
    const done = isQuick(length) ? { errors: run(value) } : runWithDeadline(() => ({ errors: run(value) }))
    if (done === undefined) {
      reset()
      return [TOO_SLOW]
    }
    return done.errors?.slice(0, ISSUES_SHOWN).map(toIssue) ?? [TOO_LARGE]
  }
}

const TOO_LARGE: Issue = { path: 'data', message: 'is too large to be checked against the schema of its event type' }
const TOO_SLOW: Issue = {
  path: 'data',
  message: `takes more than ${CHECK_MS} ms to check against the schema of its event type. Make its patterns simpler, or send less.`,
}

function draftOf(schema: object | boolean): (typeof DRAFTS)[number] {
  if (typeof schema !== 'object' || !('$schema' in schema)) return DEFAULT_DRAFT
  const named = String(schema.$schema)
    .replace(/#$/, '')
    .replace(/^https?:/, '')
  const draft = DRAFTS.find(({ id }) => id.replace(/^https?:/, '') === named)
  if (draft !== undefined) return draft
  throw new Error(`$schema must be one of ${DRAFTS.map(({ id }) => id).join(', ')}`)
}

function withFormats<T extends Ajv>(ajv: T): T {
  addFormats.default(ajv)
  // Ajv's own pattern for URLs takes quadratic time.
  ajv.addFormat('url', URL.canParse)
  return ajv
}

/** Refuses look-ahead and back-references, so that no pattern takes exponential time. */
function createLinearRegExp() {
  const compile = (pattern: string) => RE2JS.compile(RE2JS.translateRegExp(pattern))
  const compiled = new Map<string, RE2JS>()
  const regExp = (pattern: string) => {
    compiled.set(pattern, compile(pattern))
    const test = (text: string) => {
      const known = compiled.get(pattern) ?? compile(pattern)
      compiled.set(pattern, known)
      return known.matcher(text).find()
    }
    // Ajv shares matchers with the same toString().
    return { test, toString: () => pattern }
  }
  return {
    regExp: Object.assign(regExp, { code: 'new RegExp' }),
    /** Compiles the patterns again when they are next used: matchers keep state, which a deadline leaves half changed. */
    reset: () => compiled.clear(),
  }
}

function toIssue(error: ErrorObject): Issue {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
  return {
    path: ['data', ...path].join('.'),
    message: error.message ?? 'does not satisfy the schema of the event type',
  }
}
