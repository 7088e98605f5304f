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
import { addPath, type Path } from 'graphql/jsutils/Path.js'

/** Maximum fields of a plan, which lives as long as its subscription. */
const FIELDS = 100

/** Turns a resolved value into its part of the answer. @throws when graphql-js has to handle the value */
type Complete = (value: unknown) => unknown

/**
 * Executes the messages of a subscription by a plan made once: the selected fields with their arguments and types.
 * graphql-js would derive them again for every message. A plan is a tree of closures, never generated code.
 *
 * Plans cover synchronous objects and leaves of fields that opt in by `extensions: { planned: true }`. Everything else,
 * such as a list, a promise or an error, is left to graphql-js for the whole message.
 *
 * @returns the answer to a message; undefined when graphql-js has to execute it
 */
export function planMessages(args: ExecutionArgs): (message: unknown) => ExecutionResult | undefined {
  let run: Complete | undefined
  let isLeft = false
  return (message) => {
    if (isLeft) return undefined
    try {
      run ??= plan(args)
      return { data: run(message) as Record<string, unknown> }
    } catch {
      // All later messages too: Pothos caches results by path, and would reuse one message's result for the next.
      isLeft = true
      run = undefined
      return undefined
    }
  }
}

/** @throws when the document has no plan */
function plan(args: ExecutionArgs): Complete {
  const execution = buildExecutionContext({ ...args, rootValue: undefined })
  const root = args.schema.getSubscriptionType()
  if (!('operation' in execution) || !root) throw new Error('It cannot be executed.')
  const { schema, fragments, variableValues, operation } = execution
  const fields = collectFields(schema, fragments, variableValues, root, operation.selectionSet)
  for (const [node] of fields.values())
    if (getFieldDef(schema, root, node!)?.extensions.planned !== true) throw new Error('It has not opted in.')
  return planFields({ ...execution, planned: 0 }, root, fields, undefined)
}

interface Planning extends ExecutionContext {
  /** Number of fields in the plan so far. */
  planned: number
}

function planFields(
  planning: Planning,
  type: GraphQLObjectType,
  fields: ReadonlyMap<string, readonly FieldNode[]>,
  parent: Path | undefined,
): Complete {
  const { schema, variableValues, contextValue, fieldResolver } = planning
  planning.planned += fields.size
  if (planning.planned > FIELDS || type.isTypeOf) throw new Error('There is too much to look at.')
  const plans = Array.from(fields, ([key, nodes]) => {
    const field = getFieldDef(schema, type, nodes[0]!)!
    const info = buildResolveInfo(planning, field, [...nodes], type, addPath(parent, key, type.name))
    const args = Object.freeze(getArgumentValues(field, nodes[0]!, variableValues))
    return { key, resolve: field.resolve ?? fieldResolver, args, info, complete: planType(planning, field.type, info) }
  })
  return (source) => {
    const answer = Object.create(null)
    for (const { key, resolve, args, info, complete } of plans)
      answer[key] = complete(resolve(source, args, contextValue, info))
    return answer
  }
}

function planType(planning: Planning, type: GraphQLOutputType, info: GraphQLResolveInfo): Complete {
  if (isNonNullType(type)) {
    const complete = planType(planning, type.ofType, info)
    return (value) => {
      const completed = complete(value)
      if (completed === null) throw new Error('It must not be null.')
      return completed
    }
  }
  const complete = planPresent(planning, type, info)
  return (value) => {
    if (value === null || value === undefined) return null
    // graphql-js resolves the value again.
    if (value instanceof Promise) value.catch(() => {})
    if (isPromise(value)) throw new Error('It is not there yet.')
    if (value instanceof Error) throw value
    return complete(value)
  }
}

function planPresent(planning: Planning, type: GraphQLOutputType, info: GraphQLResolveInfo): Complete {
  const { schema, fragments, variableValues } = planning
  if (isObjectType(type)) {
    const fields = collectSubfields(schema, fragments, variableValues, type, info.fieldNodes)
    return planFields(planning, type, fields, info.path)
  }
  if (!isLeafType(type)) throw new Error('A list, or one of several types, has no plan.')
  return (value) => {
    const text = type.serialize(value)
    if (text === undefined || text === null) throw new Error('It has no text.')
    return text
  }
}
