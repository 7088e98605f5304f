import { type ASTVisitor, GraphQLError, Kind, type SelectionSetNode, type ValidationContext } from 'graphql'

/** Fields that one operation may begin with, aliases included: each may read a page of 100. */
export const ROOT_FIELDS = 20

/** A validation rule: bounds what one request sets going at once. */
export function rootFieldsRule(context: ValidationContext): ASTVisitor {
  const count = (set: SelectionSetNode, within: readonly string[]): number =>
    set.selections.reduce((sum, selection) => {
      if (selection.kind === Kind.FIELD) return sum + 1
      if (selection.kind === Kind.INLINE_FRAGMENT) return sum + count(selection.selectionSet, within)
      const name = selection.name.value
      const fragment = within.includes(name) ? undefined : context.getFragment(name)
      return sum + (fragment ? count(fragment.selectionSet, [...within, name]) : 0)
    }, 0)
  return {
    OperationDefinition(node) {
      if (count(node.selectionSet, []) > ROOT_FIELDS)
        context.reportError(
          new GraphQLError(`An operation has at most ${ROOT_FIELDS} fields at its root.`, { nodes: node }),
        )
      return false
    },
  }
}
