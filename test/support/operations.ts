import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql'

export interface RootField {
  kind: 'query' | 'mutation' | 'subscription'
  field: GraphQLField<unknown, unknown>
}

/** Every root field of the schema. */
export function rootFields(schema: GraphQLSchema): RootField[] {
  const roots = [
    ['query', schema.getQueryType()],
    ['mutation', schema.getMutationType()],
    ['subscription', schema.getSubscriptionType()],
  ] as const
  return roots.flatMap(([kind, type]) => Object.values(type?.getFields() ?? {}).map((field) => ({ kind, field })))
}

/** Values for arguments that are not ids, by the path of the argument or input field. */
export type Samples = Record<string, unknown>

/**
 * An operation on one field, generated from the schema. Every id argument is `id`, or absent where it may be for an empty
 * one. Other arguments come from the samples, and every selectable field is selected.
 *
 * @throws when the schema has a required argument that no sample covers
 */
export function operationFor(schema: GraphQLSchema, { kind, field }: RootField, id: string, samples: Samples) {
  const variables: Record<string, unknown> = {}
  for (const argument of field.args) {
    const value = valueFor(argument, argument.type, id, samples, `${field.name}.${argument.name}`)
    if (value !== undefined) variables[argument.name] = value
  }
  const used = field.args.filter(({ name }) => name in variables)
  // Ids of a variable count as a hundred.
  const inDocument = (name: string) => name === 'ids'
  const declared = used
    .filter(({ name }) => !inDocument(name))
    .map(({ name, type }) => `$${name}: ${type}`)
    .join(', ')
  const passed = used
    .map(({ name }) => `${name}: ${inDocument(name) ? JSON.stringify(variables[name]) : `$${name}`}`)
    .join(', ')
  const query = `${kind} ${declared && `(${declared})`} { ${field.name}${passed && `(${passed})`} ${selectionOf(schema, field.type, LEVELS)} }`
  return { query, variables }
}

/** True when the field takes an id, directly or inside an input. */
export function takesId(field: GraphQLField<unknown, unknown>): boolean {
  return field.args.some(({ type }) => hasId(type, () => true))
}

/** True when the field cannot be asked without an id. */
export function needsId(field: GraphQLField<unknown, unknown>): boolean {
  return field.args.some(({ type }) => hasId(type, isNonNullType))
}

function hasId(
  type: GraphQLInputType,
  counts: (type: GraphQLInputType) => boolean,
  outer: readonly unknown[] = [],
): boolean {
  const named = getNamedType(type)
  if (!isInputObjectType(named)) return named.name === 'ID' && counts(type)
  // An input type may contain itself.
  return (
    counts(type) &&
    !outer.includes(named) &&
    Object.values(named.getFields()).some((field) => hasId(field.type, counts, [...outer, named]))
  )
}

function valueFor(
  place: Pick<GraphQLArgument, 'name'>,
  type: GraphQLInputType,
  id: string,
  samples: Samples,
  path: string,
): unknown {
  if (path in samples) return samples[path]
  const named = getNamedType(type)
  if (named.name === 'ID' && id === '' && !isNonNullType(type)) return undefined
  if (named.name === 'ID') return isListType(isNonNullType(type) ? type.ofType : type) ? [id] : id
  // One of the fields has to be chosen.
  if (isInputObjectType(named) && named.isOneOf && !isNonNullType(type)) return undefined
  if (isInputObjectType(named)) {
    const entries = Object.values(named.getFields()).map((field) => [
      field.name,
      valueFor(field, field.type, id, samples, `${named.name}.${field.name}`),
    ])
    const value = Object.fromEntries(entries.filter(([, value]) => value !== undefined))
    if (Object.keys(value).length === 0 && !isNonNullType(type)) return undefined
    return isListType(isNonNullType(type) ? type.ofType : type) ? [value] : value
  }
  if (!isNonNullType(type)) return undefined
  if (isEnumType(named)) return named.getValues()[0]?.name
  throw new Error(`No sample for the required ${path} (${place.name}): add one, so that the field is covered.`)
}

/** Levels of a selection. */
const LEVELS = 4

/** The type of the entries of a page; undefined for another type. */
function pageEntries(type: GraphQLOutputType): GraphQLOutputType | undefined {
  const named = getNamedType(type)
  return isObjectType(named) && 'pageInfo' in named.getFields() ? named.getFields().nodes?.type : undefined
}

function selectionOf(schema: GraphQLSchema, type: GraphQLOutputType, depth: number, inList = false): string {
  const named = getNamedType(type)
  if (isLeafType(named)) return ''
  if (named.name === 'Node' && depth < LEVELS) return '{ __typename id }'
  if (isAbstractType(named)) {
    const members = schema
      .getPossibleTypes(named)
      .map((member) => `... on ${member.name} ${selectionOf(schema, member, depth, inList)}`)
    return `{ __typename ${members.join(' ')} }`
  }
  if (!isObjectType(named)) return ''
  const isPage = 'pageInfo' in named.getFields()
  const fields = Object.values(named.getFields()).flatMap((field) => {
    if (isLeafType(getNamedType(field.type))) return [`${alias(named.name, field)}${field.name}`]
    // Pages within a list multiply by its greatest length, past the limits of an operation.
    if (depth <= 1 || (inList && field.args.some(({ name }) => name === 'first'))) return []
    const isList = !isPage && isListType(getNullableType(field.type))
    // Edges lead from each type to others without end: below the root, a page has two entries with their own fields.
    const entries = pageEntries(field.type)
    if (entries !== undefined)
      return [`${alias(named.name, field)}${field.name}(first: 2) { nodes ${selectionOf(schema, entries, 1)} }`]
    const below = field.args.length > 0 ? 1 : field.name === 'edges' ? 2 : depth - 1
    const selection = selectionOf(schema, field.type, below, inList || isList)
    return [`${alias(named.name, field)}${field.name} ${selection}`]
  })
  return `{ __typename ${fields.join(' ')} }`
}

/** Fields of union members may share a name and differ in type, so GraphQL requires an alias for each. */
function alias(type: string, field: GraphQLField<unknown, unknown>): string {
  return field.name === 'id' ? '' : `${type}_${field.name}: `
}
