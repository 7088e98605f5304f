import SchemaBuilder from '@pothos/core'
import ErrorsPlugin from '@pothos/plugin-errors'
import PrismaPlugin, { queryFromInfo } from '@pothos/plugin-prisma'
import RelayPlugin from '@pothos/plugin-relay'
import ScopeAuthPlugin from '@pothos/plugin-scope-auth'
import type { GraphQLResolveInfo } from 'graphql'
import { GraphQLDateTime } from 'graphql-scalars'
import type PrismaTypes from '../src/database/generated/pothos.ts'
import { getDatamodel } from '../src/database/generated/pothos.ts'
import { type Action, allows, type Resource } from '../src/domain/people/permissions.ts'
import type { Viewer } from '../src/domain/people/viewer.ts'
import type { CheckDocument } from '../src/domain/persisted-operations/persisted-operations.ts'
import { ForbiddenError, UnauthenticatedError, UnavailableError } from '../src/lib/errors.ts'
import type { JsonText } from '../src/lib/json-text.ts'
import type { Services } from '../src/services.ts'
import './argument-checks.ts'
import './external-ids.ts'
import type { FoundIds } from './external-ids.ts'
import type { LimitField } from './field-limits.ts'
import './mutation-answers.ts'
import type { ReadableRows, Scope } from './mutation-answers.ts'
import { type Nodes, typeOfId } from './nodes.ts'
import { CountScalar, JsonScalar, MicrosecondsScalar, UrlScalar } from './scalars.ts'

/** Context of every resolver. `viewer` is null without a key. */
export interface Context {
  services: Services
  nodes: Nodes
  viewer: Viewer | null
  /** Validates a document to register, which only the schema layer can do. */
  checkDocument: CheckDocument
  /** Refuses a call over the field's limit, after its permission was checked. */
  limitField: LimitField
  /** Aborted when the client of an HTTP request leaves; undefined on a WebSocket. */
  signal(): AbortSignal | undefined
  /** Bytes of tenant data, such as event bodies, in the answer so far. */
  answered: { bytes: number }
  /** Rows that the request may read whole: those that its mutations made, and its own key. */
  readable: ReadableRows
  /** Ids found for the external ids of the operation. */
  foundIds: FoundIds
}

export type { Scope }

export const builder = new SchemaBuilder<{
  Context: Context
  PrismaTypes: PrismaTypes
  DefaultFieldNullability: false
  DefaultNodeNullability: false
  DefaultEdgesNullability: { list: false; items: false }
  Scalars: {
    ID: { Input: string; Output: string }
    DateTime: { Input: Date; Output: Date }
    JSON: { Input: JsonText; Output: unknown }
    URL: { Input: string; Output: string }
    Count: { Input: number; Output: number }
    Microseconds: { Input: number; Output: number }
  }
  AuthScopes: { authenticated: boolean; can: Scope }
}>({
  // The order matters: a refusal by scope is no member of a result union, a refused argument is one, and both come
  // before any read of the database.
  plugins: [
    ScopeAuthPlugin,
    'mutationAnswers',
    ErrorsPlugin,
    'argumentChecks',
    'externalIds',
    RelayPlugin,
    PrismaPlugin,
  ],
  defaultFieldNullability: false,
  scopeAuth: {
    authorizeOnSubscribe: true,
    authScopes: ({ viewer }) => ({ authenticated: viewer !== null, can: (scope) => can(viewer, scope) }),
    unauthorizedError: (_parent, context, info) => refuse(context, `${info.parentType.name}.${info.fieldName}`),
  },
  externalIds: {
    idOf: (context, owner, text) =>
      owner === 'endpoint'
        ? context.services.endpoints.idOf(requireViewer(context), text)
        : context.services.organizations.idOf(text),
    found: ({ foundIds }) => foundIds,
  },
  mutationAnswers: { can: ({ viewer }, scope) => can(viewer, scope), refuse, readable: ({ readable }) => readable },
  errors: {
    directResult: true,
    defaultUnionOptions: {
      name: ({ fieldName }) => `${capitalize(fieldName)}Result`,
      description: 'The payload, or an error with the action to take.',
    },
  },
  relay: {
    // Ids are their own global ids; `node` finds the type by the prefix.
    encodeGlobalID: (_typename, id) => String(id),
    decodeGlobalID: (id) => ({ typename: typeOfId(id) ?? '', id }),
    cursorType: 'String',
    edgesFieldOptions: {
      nullable: { list: false, items: false },
      description: 'Entries of the page with their cursors.',
    },
    nodeFieldOptions: { nullable: false, description: 'Entry at this position of the list.' },
    nodesOnConnection: { description: 'Entries of the page without their cursors.' },
    cursorFieldOptions: { description: 'Opaque position of the entry in the list.' },
    pageInfoFieldOptions: { description: 'Position of the page in the list.' },
    firstArgOptions: { description: 'Number of entries from the beginning, 1 to 100; excludes `last`. Default 20.' },
    lastArgOptions: { description: 'Number of entries from the end, 1 to 100; excludes `first`.' },
    afterArgOptions: { description: 'Cursor of the entry before the page. Default: the beginning of the list.' },
    beforeArgOptions: { description: 'Cursor of the entry after the page. Default: the end of the list.' },
    idFieldOptions: { description: 'Id of the object, unique in the installation.' },
    nodeTypeOptions: { description: 'An object with an id. Ids are readable and typed: `key_…`, `whep_…`, `evt_…`.' },
    pageInfoTypeOptions: { description: 'Position of a page in its list.' },
    hasNextPageFieldOptions: { description: 'True when entries follow the page.' },
    hasPreviousPageFieldOptions: { description: 'True when entries precede the page.' },
    startCursorFieldOptions: { description: 'Cursor of the first entry; null for an empty page.' },
    endCursorFieldOptions: { description: 'Cursor of the last entry; null for an empty page.' },
    nodeQueryOptions: {
      description:
        'An object of the organization by its id; null for an unknown id, an id of another organization, and an object that the key may not read.',
      authScopes: { authenticated: true },
      args: { id: { description: 'Id of the object.' } },
      resolve: (_root, { id: { id } }, context, info) => resolveNode(id, context, info),
    },
    // Lists by id are aliases of `node`; a second way in would need the same guards.
    nodesQueryOptions: false,
  },
  prisma: {
    client: ({ services }) => services.relationClient,
    dmmf: getDatamodel(),
    exposeDescriptions: false,
  },
})

