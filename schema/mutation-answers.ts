import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core'
import { GraphQLError, type GraphQLFieldResolver, type GraphQLResolveInfo } from 'graphql'
import type { Action, Resource } from '../src/domain/people/permissions.ts'
import { findSelected } from './selected-fields.ts'

declare global {
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      mutationAnswers: MutationAnswers<Types>
    }

    export interface SchemaBuilderOptions<Types extends SchemaTypes> {
      mutationAnswers: MutationAnswerOptions<Types['Context']>
    }
  }
}

export type Scope = `${Resource}:${Action}`

/** Rows that one request may read whole: the organization of each id. */
export type ReadableRows = Map<string, string>

interface MutationAnswerOptions<Context> {
  /** True when the key has the permission. */
  can(context: Context, scope: Scope): boolean
  /** Creates the error of a forbidden field, such as `Event.deliveries`, which needs a permission. */
  refuse(context: Context, field: string, scope: Scope): Error
  readable(context: Context): ReadableRows
}

type Resolver = GraphQLFieldResolver<unknown, object, object>

/**
 * Makes sure that a mutation which took effect is answered: a secret is shown only once. A selection that the key may not
 * read is refused before the mutation runs, and rows of the result are readable by the request that made them.
 */
class MutationAnswers<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(resolver: Resolver, { parentType }: PothosOutputFieldConfig<Types>): Resolver {
    if (parentType !== 'Mutation') return resolver
    const options = this.builder.options.mutationAnswers as MutationAnswerOptions<object>
    return async (parent, args, context, info) => {
      const forbidden = findForbidden(info, (scope) => options.can(context, scope))
      if (forbidden !== undefined) {
        const { field, path, scope } = forbidden
        const error = options.refuse(context, field, scope)
        throw new GraphQLError(error.message, { path: [...pathToArray(info.path), ...path], originalError: error })
      }
      const result = await resolver(parent, args, context, info)
      noteRows(result, options.readable(context))
      return result
    }
  }
}

SchemaBuilder.registerPlugin('mutationAnswers', MutationAnswers)

/** A field below a mutation that the key may not read. `path` has the response keys from the mutation on. */
interface ForbiddenField {
  field: string
  path: string[]
  scope: Scope
}

/** The first selected field below a mutation that needs a permission which the key lacks. */
function findForbidden(info: GraphQLResolveInfo, can: (scope: Scope) => boolean): ForbiddenField | undefined {
  return findSelected(info, (type, field, path) => {
    const { authScopes } = (field.extensions.pothosOptions ?? {}) as { authScopes?: { can?: Scope } }
    if (authScopes?.can === undefined || can(authScopes.can)) return undefined
    return { field: `${type}.${field.name}`, path, scope: authScopes.can }
  })
}

function pathToArray(path: GraphQLResolveInfo['path']): (string | number)[] {
  return path.prev === undefined ? [path.key] : [...pathToArray(path.prev), path.key]
}

/** A payload has its rows as fields, alone or in a list. */
function noteRows(payload: unknown, readable: ReadableRows): void {
  if (typeof payload !== 'object' || payload === null) return
  for (const row of Object.values(payload).flat()) {
    const { id, organizationId } = (row ?? {}) as { id?: unknown; organizationId?: unknown }
    if (typeof id === 'string' && typeof organizationId === 'string') readable.set(id, organizationId)
  }
}
