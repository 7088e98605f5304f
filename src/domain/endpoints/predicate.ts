import { compareNumbers, Decimal, type ExactNumber, parseExactly } from '../../lib/exact-numbers.ts'

/** A single value of JSON. */
export type JsonScalar = string | boolean | null | ExactNumber

/**
 * The result of a predicate, with the comparison that decided: the path that it read, and its own place in the predicate,
 * such as `and.1.equals`.
 */
export interface Decision {
  holds: boolean
  path: readonly string[]
  condition: string
  /** The same comparison with the other result. */
  opposite: Decision
}

/** A compiled predicate: decides for the fields of an event. Results are made once, so that a decision allocates nothing. */
export type Predicate = (fields: unknown) => Decision

/** The form in which a predicate is stored: one operator, in the shape of the input of GraphQL. */
type StoredPredicate =
  | { and: StoredPredicate[] }
  | { or: StoredPredicate[] }
  | { not: StoredPredicate }
  | { [Operator in Comparison]: { path: string[] } & Record<string, unknown> }

type Comparison = 'equals' | 'in' | 'prefix' | 'exists' | 'less' | 'greater'

/** Compiles a stored predicate. Its numbers keep their exact values. */
export const compilePredicate = (text: string): Predicate => compile(parseExactly(text) as StoredPredicate, '')

function compile(stored: StoredPredicate, place: string): Predicate {
  const [[operator, operand]] = Object.entries(stored) as [[string, unknown]]
  const at = `${place}${operator}`
  switch (operator) {
    case 'and':
      return combine(operand as StoredPredicate[], at, false)
    case 'or':
      return combine(operand as StoredPredicate[], at, true)
    case 'not': {
      const part = compile(operand as StoredPredicate, `${at}.`)
      return (fields) => part(fields).opposite
    }
    default:
      return compare(operator as Comparison, operand as { path: string[] } & Record<string, unknown>, at)
  }
}

/** @param decisive the result of one part that decides for all: false for `and`, true for `or` */
function combine(parts: readonly StoredPredicate[], at: string, decisive: boolean): Predicate {
  const compiled = parts.map((part, index) => compile(part, `${at}.${index}.`))
  return (fields) => {
    let first: Decision | undefined
    for (const part of compiled) {
      const decision = part(fields)
      if (decision.holds === decisive) return decision
      first ??= decision
    }
    return first!
  }
}

function compare(
  operator: Comparison,
  { path, ...operand }: { path: string[] } & Record<string, unknown>,
  condition: string,
): Predicate {
  const fails: Decision = { holds: false, path, condition, opposite: undefined as never }
  const holds: Decision = { holds: true, path, condition, opposite: fails }
  fails.opposite = holds
  const test = testOf(operator, operand)
  return (fields) => {
    const value = lookUp(fields, path)
    // Nothing holds for a path that leads nowhere.
    return value !== undefined && test(value) ? holds : fails
  }
}

function testOf(operator: Comparison, operand: Record<string, unknown>): (value: unknown) => boolean {
  const value = operand.value as JsonScalar
  switch (operator) {
    case 'equals':
      return (found) => isEqual(found, value)
    case 'in': {
      const values = operand.values as JsonScalar[]
      const plain = new Set<unknown>(values.filter((entry) => !(entry instanceof Decimal)))
      const decimals = values.filter((entry) => entry instanceof Decimal)
      return (found) => (found instanceof Decimal ? decimals.some((entry) => isEqual(found, entry)) : plain.has(found))
    }
    case 'prefix':
      return (found) => typeof found === 'string' && found.startsWith(value as string)
    case 'exists':
      return () => true
    case 'less':
      return (found) => order(found, value) < 0
    case 'greater':
      return (found) => order(found, value) > 0
  }
}

function isEqual(found: unknown, value: JsonScalar): boolean {
  // A decimal equals no number that JavaScript has.
  return found === value || (found instanceof Decimal && value instanceof Decimal && compareNumbers(found, value) === 0)
}

/** The order of two numbers, or of two strings by their UTF-16 code units; NaN for values of different kinds. */
function order(found: unknown, value: JsonScalar): number {
  if (isNumber(found) && isNumber(value)) return compareNumbers(found, value)
  if (typeof found !== 'string' || typeof value !== 'string') return Number.NaN
  if (found === value) return 0
  return found < value ? -1 : 1
}

const isNumber = (value: unknown): value is ExactNumber => typeof value === 'number' || value instanceof Decimal

/** Index of a list, as a step of a path. */
const INDEX = /^(0|[1-9]\d{0,8})$/

/** The value at a path of names and indexes; undefined when the path leads nowhere. */
function lookUp(fields: unknown, path: readonly string[]): unknown {
  let value = fields
  for (const step of path) {
    if (typeof value !== 'object' || value === null || value instanceof Decimal) return undefined
    if (Array.isArray(value) ? !INDEX.test(step) : !Object.hasOwn(value, step)) return undefined
    value = (value as Record<string, unknown>)[step]
  }
  return value
}