builder.queryType({
  description:
    'Reads. Each field reads data of the organization in which the key acts, unless its description names the operator.',
})
builder.mutationType({
  description: 'Changes. Each field returns its payload, or an error with the action to take.',
})
builder.subscriptionType({
  description:
    'Live changes over WebSocket (graphql-transport-ws) or SSE, at most 100 subscriptions per key and process. A subscription ends when its key becomes invalid. `deliveryUpdates` resumes from a cursor, and `deliveryStream` loses nothing. The others keep no messages: after a break they report a gap or send the current state, and their lists are read again.',
})
builder.addScalarType('DateTime', GraphQLDateTime)
builder.addScalarType('JSON', JsonScalar)
builder.addScalarType('URL', UrlScalar)
builder.addScalarType('Count', CountScalar)
builder.addScalarType('Microseconds', MicrosecondsScalar)

export function can(viewer: Viewer | null, scope: Scope): boolean {
  const [resource, action] = scope.split(':') as [Resource, Action]
  return viewer !== null && allows(viewer.permissions, resource, action)
}

/** The viewer of a field that a scope guards. */
export function requireViewer({ viewer }: Context): Viewer {
  if (viewer === null)
    throw new UnauthenticatedError('Present an API key: Authorization: Bearer … (on WebSocket, in connection_init).')
  return viewer
}

/** The id of no organization. */
export const NO_ORGANIZATION = ''

/** The interface of types with an id. */
export const Node = builder.nodeInterfaceRef()

/** The row of `node(id)` with the name of its type, by which GraphQL finds the type. */
async function resolveNode(id: string, context: Context, info: GraphQLResolveInfo): Promise<object | null> {
  const typeName = typeOfId(id)
  if (typeName === undefined) return null
  const row = await context.nodes.load(typeName, id, requireViewer(context), queryFromInfo({ context, info, typeName }))
  return row && { ...row, __typename: typeName }
}

/**
 * Finds a row again for a relation that was not loaded with the row: in the viewer's organization and with the
 * permission to read it. Without either, the look-up finds nothing. Rows that are `readable` are found in any case.
 */
export function ownedById(scope: Scope) {
  return ({ id }: { id: string }, { viewer, readable }: Context) => ({
    id,
    organizationId:
      readable.get(id) ?? (viewer !== null && can(viewer, scope) ? viewer.organizationId : NO_ORGANIZATION),
  })
}

/** Maximum bytes of tenant data in one answer, because aliases and pages multiply them. */
export const ANSWER_BYTES = 64 * 1024 * 1024

/** Counts the bytes of a value against the bound of the answer. @throws UnavailableError past the bound */
export function countResponseBytes<T>(value: T, bytes: number, { answered }: Context): T {
  answered.bytes += bytes
  assertAnswerFits(answered.bytes)
  return value
}

/** @throws UnavailableError when an answer would have more bytes of tenant data than allowed */
export function assertAnswerFits(bytes: number): void {
  if (bytes > ANSWER_BYTES)
    throw new UnavailableError(
      'ANSWER_TOO_LARGE',
      `An answer holds at most ${ANSWER_BYTES} bytes of events, schemas, examples and responses. Request smaller pages.`,
    )
}

/** The error of a forbidden field. The attempt goes to the audit trail. */
function refuse({ viewer, services }: Context, field: string): Error {
  if (viewer === null)
    return new UnauthenticatedError('Present an API key: Authorization: Bearer … (on WebSocket, in connection_init).')
  services.audit.denied(viewer, 'request', 'FORBIDDEN', field)
  return new ForbiddenError(`This key lacks the permission for ${field}. Use a key with that permission.`)
}

type Given<T> = { [Name in keyof T]: Exclude<T[Name], null> }

/** A null input field counts as absent. */
export function omitNulls<T extends object>(input: T): Given<T> {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null)) as Given<T>
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
