import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { RE2JS } from 're2js'
import type { Issue } from '../errors.ts'
import { EVENT_BYTES } from './envelope.ts'
import { CHECK_BUDGET, schemaCost } from './schema-cost.ts'

const SCHEMA_BYTES = 64 * 1024
const ISSUES_SHOWN = 20

const OPTIONS = { strict: false, allErrors: false, messages: true, code: { regExp: linearRegExp() } } as const
/** What tells whether a schema is one is compiled once: it takes longer than most schemas do. */
const DRAFT_07 = { Compiler: Ajv, meta: withFormats(new Ajv(OPTIONS)) }
const DRAFT_2020 = { Compiler: Ajv2020, meta: withFormats(new Ajv2020(OPTIONS)) }

/** Checks a payload; no issues when it satisfies the schema. */
export type CheckPayload = (data: unknown) => Issue[]

/**
 * Compiles a JSON Schema: 2020-12, or draft-07 when `$schema` says so. A tenant writes it, so patterns run on a
 * matcher of linear time, what a check may cost is bounded, and nothing is loaded from elsewhere.
 *
 * @throws Error with what is wrong with the schema
 */
export function compileSchema(schema: unknown): CheckPayload {
  if (typeof schema !== 'boolean' && (typeof schema !== 'object' || schema === null || Array.isArray(schema)))
    throw new Error('a JSON Schema is an object or a boolean')
  if (JSON.stringify(schema).length > SCHEMA_BYTES) throw new Error(`at most ${SCHEMA_BYTES} bytes`)
  const cost = schemaCost(schema)
  const draft = typeof schema === 'object' && '$schema' in schema ? String(schema.$schema) : ''
  const { Compiler, meta } = draft.includes('draft-07') ? DRAFT_07 : DRAFT_2020
  meta.validateSchema(schema, true)
  // Of its own for each: what one has compiled it keeps for ever.
  const ajv = withFormats(new Compiler({ ...OPTIONS, meta: false, validateSchema: false }))
  const check: ValidateFunction = ajv.compile(schema)
  return (data) => {
    const { length } = JSON.stringify(data) ?? ''
    if (length > EVENT_BYTES || cost * length > CHECK_BUDGET)
      return [{ path: 'data', message: 'is too large to be checked against the schema of its type' }]
    return check(data) === true ? [] : (check.errors ?? []).slice(0, ISSUES_SHOWN).map(toIssue)
  }
}

function withFormats<T extends Ajv>(ajv: T): T {
  addFormats.default(ajv)
  // Its own pattern takes quadratic time.
  ajv.addFormat('url', URL.canParse)
  return ajv
}

/** No pattern takes exponential time; one that needs look-ahead or back-references is refused. */
function linearRegExp() {
  const compile = (pattern: string) => {
    const compiled = RE2JS.compile(RE2JS.translateRegExp(pattern))
    // The compiler shares matchers by what they print.
    return { test: (text: string) => compiled.matcher(text).find(), toString: () => pattern }
  }
  return Object.assign(compile, { code: 'new RegExp' })
}

function toIssue(error: ErrorObject): Issue {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
  return { path: ['data', ...path].join('.'), message: error.message ?? 'does not satisfy the schema of the type' }
}
