import {
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'

/**
 * Maximum size of the introspection part of one answer, in characters. The standard query of GraphQL tools has about a
 * third of this size on this schema; without a bound, aliases in 17 KB of text yield 74 MB.
 */
export const INTROSPECTION_CHARACTERS = 800_000
/** Size that every field counts besides its response key: punctuation and a short value. */
const FIELD_CHARACTERS = 20

/** A part of the schema as introspection shows it: its parts by field name. Other fields are leaves. */
type Part = Record<string, () => readonly unknown[]>

/**
 * Measures the answer to the introspection of an operation by walking the schema along the selection: every field
 * counts its response key, which a client may choose at any length, and a fixed size. The walk ends at the limit.
 *
 * @returns characters; any number above `limit` means that the walk ended there
 */
export function measureIntrospection(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  limit = INTROSPECTION_CHARACTERS,
): number {
  let size = 0
  /** Fragments on the way to the current selection. A cycle ends here, and validation refuses the document later. */
  const open = new Set<string>()

  function walk(set: SelectionSetNode, partsOf: (name: string) => readonly unknown[]): void {
    for (const selection of set.selections) {
      if (size > limit) return
      if (selection.kind === 'InlineFragment') walk(selection.selectionSet, partsOf)
      else if (selection.kind === 'FragmentSpread') {
        const { value: name } = selection.name
        const fragment = fragments.get(name)
        if (fragment === undefined || open.has(name)) continue
        open.add(name)
        walk(fragment.selectionSet, partsOf)
        open.delete(name)
      } else {
        size += (selection.alias ?? selection.name).value.length + FIELD_CHARACTERS
        const { selectionSet } = selection
        if (selectionSet === undefined) continue
        for (const part of partsOf(selection.name.value)) {
          if (size > limit) return
          const parts = introspectionOf(schema, part)
          walk(selectionSet, (name) => parts[name]?.() ?? [])
        }
      }
    }
  }

  walk(operation.selectionSet, (name) => {
    if (name === '__schema') return [schema]
    return name === '__type' ? [largestTypeOf(schema)] : []
  })
  return size
}

/** `__type(name:)` may name any type, so the type with the most parts stands for all. */
function largestTypeOf(schema: GraphQLSchema): GraphQLNamedType {
  const known = largestTypes.get(schema)
  if (known !== undefined) return known
  const size = (type: GraphQLNamedType) =>
    Object.values(introspectionOf(schema, type)).reduce((sum, parts) => sum + parts().length, 0)
  const types = Object.values(schema.getTypeMap())
  const largest = types.reduce((largest, type) => (size(type) > size(largest) ? type : largest))
  largestTypes.set(schema, largest)
  return largest
}
const largestTypes = new WeakMap<GraphQLSchema, GraphQLNamedType>()

function introspectionOf(schema: GraphQLSchema, part: unknown): Part {
  const known = parts.get(part as object)
  if (known !== undefined) return known
  const made = partsOf(schema, part)
  parts.set(part as object, made)
  return made
}
const parts = new WeakMap<object, Part>()

/** The fields of `__Schema`, `__Type`, `__Field`, `__InputValue` and `__Directive` that lead to further objects. */
function partsOf(schema: GraphQLSchema, part: unknown): Part {
  const { type, ofType, args } = part as { type?: unknown; ofType?: unknown; args?: readonly unknown[] }
  if (part === schema) {
    const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]
    const [queryType, mutationType, subscriptionType] = roots.map((root) => () => (root == null ? [] : [root]))
    const types = Object.values(schema.getTypeMap())
    return {
      types: () => types,
      directives: () => schema.getDirectives(),
      queryType,
      mutationType,
      subscriptionType,
    } as Part
  }
  const result: Part = {}
  if (type !== undefined) result.type = () => [type]
  if (ofType !== undefined) result.ofType = () => [ofType]
  if (args !== undefined) result.args = () => args
  if (isObjectType(part) || isInterfaceType(part)) {
    const fields = Object.values(part.getFields())
    result.fields = () => fields
    result.interfaces = () => part.getInterfaces()
  }
  if (isInputObjectType(part)) {
    const fields = Object.values(part.getFields())
    result.inputFields = () => fields
  }
  if (isEnumType(part)) result.enumValues = () => part.getValues()
  if (isAbstractType(part)) result.possibleTypes = () => schema.getPossibleTypes(part)
  return result
}
