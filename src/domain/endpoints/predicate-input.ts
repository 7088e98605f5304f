import { z } from 'zod'
import { JsonText } from '../../lib/json-text.ts'
import { ENVELOPE_FIELDS } from '../events/envelope.ts'

/** Maximum conditions of a predicate, `and`, `or` and `not` included. */
export const PREDICATE_CONDITIONS = 50
/** Maximum nesting of conditions. */
export const PREDICATE_DEPTH = 8
/** Maximum bytes of a predicate as JSON. */
export const PREDICATE_BYTES = 4 * 1024
/** Maximum names and indexes of a path. */
export const PATH_STEPS = 20
/** Maximum values of `in`. */
export const PREDICATE_VALUES = 100

type Value = JsonText | null | undefined
interface Operand {
  path: readonly string[]
  value?: Value | string
  values?: readonly Value[] | null
}

/** A condition with one operator. Values are JSON texts, so that numbers keep their digits. */
export interface PredicateInput {
  equals?: Operand | null
  in?: Operand | null
  prefix?: Operand | null
  exists?: Operand | null
  less?: Operand | null
  greater?: Operand | null
  and?: readonly PredicateInput[] | null
  or?: readonly PredicateInput[] | null
  not?: PredicateInput | null
}

type Path = (string | number)[]
type Refuse = (path: Path, message: string) => void

/** Checks a predicate and writes the JSON in which it is stored: the shape of the input, with its values as they were sent. */
export const predicateInput = z
  .custom<PredicateInput>((input) => typeof input === 'object' && input !== null, 'must be an object')
  .transform((input, context) => {
    const refuse: Refuse = (path, message) => context.addIssue({ code: 'custom', path, message })
    const text = createWriter(refuse)(input, [], 1)
    if (Buffer.byteLength(text) > PREDICATE_BYTES) refuse([], `must have at most ${PREDICATE_BYTES} bytes as JSON`)
    return text
  })

/** Writes conditions and refuses faults with their paths. A refused condition is written as an empty text. */
function createWriter(refuse: Refuse) {
  let conditions = 0

  function write(input: PredicateInput, path: Path, depth: number): string {
    conditions++
    if (conditions === PREDICATE_CONDITIONS + 1) refuse(path, `is past ${PREDICATE_CONDITIONS} conditions`)
    if (depth > PREDICATE_DEPTH) refuse(path, `is nested deeper than ${PREDICATE_DEPTH} conditions`)
    if (conditions > PREDICATE_CONDITIONS || depth > PREDICATE_DEPTH) return ''
    const given = Object.entries(input).filter(([, operand]) => operand != null)
    const [first] = given as [string, unknown][]
    if (first === undefined || given.length > 1) return refused(path, 'must have exactly one operator')
    const [operator, operand] = first
    return `{"${operator}":${writeOperand(operator, operand, [...path, operator], depth)}}`
  }

  function writeOperand(operator: string, operand: unknown, path: Path, depth: number): string {
    if (operator === 'not') return write(operand as PredicateInput, path, depth + 1)
    if (operator !== 'and' && operator !== 'or') return writeComparison(operator, operand as Operand, path)
    const parts = operand as readonly PredicateInput[]
    if (parts.length === 0) return refused(path, 'must have at least 1 condition')
    return `[${parts.map((part, index) => write(part, [...path, index], depth + 1)).join(',')}]`
  }

  function writeComparison(operator: string, operand: Operand, path: Path): string {
    const steps = operand.path
    if (steps.length > PATH_STEPS) refuse([...path, 'path'], `must have at most ${PATH_STEPS} entries`)
    else if (!ENVELOPE_FIELDS.includes(steps[0] as string))
      refuse([...path, 'path', 0], `must be one of ${ENVELOPE_FIELDS.join(', ')}`)
    const written = `{"path":${JSON.stringify(steps)}`
    if (operator === 'exists') return `${written}}`
    if (operator === 'prefix') return `${written},"value":${JSON.stringify(operand.value)}}`
    if (operator !== 'in') return `${written},"value":${writeValue(operator, operand.value, [...path, 'value'])}}`
    const values = operand.values ?? []
    if (values.length === 0 || values.length > PREDICATE_VALUES)
      return refused([...path, 'values'], `must have 1 to ${PREDICATE_VALUES} entries`)
    return `${written},"values":[${values.map((value, index) => writeValue(operator, value, [...path, 'values', index])).join(',')}]}`
  }

  function writeValue(operator: string, value: Operand['value'], path: Path): string {
    if (value === undefined) return refused(path, 'is required')
    const isOrder = operator === 'less' || operator === 'greater'
    const parsed = value instanceof JsonText ? value.value : value
    if (isOrder && typeof parsed !== 'number' && typeof parsed !== 'string')
      return refused(path, 'must be a number or a string')
    if (typeof parsed === 'object' && parsed !== null)
      return refused(path, 'must be a string, a number, a boolean or null')
    return value instanceof JsonText ? value.text : JSON.stringify(value)
  }

  function refused(path: Path, message: string): string {
    refuse(path, message)
    return ''
  }

  return write
}
