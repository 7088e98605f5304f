import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core'
import {
  type GraphQLArgument,
  type GraphQLFieldResolver,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLResolveInfo,
  getNullableType,
  isInputObjectType,
  isListType,
} from 'graphql'
import { type Issue, ValidationError } from '../src/lib/errors.ts'
import type { JsonText } from '../src/lib/json-text.ts'
import { checkCursor } from '../src/lib/pagination.ts'
import { textViolation } from '../src/lib/storable-text.ts'

/** Maximum characters of an id; those of Signalbox have about 30. */
const ID_CHARACTERS = 100
/** Maximum entries of any list in an argument; many fields have a smaller bound of their own. */
const LIST_ENTRIES = 1_000
/** Maximum issues of one answer. */
const ISSUES_SHOWN = 20
/** Range of times, which PostgreSQL and ids can hold. */
const [EARLIEST, LATEST] = [0, Date.UTC(10_000, 0) - 1]

declare global {
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      argumentChecks: ArgumentChecks<Types>
    }
  }
}

type Resolver = GraphQLFieldResolver<unknown, object, object>

/** Refuses arguments that cannot be stored exactly, in one place for every field and before its resolver runs. */
class ArgumentChecks<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(resolver: Resolver, { args }: PothosOutputFieldConfig<Types>): Resolver {
    return Object.keys(args).length === 0 ? resolver : withChecks(resolver)
  }

  override wrapSubscribe(resolver: Resolver | undefined, { args }: PothosOutputFieldConfig<Types>) {
    return resolver === undefined || Object.keys(args).length === 0 ? resolver : withChecks(resolver)
  }
}

SchemaBuilder.registerPlugin('argumentChecks', ArgumentChecks)

function withChecks(resolver: Resolver): Resolver {
  let check: Check | undefined
  return (parent, args, context, info) => {
    check ??= createCheck(argumentsOf(info))
    const issues: Issue[] = []
    check(args, '', issues)
    if (issues.length > 0) throw new ValidationError(issues)
    return resolver(parent, args, context, info)
  }
}

const argumentsOf = (info: GraphQLResolveInfo) => info.parentType.getFields()[info.fieldName]!.args

/** Adds the faults of a value. Undefined where a type has nothing to check. */
type Check = (value: unknown, path: string, issues: Issue[]) => void

function createCheck(members: readonly (GraphQLArgument | GraphQLInputField)[]): Check {
  const isPage = members.some(({ name }) => name === 'first')
  const checks = members.flatMap(({ name, type }): [string, Check][] => {
    const check = isPage && (name === 'after' || name === 'before') ? ofCursor : checkOf(type)
    return check === undefined ? [] : [[name, check]]
  })
  return (value, path, issues) => {
    for (const [name, check] of checks) {
      const entry = (value as Record<string, unknown>)[name]
      if (entry != null) check(entry, path === '' ? name : `${path}.${name}`, issues)
    }
  }
}

const known = new Map<GraphQLInputType, Check>()

function checkOf(type: GraphQLInputType): Check | undefined {
  const nullable = getNullableType(type)
  if (isListType(nullable)) {
    const check = checkOf(nullable.ofType)
    return (value, path, issues) => {
      const entries = value as unknown[]
      if (entries.length > LIST_ENTRIES) return add(issues, path, `must have at most ${LIST_ENTRIES} entries`)
      if (check === undefined) return
      for (const [index, entry] of entries.entries()) if (entry != null) check(entry, `${path}.${index}`, issues)
    }
  }
  if (!isInputObjectType(nullable)) return SCALARS[nullable.name]
  const before = known.get(nullable)
  if (before !== undefined) return before
  let check: Check | undefined
  // Made at the first value, because an input type may contain itself.
  const late: Check = (value, path, issues) => {
    check ??= createCheck(Object.values(nullable.getFields()))
    check(value, path, issues)
  }
  known.set(nullable, late)
  return late
}

const SCALARS: Record<string, Check | undefined> = {
  String: (value, path, issues) => add(issues, path, textViolation(value as string)),
  ID(value, path, issues) {
    // The field `node` receives its id with the type.
    const id = typeof value === 'string' ? value : (value as { id: string }).id
    if (id.length > ID_CHARACTERS) add(issues, path, `is no id: an id has at most ${ID_CHARACTERS} characters`)
    else add(issues, path, textViolation(id))
  },
  DateTime(value, path, issues) {
    const time = (value as Date).getTime()
    if (!(time >= EARLIEST && time <= LATEST)) add(issues, path, 'must be a time of the years 1970 to 9999')
  },
  JSON: (value, path, issues) => add(issues, path, (value as JsonText).fault),
}

const ofCursor: Check = (value) => checkCursor(value as string)

function add(issues: Issue[], path: string, message: string | undefined): void {
  if (message !== undefined && issues.length < ISSUES_SHOWN) issues.push({ path, message })
}
