import {
  type ExecutionArgs,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  getOperationAST,
  isInputObjectType,
  isInputType,
  isListType,
  isScalarType,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { eachEntry, eachMember, skipSpace, skipValue } from '../lib/json-scan.ts'
import { JsonText } from '../lib/json-text.ts'
import type { ServerContext } from './request-context.ts'

/**
 * Replaces each JSON value in the variables by a `JsonText`, right before the operation executes: only then are the types
 * of the variables known. Operations without JSON variables cost one look-up.
 */
export const keepJsonText: Plugin<ServerContext> = {
  onExecute: ({ args }) => attachTexts(args),
  onSubscribe: ({ args }) => attachTexts(args),
}

function attachTexts({ schema, document, operationName, variableValues, contextValue }: ExecutionArgs): void {
  const { requestContext } = contextValue as ServerContext
  const { source } = requestContext
  // A subscription keeps its context for days, and needs no text then.
  delete requestContext.source
  const operation = getOperationAST(document, operationName)
  if (source === undefined || !operation || !variableValues) return
  const types = jsonVariablesOf(schema, operation)
  if (types.size === 0) return
  const { text, path } = source
  // The values were parsed from this text for this operation alone.
  const variables = variableValues as Record<string, unknown>
  findObject(text, skipSpace(text, 0), path, (start) =>
    eachMember(text, start, (name, at) => {
      const type = types.get(name)
      if (type === undefined) return skipValue(text, at)
      const [value, end] = attach(text, at, type, variables[name])
      variables[name] = value
      return end
    }),
  )
}

/** Visits the object at a path of names. */
function findObject(text: string, at: number, [step, ...rest]: readonly string[], visit: (at: number) => number) {
  if (step === undefined) return text[at] === '{' ? visit(at) : skipValue(text, at)
  return eachMember(text, at, (name, start): number =>
    name === step ? findObject(text, start, rest, visit) : skipValue(text, start),
  )
}

/** @returns the value with a `JsonText` wherever its type has JSON, and the end of its text */
function attach(text: string, at: number, type: GraphQLInputType, value: unknown): [value: unknown, end: number] {
  const nullable = getNullableType(type)
  if (isListType(nullable)) {
    // A single value stands for a list of one.
    if (!Array.isArray(value)) return attach(text, at, nullable.ofType, value)
    const end = eachEntry(text, at, (index, start) => {
      const [entry, end] = attach(text, start, nullable.ofType, value[index])
      value[index] = entry
      return end
    })
    return [value, end]
  }
  if (isScalarType(nullable)) {
    const end = skipValue(text, at)
    return [value === null ? null : new JsonText(text.slice(at, end), value), end]
  }
  if (!isInputObjectType(nullable) || typeof value !== 'object' || value === null || Array.isArray(value))
    return [value, skipValue(text, at)]
  const fields = nullable.getFields()
  const end = eachMember(text, at, (name, start) => {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (field === undefined || !hasJson(field.type)) return skipValue(text, start)
    const [entry, end] = attach(text, start, field.type, (value as Record<string, unknown>)[name])
    ;(value as Record<string, unknown>)[name] = entry
    return end
  })
  return [value, end]
}

/** The variables of an operation with a type that is JSON or has JSON inside. */
function jsonVariablesOf(schema: GraphQLSchema, operation: OperationDefinitionNode): Map<string, GraphQLInputType> {
  const known = jsonVariables.get(operation)
  if (known !== undefined) return known
  const found = new Map<string, GraphQLInputType>()
  for (const { variable, type: node } of operation.variableDefinitions ?? []) {
    const type = typeFromAST(schema, node)
    if (isInputType(type) && hasJson(type)) found.set(variable.name.value, type)
  }
  jsonVariables.set(operation, found)
  return found
}
const jsonVariables = new WeakMap<OperationDefinitionNode, Map<string, GraphQLInputType>>()

function hasJson(type: GraphQLInputType): boolean {
  const named = getNamedType(type)
  if (!isInputObjectType(named)) return named.name === 'JSON'
  const known = withJson.get(named)
  if (known !== undefined) return known
  // An input type that contains itself ends here.
  withJson.set(named, false)
  const found = Object.values(named.getFields()).some((field) => hasJson(field.type))
  withJson.set(named, found)
  return found
}
const withJson = new WeakMap<object, boolean>()
