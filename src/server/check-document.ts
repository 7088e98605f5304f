import { type DocumentNode, type GraphQLSchema, Kind, validate, visit } from 'graphql'
import type { CheckDocument } from '../domain/persisted-operations/persisted-operations.ts'
import { parseWithinLimits } from './query-limits.ts'

const NAME_CHARACTERS = 100
const PATH = 'input.body'

/**
 * Checks that a document can be registered: valid for the schema, within the query limits, and exactly one named
 * operation.
 */
export function createCheckDocument(schema: GraphQLSchema): CheckDocument {
  return (body) => {
    const issues = (...messages: string[]) => ({ issues: messages.map((message) => ({ path: PATH, message })) })
    try {
      const document = parseWithinLimits(body)
      const errors = validate(schema, document)
      if (errors.length > 0) return issues(...errors.map(({ message }) => message))
      const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION)
      const [operation] = operations
      if (operation?.kind !== Kind.OPERATION_DEFINITION || operations.length > 1)
        return issues('must contain exactly one operation')
      const name = operation.name?.value
      if (name === undefined || name.length > NAME_CHARACTERS)
        return issues(`must name its operation, with at most ${NAME_CHARACTERS} characters`)
      if (asksAboutSchema(document)) return issues('must not select __schema or __type')
      return { name }
    } catch (error) {
      return issues(error instanceof Error ? error.message : 'is no GraphQL document')
    }
  }
}

function asksAboutSchema(document: DocumentNode): boolean {
  let asks = false
  visit(document, {
    Field({ name }) {
      if (name.value === '__schema' || name.value === '__type') asks = true
    },
  })
  return asks
}
