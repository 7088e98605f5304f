import type { EventPredicateInput } from '../../graph/operations.ts'

// A predicate in the form in which people edit it: comparisons that all hold, or of which one holds. Predicates with more
// structure are edited as JSON.

export const OPERATORS = [
  ...(['equals', 'not equals', 'in', 'not in', 'prefix', 'not prefix'] as const),
  ...(['greater', 'less', 'exists', 'not exists'] as const),
]
export type Operator = (typeof OPERATORS)[number]

export interface Comparison {
  id: number
  /** Names and indexes, joined by dots. */
  path: string
  operator: Operator
  /** A number, `true`, `false`, `null` or a quoted text as in JSON; any other text counts as it is. */
  value: string
}

export interface Comparisons {
  join: 'and' | 'or'
  rows: readonly Comparison[]
}

type Json = Record<string, unknown>
let lastId = 0

export const newComparison = (): Comparison => ({ id: ++lastId, path: 'data.', operator: 'equals', value: '' })

export const needsValue = (operator: Operator): boolean => !operator.endsWith('exists')

/** The comparisons of a predicate; undefined when it has more structure than rows show. */
export function toComparisons(predicate: unknown): Comparisons | undefined {
  if (predicate == null) return { join: 'and', rows: [] }
  const { and, or } = predicate as { and?: unknown[]; or?: unknown[] }
  const rows = (and ?? or ?? [predicate]).map(toComparison)
  if (rows.some((row) => row === undefined)) return undefined
  return { join: or === undefined ? 'and' : 'or', rows: rows as Comparison[] }
}

function toComparison(condition: unknown): Comparison | undefined {
  const [[name = '', inner] = []] = Object.entries(condition as Json)
  const isNot = name === 'not'
  const [[kind = '', operand] = []] = isNot ? Object.entries(inner as Json) : [[name, inner] as const]
  const operator = OPERATORS.find((known) => known === (isNot ? `not ${kind}` : kind))
  const { path, value, values } = (operand ?? {}) as { path?: string[]; value?: unknown; values?: unknown[] }
  if (operator === undefined || !Array.isArray(path) || path.some((step) => step === '' || step.includes('.')))
    return undefined
  const text = kind === 'in' ? writeList(values ?? []) : kind === 'prefix' ? String(value) : writeValue(value)
  return { id: ++lastId, path: path.join('.'), operator, value: kind === 'exists' ? '' : text }
}

/** The predicate of comparisons; null without one. */
export function toPredicate({ join, rows }: Comparisons): EventPredicateInput | null {
  if (rows.length === 0) return null
  return { [join]: rows.map(toCondition) } as unknown as EventPredicateInput
}

function toCondition({ path: text, operator, value }: Comparison): Json {
  const path = text.trim().split('.')
  const kind = operator.replace('not ', '')
  const operand = {
    ...{ path },
    ...(kind === 'in' && { values: readList(value) }),
    ...(kind === 'prefix' && { value }),
    ...(['equals', 'less', 'greater'].includes(kind) && { value: readValue(value) }),
  }
  return operator.startsWith('not ') ? { not: { [kind]: operand } } : { [kind]: operand }
}

/** A scalar as JSON, or else the text itself. */
function readValue(text: string): unknown {
  try {
    const value: unknown = parseExactly(text)
    return typeof value === 'object' && value !== null ? text : value
  } catch (error) {
    if (error instanceof RangeError) throw error
    return text.trim()
  }
}

function readList(text: string): unknown[] {
  try {
    return parseExactly(`[${text}]`) as unknown[]
  } catch (error) {
    if (error instanceof RangeError) throw error
    return text
      .split(',')
      .filter((entry) => entry.trim() !== '')
      .map(readValue)
  }
}

const writeValue = (value: unknown): string =>
  typeof value === 'string' && value !== '' && readValue(value) === value ? value : JSON.stringify(value)

function writeList(values: readonly unknown[]): string {
  const isPlain = values.every(
    (value) => typeof value !== 'string' || (!value.includes(',') && writeValue(value) === value),
  )
  return values.map(isPlain ? writeValue : (value) => JSON.stringify(value)).join(', ')
}

/** Digits that a number of JavaScript keeps for certain. */
const EXACT_DIGITS = 15

/**
 * Parses JSON whose numbers a browser can send again without a change.
 *
 * @throws RangeError for a number with more digits
 */
export function parseExactly(text: string): unknown {
  const check = (_name: string, value: unknown, context?: { source?: string }) => {
    const digits =
      context?.source
        ?.replace(/[eE].*$/, '')
        .replace(/\D/g, '')
        .replace(/^0+/, '') ?? ''
    if (typeof value === 'number' && digits.length > EXACT_DIGITS) throw new RangeError(text)
    return value
  }
  return JSON.parse(text, check)
}
