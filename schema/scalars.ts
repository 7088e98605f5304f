import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql'
import { GraphQLJSON, GraphQLURL } from 'graphql-scalars'
import { isExactNumber } from '../src/lib/exact-numbers.ts'
import { JsonText } from '../src/lib/json-text.ts'
import { markJson } from './json-answer.ts'

/**
 * JSON that keeps its text, in both directions. Variables arrive as `JsonText` (src/server/json-variables.ts), a
 * literal of the document is written as JSON, and a `JsonText` in an answer is answered by its text.
 */
export const JsonScalar = new GraphQLScalarType<JsonText, unknown>({
  ...GraphQLJSON.toConfig(),
  parseValue(value) {
    if (value instanceof JsonText) return value
    throw refusal('JSON values are read from the body of a POST request or from a WebSocket message. Send them there.')
  },
  parseLiteral(node, variables) {
    const faults: string[] = []
    const text = printJson(node, variables, (fault) => faults.push(fault))
    return new JsonText(text, JSON.parse(text), faults[0])
  },
  serialize: (value) => (value instanceof JsonText ? markJson(value.text) : value),
})

/** A URL as written. The domain parses it, so that a malformed one is an issue of its mutation, with a path. */
export const UrlScalar = new GraphQLScalarType<string, string>({
  ...GraphQLURL.toConfig(),
  parseValue: urlText,
  parseLiteral: (node) => urlText(node.kind === Kind.STRING ? node.value : undefined),
  serialize: String,
})

function urlText(value: unknown): string {
  if (typeof value === 'string') return value
  throw refusal('A URL is a string, such as "https://example.com/webhooks".')
}

/** A number of things or bytes. Int would fail past 2^31, and Float does not say that the number is whole. */
export const CountScalar = new GraphQLScalarType<number, number>({
  name: 'Count',
  description: 'A whole number from 0 to 9,007,199,254,740,991 (2^53 - 1), exact and written as a JSON number.',
  serialize: wholeNumber,
  parseValue: wholeNumber,
})

/** The one unit of measured durations; settings are whole seconds and say so in their names. */
export const MicrosecondsScalar = new GraphQLScalarType<number, number>({
  name: 'Microseconds',
  description: 'A measured duration in whole microseconds, written as a JSON number.',
  serialize: (value) => wholeNumber(Math.round(Number(value))),
  parseValue: wholeNumber,
})

function wholeNumber(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw refusal('must be a whole number from 0 to 9,007,199,254,740,991')
}

/** Replaces JSON fields of an input by their values, where the text does not matter. Absent fields stay absent. */
export function toJsonValues<T extends object, Name extends keyof T>(input: T, ...names: Name[]) {
  const entries = Object.entries(input).map(([name, value]) =>
    names.includes(name as Name) ? [name, value instanceof JsonText ? value.value : value] : [name, value],
  )
  return Object.fromEntries(entries) as Omit<T, Name> & { [Each in Name]?: unknown }
}

type Variables = Record<string, unknown> | null | undefined

/**
 * Writes a literal as JSON.
 *
 * @param variables undefined while the document is validated
 * @param onFault gets the reason when a variable cannot be written as it was sent: graphql-js hides errors by then
 */
function printJson(node: ValueNode, variables: Variables, onFault: (fault: string) => void): string {
  switch (node.kind) {
    case Kind.INT:
    case Kind.FLOAT:
      if (isExactNumber(node.value)) return node.value
      throw refusal(`The number ${node.value.slice(0, 50)} is not exact in a GraphQL document. Send it in a variable.`)
    case Kind.STRING:
    case Kind.BOOLEAN:
      return JSON.stringify(node.value)
    case Kind.NULL:
      return 'null'
    case Kind.LIST:
      return `[${node.values.map((entry) => printJson(entry, variables, onFault)).join(',')}]`
    case Kind.OBJECT:
      return `{${node.fields
        .filter(({ value }) => !isAbsent(value, variables))
        .map(({ name, value }) => `${JSON.stringify(name.value)}:${printJson(value, variables, onFault)}`)
        .join(',')}}`
    case Kind.VARIABLE:
      return printVariable(node.name.value, variables?.[node.name.value], onFault)
    case Kind.ENUM:
      throw refusal(`${node.value} is no JSON value. Write it in quotes, or send it in a variable.`)
  }
}

/** A member with an absent variable is left out, as in input objects. */
const isAbsent = (node: ValueNode, variables: Variables): boolean =>
  node.kind === Kind.VARIABLE && variables != null && !Object.hasOwn(variables, node.name.value)

function printVariable(name: string, value: unknown, onFault: (fault: string) => void): string {
  if (value instanceof JsonText) return value.text
  // Only the text tells how such a number was written.
  if (typeof value === 'number' && !Number.isSafeInteger(value))
    onFault(`has the number of $${name}, which is not exact. Declare the variable as JSON, which keeps its text.`)
  return JSON.stringify(value) ?? 'null'
}

const refusal = (message: string) => new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } })
