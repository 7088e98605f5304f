import SchemaBuilder from '@pothos/core'
import ErrorsPlugin from '@pothos/plugin-errors'
import PrismaPlugin from '@pothos/plugin-prisma'
import RelayPlugin from '@pothos/plugin-relay'
import ScopeAuthPlugin from '@pothos/plugin-scope-auth'
import type { GraphQLResolveInfo } from 'graphql'
import { GraphQLDateTime, GraphQLJSON, GraphQLURL } from 'graphql-scalars'
import type { PrismaClient } from '../src/database/client.ts'
import type PrismaTypes from '../src/database/generated/pothos.ts'
import { getDatamodel } from '../src/database/generated/pothos.ts'
import { type Action, allows, type Resource } from '../src/domain/people/permissions.ts'
import type { Viewer } from '../src/domain/people/viewer.ts'
import type { CheckDocument } from '../src/domain/persisted-operations/persisted-operations.ts'
import { ForbiddenError, UnauthenticatedError, UnavailableError, ValidationError } from '../src/lib/errors.ts'
import type { Services } from '../src/services.ts'
import type { LimitField } from './field-limits.ts'
import { typeOfId } from './node-ids.ts'

/** What every resolver gets. `viewer` is null when no key was presented. */
export interface Context {
  domain: Services
  viewer: Viewer | null
  /** What only the schema can say of a document. */
  checkDocument: CheckDocument
  /** Refuses what is called too often, after the permission to call it was found. */
  limitField: LimitField
  /** Aborted when the client of an HTTP request goes away; undefined on a WebSocket. */
  signal(): AbortSignal | undefined
  /** Bytes of what tenants wrote, such as event bodies, in the answer so far. */
  answered: { bytes: number }
}

export type Scope = `${Resource}:${Action}`

export const builder = new SchemaBuilder<{
  Context: Context
  PrismaTypes: PrismaTypes
  DefaultFieldNullability: false
  DefaultNodeNullability: false
  DefaultEdgesNullability: { list: false; items: false }
  Scalars: {
    ID: { Input: string; Output: string }
    DateTime: { Input: Date; Output: Date }
    JSON: { Input: unknown; Output: unknown }
    URL: { Input: URL; Output: string }
  }
  AuthScopes: { authenticated: boolean; can: Scope }
}>({
  // The order matters: a refusal by scope is no member of a result union, and both come before a row is read.
  plugins: [ScopeAuthPlugin, ErrorsPlugin, RelayPlugin, PrismaPlugin],
  defaultFieldNullability: false,
  scopeAuth: {
    authorizeOnSubscribe: true,
    authScopes: ({ viewer }) => ({ authenticated: viewer !== null, can: (scope) => can(viewer, scope) }),
    unauthorizedError: (_parent, context, info) => refuse(context, info),
  },
  errors: {
    directResult: true,
    defaultUnionOptions: {
      name: ({ fieldName }) => `${capitalize(fieldName)}Result`,
      description: 'What was asked for, or an error that says what to do.',
    },
  },
  relay: {
    encodeGlobalID: (_typename, id) => String(id),
    decodeGlobalID: (id) => ({ typename: typeOfId(id), id }),
    cursorType: 'String',
    edgesFieldOptions: { nullable: { list: false, items: false }, description: 'Entries with their cursors.' },
    nodeFieldOptions: { nullable: false, description: 'The entry.' },
    nodesOnConnection: { description: 'Entries without their cursors.' },
    cursorFieldOptions: { description: 'Where this entry is in the list; opaque.' },
    pageInfoFieldOptions: { description: 'Where this page is in the list.' },
    firstArgOptions: { description: 'Entries from the beginning, 1 to 100. Default 20.' },
    lastArgOptions: { description: 'Entries from the end, 1 to 100.' },
    afterArgOptions: { description: 'Only entries after this cursor.' },
    beforeArgOptions: { description: 'Only entries before this cursor.' },
    nodeTypeOptions: { description: 'Anything with an id. Ids are readable and typed: `key_…`, `whep_…`, `evt_…`.' },
    pageInfoTypeOptions: { description: 'Where a page is in its list.' },
    hasNextPageFieldOptions: { description: 'Whether more entries follow.' },
    hasPreviousPageFieldOptions: { description: 'Whether entries come before.' },
    startCursorFieldOptions: { description: 'Cursor of the first entry.' },
    endCursorFieldOptions: { description: 'Cursor of the last entry.' },
    nodeQueryOptions: {
      description: 'Anything of your organization by its id; null when there is no such thing, or it is not yours.',
      authScopes: { authenticated: true },
      args: { id: { description: 'The id.' } },
    },
    // Lists by id are `node` with aliases; a second way in would only be a second thing to guard.
    nodesQueryOptions: false,
  },
  prisma: {
    client: ({ domain }) => domain.prismaForNodes as PrismaClient,
    dmmf: getDatamodel(),
    exposeDescriptions: false,
    defaultConnectionSize: 20,
    maxConnectionSize: 100,
  },
})

