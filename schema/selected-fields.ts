import {
  type GraphQLField,
  GraphQLIncludeDirective,
  type GraphQLNamedType,
  type GraphQLResolveInfo,
  GraphQLSkipDirective,
  getDirectiveValues,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'

/**
 * Visits a selected field: its type, itself, and the response keys that lead there. A result other than undefined ends
 * the walk.
 */
type Visit<Found> = (type: string, field: GraphQLField<unknown, unknown>, path: string[]) => Found | undefined

/**
 * Visits every field selected below the current one, once for each place in the answer, and returns the first result.
 * The limits of a document (src/server/query-limits.ts) bound the walk.
 */
export function findSelected<Found>(info: GraphQLResolveInfo, visit: Visit<Found>): Found | undefined {
  const { schema, fragments, variableValues, fieldNodes, parentType, fieldName } = info

  function within(set: SelectionSetNode | undefined, type: GraphQLNamedType, path: string[]): Found | undefined {
    for (const selection of set?.selections ?? []) {
      const found = isSkipped(selection) ? undefined : of(selection, type, path)
      if (found !== undefined) return found
    }
    return undefined
  }

  function of(selection: SelectionNode, type: GraphQLNamedType, path: string[]): Found | undefined {
    if (selection.kind !== Kind.FIELD) {
      const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments[selection.name.value] : selection
      const condition = fragment?.typeCondition?.name.value
      return within(fragment?.selectionSet, (condition && schema.getType(condition)) || type, path)
    }
    const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[selection.name.value] : undefined
    if (field === undefined) return undefined
    const here = [...path, (selection.alias ?? selection.name).value]
    return visit(type.name, field, here) ?? within(selection.selectionSet, getNamedType(field.type), here)
  }

  function isSkipped(node: SelectionNode): boolean {
    if (node.directives?.length === 0) return false
    return (
      getDirectiveValues(GraphQLSkipDirective, node, variableValues)?.if === true ||
      getDirectiveValues(GraphQLIncludeDirective, node, variableValues)?.if === false
    )
  }

  const type = getNamedType(parentType.getFields()[fieldName]!.type)
  for (const { selectionSet } of fieldNodes) {
    const found = within(selectionSet, type, [])
    if (found !== undefined) return found
  }
  return undefined
}
