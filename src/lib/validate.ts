import type { z } from 'zod'
import { ValidationError } from './errors.ts'

/** Validates an input. @throws ValidationError with every issue and its path */
export function validate<T extends z.ZodType>(schema: T, input: unknown, path = 'input'): z.output<T> {
  const result = schema.safeParse(input, { error: (issue) => sentenceOf(issue) })
  if (result.success) return result.data
  throw new ValidationError(
    result.error.issues.map((issue) => ({ path: [path, ...issue.path].join('.'), message: issue.message })),
  )
}

/** Units in which a kind of value is measured; numbers and dates have none. */
const UNITS: Record<string, string | undefined> = {
  string: 'characters',
  array: 'entries',
  set: 'entries',
  map: 'entries',
  object: 'fields',
}
const KINDS: Record<string, string | undefined> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  date: 'a time',
}

/** The broken rule as a sentence of Signalbox. Schemas give their own sentence where more can be said. */
function sentenceOf(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is required'
      return `must be ${KINDS[issue.expected] ?? 'of another type'}`
    case 'too_small':
      return boundOf(issue.origin, issue.minimum, issue.inclusive === false ? 'more than' : 'at least')
    case 'too_big':
      return boundOf(issue.origin, issue.maximum, issue.inclusive === false ? 'less than' : 'at most')
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`
    case 'invalid_key':
      return issue.issues[0]?.message ?? 'has a name that is not allowed'
    case 'unrecognized_keys':
      return `must not have the fields ${issue.keys.join(', ')}`
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`
    default:
      return 'has the wrong form'
  }
}

function boundOf(origin: string, bound: number | bigint | Date, relation: string): string {
  const unit = UNITS[origin]
  if (unit !== undefined) return `must have ${relation} ${bound} ${unit}`
  return `must be ${relation} ${origin === 'date' ? new Date(Number(bound)).toISOString() : bound}`
}
