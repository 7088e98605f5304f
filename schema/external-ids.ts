import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core'
import {
  type GraphQLArgument,
  type GraphQLFieldResolver,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLResolveInfo,
  getNamedType,
  isInputObjectType,
} from 'graphql'
import { isOwnId } from '../src/domain/organizations/external-id.ts'

declare global {
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      externalIds: ExternalIds<Types>
    }

    export interface SchemaBuilderOptions<Types extends SchemaTypes> {
      externalIds: ExternalIdOptions<Types['Context']>
    }
  }
}

export type ExternalIdOwner = 'endpoint' | 'organization'

/** Ids found for the external ids of a subscription, by `nameOf`. */
export type FoundIds = Map<string, string>

interface ExternalIdOptions<Context> {
  /** The id of the owner of an external id; a text that is nobody's stays as given. */
  idOf(context: Context, owner: ExternalIdOwner, text: string): Promise<string>
  found(context: Context): FoundIds
}

type Resolver = GraphQLFieldResolver<unknown, object, object>
type Replace = (owner: ExternalIdOwner, text: string) => string
const nameOf = (owner: ExternalIdOwner, text: string) => `${owner} ${text}`

/**
 * Accepts external ids as arguments, in one place for every field: a resolver receives the id that Signalbox made. An
 * external id that nobody has stays as given, and is then treated like an unknown id.
 */
class ExternalIds<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(resolver: Resolver, { args, parentType }: PothosOutputFieldConfig<Types>): Resolver {
    if (Object.keys(args).length === 0) return resolver
    const options = this.builder.options.externalIds as ExternalIdOptions<object>
    return parentType === 'Subscription' ? withFoundIds(resolver, options) : withIds(resolver, options)
  }

  override wrapSubscribe(resolver: Resolver | undefined, { args }: PothosOutputFieldConfig<Types>) {
    if (resolver === undefined || Object.keys(args).length === 0) return resolver
    return withIds(resolver, this.builder.options.externalIds as ExternalIdOptions<object>)
  }
}

SchemaBuilder.registerPlugin('externalIds', ExternalIds)

function withIds(resolver: Resolver, options: ExternalIdOptions<object>): Resolver {
  let map: MapIds | undefined
  return (parent, args, context, info) => {
    map ??= createMapIds(membersOf(info), info.fieldName)
    const found = options.found(context)
    const searches: Promise<void>[] = []
    map(args, (owner, text) => {
      const search = async () => void found.set(nameOf(owner, text), await options.idOf(context, owner, text))
      if (!isOwnId(text)) searches.push(search())
      return text
    })
    if (searches.length === 0) return resolver(parent, args, context, info)
    const replaced = () => map!(args, (owner, text) => found.get(nameOf(owner, text)) ?? text)
    return Promise.all(searches).then(() => resolver(parent, replaced(), context, info))
  }
}

/** For messages of a subscription: they are many, and the ids were found when the subscription started. */
function withFoundIds(resolver: Resolver, options: ExternalIdOptions<object>): Resolver {
  let map: MapIds | undefined
  return (parent, args, context, info) => {
    const found = options.found(context)
    if (found.size === 0) return resolver(parent, args, context, info)
    map ??= createMapIds(membersOf(info), info.fieldName)
    const replaced = map(args, (owner, text) => found.get(nameOf(owner, text)) ?? text)
    return resolver(parent, replaced, context, info)
  }
}

const membersOf = (info: GraphQLResolveInfo) => info.parentType.getFields()[info.fieldName]!.args

/**
 * The object that an argument of type ID names: `endpointId` and `organizationId` anywhere, and `id` of a field that
 * begins with the name of its type. Undefined for ids of other objects.
 */
export function ownerOf(member: string, field: string): ExternalIdOwner | undefined {
  if (/^endpointIds?$/.test(member) || (member === 'id' && field.startsWith('webhookEndpoint'))) return 'endpoint'
  if (/^organizationIds?$/.test(member) || (member === 'id' && field.startsWith('organization'))) return 'organization'
  return undefined
}

/** Replaces the ids in arguments that have an owner. Other values stay the same. */
type MapIds = (args: object, replace: Replace) => object
type Member = GraphQLArgument | GraphQLInputField

function createMapIds(members: readonly Member[], field: string): MapIds {
  const replacers = members.flatMap(({ name, type }): [string, (value: unknown, replace: Replace) => unknown][] => {
    const named = getNamedType(type)
    const owner = named.name === 'ID' ? ownerOf(name, field) : undefined
    if (owner !== undefined) return [[name, (value, replace) => replace(owner, String(value))]]
    if (!isInputObjectType(named) || !hasOwner(named)) return []
    let map: MapIds | undefined
    // Made at the first value, because an input type may contain itself.
    const mapInput = (value: unknown, replace: Replace) => {
      map ??= createMapIds(Object.values(named.getFields()), '')
      return map(value as object, replace)
    }
    return [[name, mapInput]]
  })
  return (args, replace) => {
    const changed = replacers.flatMap(([name, map]) => {
      const value = (args as Record<string, unknown>)[name]
      if (value == null) return []
      const mapEntry = (entry: unknown) => (entry == null ? entry : map(entry, replace))
      return [[name, Array.isArray(value) ? value.map(mapEntry) : mapEntry(value)]]
    })
    return changed.length === 0 ? args : { ...args, ...Object.fromEntries(changed) }
  }
}

/** True when an input type has an id with an owner, at any depth. */
function hasOwner(type: GraphQLInputObjectType, seen = new Set<GraphQLInputObjectType>()): boolean {
  if (seen.has(type)) return false
  seen.add(type)
  return Object.values(type.getFields()).some(({ name, type: fieldType }) => {
    const named = getNamedType(fieldType)
    return isInputObjectType(named) ? hasOwner(named, seen) : named.name === 'ID' && ownerOf(name, '') !== undefined
  })
}
