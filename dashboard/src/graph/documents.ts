import { type DocumentInput, gql } from '@urql/core'
import type { Operation } from './operations.ts'

const documents = new Map<string, DocumentInput>()

/** Hashes of operations by name; the generated names are unique. */
export const hashes = new Map<string, string>()

/** The hash of an operation, in the form of the extension. */
export const hashOf = ({ documentId }: { documentId: string }): string => documentId.replace('sha256:', '')

/** The document of an operation, parsed once, for the normalized cache. */
export function documentOf<Data, Variables>(
  operation: Operation<Data, Variables>,
): DocumentInput<Data, Variables & Record<string, unknown>> {
  const known = documents.get(operation.name) ?? gql(operation.body)
  documents.set(operation.name, known)
  hashes.set(operation.name, hashOf(operation))
  return known as DocumentInput<Data, Variables & Record<string, unknown>>
}
