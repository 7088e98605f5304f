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
import type { Client } from '../src/domain/people/sessions.ts'
import type { Viewer } from '../src/domain/people/viewer.ts'
import type { CheckDocument } from '../src/domain/persisted-operations/persisted-operations.ts'
import type { JsonText } from '../src/lib/json-text.ts'
import type { Services } from '../src/services.ts'
import './argument-checks.ts'
import './external-ids.ts'
import { needsElevation, ReauthenticationRequiredError, scopesOf } from './elevation.ts'
import type { FoundIds } from './external-ids.ts'
import type { LimitField } from './field-limits.ts'
import './mutation-answers.ts'
import type { ReadableRows, Scope } from './mutation-answers.ts'
import { NODES_AT_MOST, type NodeName, type Nodes, typeOfId } from './nodes.ts'
import { lackedBy, refuse, unauthenticated } from './refusals.ts'
import { CountScalar, JsonScalar, MicrosecondsScalar, UrlScalar } from './scalars.ts'

/** The cookies of one request. */
export interface SessionCookies {
  /** Token of the session that the request presented. */
  token: string | undefined
  set(token: string, expires: Date): void
  clear(): void
  /** Lets the browser keep the token of a known device. */
  remember(token: string, now: Date): void
}

/** Context of every resolver. `viewer` is null without a key, and without a session that is open. */
export interface Context {
  services: Services
  nodes: Nodes
  viewer: Viewer | null
  /** Reason for which a presented session does not count. */
  ended: Error | undefined
  /** Cookies of the request; where none can be set, the reason: over WebSocket and SSE, and for foreign origins. */
  session: SessionCookies | string
  /** Address and browser of the request. */
  client: Client
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
  AuthScopes: {
    authenticated: boolean
    can: Scope
    person: boolean
    admittedPerson: boolean
    anyPerson: boolean
    elevated: boolean
  }
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
    authScopes: ({ viewer }) => ({ can: (scope) => can(viewer, scope), ...scopesOf(viewer) }),
    unauthorizedError: (_parent, context, info, { failure }) =>
      needsElevation(context.viewer, info)
        ? new ReauthenticationRequiredError()
        : refuse(context, `${info.parentType.name}.${info.fieldName}`, lackedBy(failure)),
  },
  externalIds: {
    idOf: (context, owner, text) =>
      owner === 'endpoint'
        ? context.services.endpoints.idOf(requireViewer(context), text)
        : context.services.organizations.idOf(text),
    found: ({ foundIds }) => foundIds,
  },
  mutationAnswers: {
    can: ({ viewer }, scope) => can(viewer, scope),
    refuse,
    readable: ({ readable }) => readable,
  },
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
    nodesQueryOptions: {
      description: `Objects of the organization by their ids, at most ${NODES_AT_MOST}, each at the place of its id; null where \`node\` answers null.`,
      authScopes: { authenticated: true },
      args: { ids: { description: `Ids of the objects, at most ${NODES_AT_MOST}.` } },
      resolve: (_root, { ids }, context, info) =>
        resolveNodes(
          ids.map(({ id }) => id),
          context,
          info,
        ),
    },
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
export function requireViewer(context: Context): Viewer {
  if (context.viewer === null) throw unauthenticated(context)
  return context.viewer
}

/** The id of no organization. */
export const NO_ORGANIZATION = ''

/** The interface of types with an id. */
export const Node = builder.nodeInterfaceRef()

/** The rows of nodes, each at the place of its id. */
function resolveNodes(ids: readonly string[], context: Context, info: GraphQLResolveInfo): Promise<(object | null)[]> {
  const selectionOf = (typeName: NodeName) => queryFromInfo({ context, info, typeName })
  return context.nodes.find(ids, requireViewer(context), selectionOf)
}

/** The row of a node, as `resolveNodes` finds it; null for an id of nothing. */
export async function resolveNode(id: string, context: Context, info: GraphQLResolveInfo): Promise<object | null> {
  const [node] = await resolveNodes([id], context, info)
  return node ?? null
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

type Given<T> = { [Name in keyof T]: Exclude<T[Name], null> }

/** A null input field counts as absent. */
export function omitNulls<T extends object>(input: T): Given<T> {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null)) as Given<T>
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
