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
 * Maximum size of the introspection in the answers to all operations of a document, in characters. The standard query
 * of GraphQL tools has about two fifths of this size; without a bound, aliases in 17 KB of text yield 74 MB.
 */
export const INTROSPECTION_CHARACTERS = 1_500_000
/** Size that every field counts besides its response key: punctuation and a short value. */
const FIELD_CHARACTERS = 20
/** Size that every visit of a fragment counts, although the answer shows none, so that fragments alone end the walk. */
const FRAGMENT_CHARACTERS = 5

/** A part of the schema as introspection shows it: its parts by field name. Other fields are leaves. */
type Part = Record<string, () => readonly unknown[]>

/** The introspection of one operation at most. */
export interface Introspection {
  /** Any number above the limit means that the measuring ended there. */
  characters: number
  /** Objects in the answer. 0 without `__schema` and `__type`. */
  objects: number
}

/**
 * Measures the answer to the introspection of an operation by walking the schema along the selection: every field
 * counts its response key, which a client may choose at any length, and a fixed size. The walk ends at the limit.
 */
export function measureIntrospection(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  limit: number,
): Introspection {
  let [characters, objects] = [0, 0]
  /** Fragments on the way to the current selection. A cycle ends here, and validation refuses the document later. */
  const open = new Set<string>()

  /** @param partsOf the parts of a field; undefined for a field that is no introspection */
  function walk(set: SelectionSetNode, partsOf: (name: string) => readonly unknown[] | undefined): void {
    for (const selection of set.selections) {
      if (characters > limit) return
      if (selection.kind === 'InlineFragment') {
        characters += FRAGMENT_CHARACTERS
        walk(selection.selectionSet, partsOf)
      } else if (selection.kind === 'FragmentSpread') {
        const { value: name } = selection.name
        const fragment = fragments.get(name)
        characters += FRAGMENT_CHARACTERS
        if (fragment === undefined || open.has(name)) continue
        open.add(name)
        walk(fragment.selectionSet, partsOf)
        open.delete(name)
      } else {
        const children = partsOf(selection.name.value)
        if (children === undefined) continue
        characters += (selection.alias ?? selection.name).value.length + FIELD_CHARACTERS
        const { selectionSet } = selection
        if (selectionSet === undefined) continue
        for (const child of children) {
          if (characters > limit) return
          objects++
          const parts = introspectionOf(schema, child)
          walk(selectionSet, (name) => parts[name]?.() ?? [])
        }
      }
    }
  }

  walk(operation.selectionSet, (name) => {
    if (name === '__schema') return [schema]
    return name === '__type' ? [largestTypeOf(schema)] : undefined
  })
  return { characters: objects === 0 ? 0 : characters, objects }
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
