import { GraphQLError } from 'graphql'
import type { GraphQLParams, Plugin } from 'graphql-yoga'
import { LRUCache } from 'lru-cache'
import type { RecordDenied } from '../domain/audit/record-denied.ts'
import type { FindOperation } from '../domain/persisted-operations/find-operation.ts'
import { documentIdOf } from '../domain/persisted-operations/manifest.ts'
import { DOCUMENT_CHARACTERS } from './query-limits.ts'
import type { RequestContext, ServerContext } from './request-context.ts'

/** Maximum characters of documents that clients have sent with their hash. */
const REMEMBERED_CHARACTERS = 5_000_000
/** Overhead of an entry in characters. */
const ENTRY_CHARACTERS = 1_000

/** Parameters as the transports deliver them, not yet validated. */
type Params = { [Name in keyof GraphQLParams]?: GraphQLParams[Name] | null } & { documentId?: unknown }
/** Replaces a document id by its document, and refuses documents that a confined key may not send. */
export type ResolveDocument = (params: Params, requestContext: RequestContext) => Promise<GraphQLParams>

/**
 * Resolves persisted operations before parsing, for every transport: `documentId` (GraphQL over HTTP, appendix on
 * persisted documents), and the extension `persistedQuery` of Apollo's clients, which also stores documents. A confined
 * key may send registered operations only.
 */
export function createResolveDocument(deps: {
  findOperation: FindOperation
  denied: RecordDenied['note']
}): ResolveDocument {
  const { findOperation } = deps
  const automatic = new LRUCache<string, string>({
    maxSize: REMEMBERED_CHARACTERS,
    sizeCalculation: (body) => body.length + ENTRY_CHARACTERS,
  })

  return async ({ documentId, ...rest }, requestContext) => {
    const params = rest as GraphQLParams
    const { viewer } = requestContext
    const text = params.query === '' ? undefined : params.query
    const hashed = hashOf(documentId, params.extensions)
    if (documentId != null && text !== undefined)
      throw refusal('BAD_REQUEST', 'Send a documentId or a query, not both.')
    if (text !== undefined && hashed !== undefined && (typeof text !== 'string' || documentIdOf(text) !== hashed))
      throw refusal('PERSISTED_QUERY_HASH_MISMATCH', 'The sha256Hash is not the SHA-256 of the query.')
    // A confined platform key must not find operations that it could have registered in another organization.
    const organizationId = (viewer?.persistedOnly ? viewer.homeId : viewer?.organizationId) ?? null
    const registered = hashed === undefined ? null : await findOperation.find(organizationId, hashed)
    if (registered !== null) {
      requestContext.persisted = registered.name
      return { ...params, query: registered.body }
    }
    if (viewer?.persistedOnly) {
      const code = 'PERSISTED_OPERATIONS_ONLY'
      deps.denied(viewer, 'request', code)
      throw refusal(code, 'This key may send only registered operations. Send the documentId of one.')
    }
    if (hashed === undefined) return params
    if (text === undefined) {
      const query = automatic.get(hashed)
      // Clients of the extension expect this exact message.
      const message =
        documentId == null
          ? 'PersistedQueryNotFound'
          : 'No operation has this documentId. Register it, or send its text once.'
      if (query === undefined) throw refusal('PERSISTED_QUERY_NOT_FOUND', message)
      return { ...params, query }
    }
    if (viewer !== null && text.length <= DOCUMENT_CHARACTERS) automatic.set(hashed, text)
    return params
  }
}

/** For HTTP and SSE. WebSocket calls `resolve` itself. */
export function persistedOperations(resolve: ResolveDocument): Plugin<object, ServerContext> {
  return {
    onParams({ params, request, setParams, context }) {
      const { requestContext } = context as ServerContext
      const fromUrl = request.method === 'GET' ? new URL(request.url).searchParams.get('documentId') : null
      const asked: Params = fromUrl === null ? params : { ...params, documentId: fromUrl }
      // Yoga refuses parameters that are no object.
      if (typeof params !== 'object' || params === null || Array.isArray(params)) return
      const { documentId, extensions } = asked
      const isPlain = documentId == null && extensions == null && requestContext.viewer?.persistedOnly !== true
      // The common case needs no turn of the event loop.
      return isPlain ? undefined : resolve(asked, requestContext).then(setParams)
    },
  }
}

/** The document id of a request in either form. */
function hashOf(documentId: unknown, extensions: unknown): string | undefined {
  if (documentId != null) {
    if (typeof documentId === 'string' && /^sha256:[0-9a-f]{64}$/.test(documentId)) return documentId
    throw refusal('BAD_REQUEST', 'documentId must be "sha256:" followed by 64 lower-case hexadecimal digits.')
  }
  const persistedQuery = (extensions as { persistedQuery?: unknown } | null | undefined)?.persistedQuery
  if (persistedQuery == null) return undefined
  const { version, sha256Hash } = persistedQuery as { version?: unknown; sha256Hash?: unknown }
  if (version !== 1) throw refusal('BAD_REQUEST', 'extensions.persistedQuery.version must be 1.')
  if (typeof sha256Hash === 'string' && /^[0-9a-f]{64}$/.test(sha256Hash)) return `sha256:${sha256Hash}`
  throw refusal('BAD_REQUEST', 'extensions.persistedQuery.sha256Hash must be 64 lower-case hexadecimal digits.')
}

function refusal(code: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } })
}