builder.queryType({ description: 'What can be read.' })
builder.mutationType({
  description: 'What can be changed. Each field answers with its payload, or an error that says what to do.',
})
builder.subscriptionType({
  description:
    'What can be watched live, over WebSocket (graphql-transport-ws) or SSE. Ends when the key may not be used any more.',
})
builder.addScalarType('DateTime', GraphQLDateTime)
builder.addScalarType('JSON', GraphQLJSON)
builder.addScalarType('URL', GraphQLURL)

export function can(viewer: Viewer | null, scope: Scope): boolean {
  const [resource, action] = scope.split(':') as [Resource, Action]
  return viewer !== null && allows(viewer.permissions, resource, action)
}

/** The viewer of a field that a scope guards. */
export function viewerOf({ viewer }: Context): Viewer {
  if (viewer === null) throw new UnauthenticatedError('Present an API key: Authorization: Bearer …')
  return viewer
}

/**
 * How `node(id)` finds a row: in the viewer's organization, and only with the permission to read it. Without either the
 * look-up finds nothing, as for an id that does not exist.
 */
export function owned(scope: Scope) {
  return (id: string, { viewer }: Context) => ({
    id,
    organizationId: viewer !== null && can(viewer, scope) ? viewer.organizationId : 'nobody',
  })
}

/** @throws ValidationError when a page is not 1 to 100 entries long */
export function checkPage(args: { first?: number | null; last?: number | null }): void {
  if (args.first != null && args.last != null)
    throw new ValidationError([{ path: 'last', message: 'give first or last, not both' }])
  for (const name of ['first', 'last'] as const) {
    const size = args[name]
    if (size != null && (size < 1 || size > 100))
      throw new ValidationError([{ path: name, message: 'must be from 1 to 100' }])
  }
}

/** Bytes of what tenants wrote in one answer at most: aliases and pages multiply them. */
const ANSWER_BYTES = 64 * 1024 * 1024

/** A value of so many bytes, counted against what an answer may hold. @throws UnavailableError past that */
export function spendBytes<T>(value: T, bytes: number, { answered }: Context): T {
  answered.bytes += bytes
  if (answered.bytes > ANSWER_BYTES)
    throw new UnavailableError(
      'ANSWER_TOO_LARGE',
      `An answer holds at most ${ANSWER_BYTES} bytes of events, schemas, examples and responses. Ask for fewer.`,
    )
  return value
}

/** The error of a field that the viewer may not have, noted in the audit trail (A3). */
function refuse({ viewer, domain }: Context, info: GraphQLResolveInfo): Error {
  if (viewer === null)
    return new UnauthenticatedError('Present an API key: Authorization: Bearer … (on WebSocket, in connection_init).')
  const field = `${info.parentType.name}.${info.fieldName}`
  domain.audit.denied(viewer, field, 'FORBIDDEN')
  return new ForbiddenError(`This key lacks the permission for ${field}.`)
}

type Given<T> = { [Name in keyof T]: Exclude<T[Name], null> }

/** An input field that is null counts as not given. */
export function given<T extends object>(input: T): Given<T> {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null)) as Given<T>
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
