import { type DocumentNode, type FieldNode, Kind, visit } from 'graphql'

const TYPENAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } }

/**
 * Selects `__typename` where normalized caches select it (`InMemoryCache` of Apollo Client, urql): last in every selection
 * below the operation, unless it is selected there already. The printed document equals the text that these clients send.
 */
export function addTypenames(document: DocumentNode): DocumentNode {
  return visit(document, {
    SelectionSet(node, _key, parent) {
      const isRoot = parent !== undefined && 'kind' in parent && parent.kind === Kind.OPERATION_DEFINITION
      const isSelected = node.selections.some(
        (selection) => selection.kind === Kind.FIELD && selection.name.value === '__typename' && !selection.alias,
      )
      if (!isRoot && !isSelected) return { ...node, selections: [...node.selections, TYPENAME] }
      return undefined
    },
  })
}
