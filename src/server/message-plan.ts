import {
  type ExecutionArgs,
  type ExecutionResult,
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  getArgumentValues,
  isLeafType,
  isNonNullType,
  isObjectType,
} from 'graphql'
import { collectFields, collectSubfields } from 'graphql/execution/collectFields.js'
import {
  buildExecutionContext,
  buildResolveInfo,
  type ExecutionContext,
  getFieldDef,
} from 'graphql/execution/execute.js'
import { isPromise } from 'graphql/jsutils/isPromise.js'
import { addPath } from 'graphql/jsutils/Path.js'

/** Makes of what a resolver gave what is answered. @throws what graphql-js has to deal with */
type Complete = (value: unknown) => unknown

/**
 * Executes the messages of a subscription by what is the same for all of them: which fields are asked for, with which arguments, of
 * which type. graphql-js finds that out for each message, which is most of what it does, and a message is made for every change
 * and every subscriber. No code is made of a client's text: a plan is closures.
 *
 * It goes one way only: objects and leaves that are there at once. A message that needs more, such as a list, a promise or an
 * error, is left to graphql-js from its beginning, and so are all that follow.
 *
 * @returns undefined for an operation that has no plan
 */
export function planMessages(args: ExecutionArgs): ((message: unknown) => ExecutionResult | undefined) | undefined {
  const execution = buildExecutionContext(args)
  if (!('operation' in execution)) return undefined
  const { schema, fragments, variableValues, operation } = execution
  const root = schema.getSubscriptionType()!
  const fields = collectFields(schema, fragments, variableValues, root, operation.selectionSet)
  for (const [node] of fields.values())
    if (getFieldDef(schema, root, node!)?.extensions.planned !== true) return undefined

  let complete: Complete | undefined
  try {
    complete = planFields(execution, root, fields, undefined)
  } catch {
    return undefined
  }
  return (message) => {
    try {
      if (complete) return { data: complete(message) as Record<string, unknown> }
    } catch {
      complete = undefined
    }
    return undefined
  }
}

/** @param parent about the field that has these; undefined at the root */
function planFields(
  execution: ExecutionContext,
  type: GraphQLObjectType,
  fields: ReadonlyMap<string, readonly FieldNode[]>,
  parent: GraphQLResolveInfo | undefined,
): Complete {
  const { schema, variableValues, contextValue, fieldResolver } = execution
  const plans = Array.from(fields, ([key, nodes]) => {
    const field = getFieldDef(schema, type, nodes[0]!)!
    const info = buildResolveInfo(execution, field, [...nodes], type, addPath(parent?.path, key, type.name))
    const args = getArgumentValues(field, nodes[0]!, variableValues)
    return { key, resolve: field.resolve ?? fieldResolver, args, info, complete: planType(execution, field.type, info) }
  })
  return (source) => {
    if (parent && type.isTypeOf && type.isTypeOf(source, contextValue, parent) !== true)
      throw new Error('It is of another type.')
    const answer = Object.create(null)
    for (const { key, resolve, args, info, complete } of plans)
      answer[key] = complete(resolve(source, args, contextValue, info))
    return answer
  }
}

function planType(execution: ExecutionContext, type: GraphQLOutputType, info: GraphQLResolveInfo): Complete {
  if (isNonNullType(type)) {
    const complete = planType(execution, type.ofType, info)
    return (value) => {
      const completed = complete(value)
      if (completed === null) throw new Error('It must not be null.')
      return completed
    }
  }
  const complete = planPresent(execution, type, info)
  return (value) => {
    if (value === null || value === undefined) return null
    // What comes of it is asked for again.
    if (value instanceof Promise) value.catch(() => {})
    if (isPromise(value)) throw new Error('It is not there yet.')
    if (value instanceof Error) throw value
    return complete(value)
  }
}

function planPresent(execution: ExecutionContext, type: GraphQLOutputType, info: GraphQLResolveInfo): Complete {
  const { schema, fragments, variableValues } = execution
  if (isObjectType(type)) {
    const fields = collectSubfields(schema, fragments, variableValues, type, info.fieldNodes)
    return planFields(execution, type, fields, info)
  }
  if (!isLeafType(type)) throw new Error('A list, or one of several types, has no plan.')
  return (value) => {
    const text = type.serialize(value)
    if (text === undefined || text === null) throw new Error('It has no text.')
    return text
  }
}
