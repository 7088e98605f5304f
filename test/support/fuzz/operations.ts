import {
  type GraphQLField,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isLeafType,
  isNonNullType,
  isObjectType,
} from 'graphql'
import { type RootField, rootFields } from '../operations.ts'
import { type Random, type Seen, writeValue } from './values.ts'

/** Levels of fields below a root field. */
const LEVELS = 4

/** An operation as the text of its request, so that a found fault can be sent again. */
export interface FuzzOperation {
  kind: RootField['kind']
  /** JSON text of the request. */
  body: string
}

/** Creates random operations from the schema itself: root fields, arguments, selections, variables and literals. */
export function createOperations(schema: GraphQLSchema, random: Random, seen: Seen): () => FuzzOperation {
  const roots = rootFields(schema)
  const of = (kind: RootField['kind']) => roots.filter((root) => root.kind === kind)
  const byKind = { query: of('query'), mutation: of('mutation'), subscription: of('subscription') }

  return () => {
    const kind = random.chance(0.05) ? 'subscription' : random.chance(0.5) ? 'query' : 'mutation'
    const variables: { declared: string; member: string }[] = []
    const count = kind !== 'subscription' && random.chance(0.15) ? 2 : 1
    const fields = Array.from({ length: count }, (_, n) => {
      const { field } = random.pick(byKind[kind])
      return `f${n}: ${field.name}${argumentsOf(field, variables)} ${selectionOf(field.type, LEVELS, variables)}`
    })
    const declared = variables.map((variable) => variable.declared).join(', ')
    const query = `${kind} ${declared && `(${declared})`} { ${fields.join(' ')} }`
    const members = variables.map((variable) => variable.member).join(',')
    return { kind, body: `{"query":${JSON.stringify(query)},"variables":{${members}}}` }
  }

  function argumentsOf(
    field: GraphQLField<unknown, unknown>,
    variables: { declared: string; member: string }[],
  ): string {
    const passed: string[] = []
    for (const { name, type } of field.args) {
      if (isNonNullType(type) ? random.chance(0.01) : random.chance(0.5)) continue
      const value = writeValue(type, name, random, seen)
      if (random.chance(0.2)) passed.push(`${name}: ${toLiteral(value)}`)
      else {
        const variable = `v${variables.length}`
        variables.push({ declared: `$${variable}: ${type}`, member: `"${variable}":${value}` })
        passed.push(`${name}: $${variable}`)
      }
    }
    return passed.length === 0 ? '' : `(${passed.join(', ')})`
  }

  function selectionOf(
    type: GraphQLOutputType,
    levels: number,
    variables: { declared: string; member: string }[],
  ): string {
    const named = getNamedType(type)
    if (isLeafType(named)) return ''
    if (isAbstractType(named)) {
      const members = schema.getPossibleTypes(named).filter(() => random.chance(0.7))
      const fragments = members.map((member) => `... on ${member.name} ${selectionOf(member, levels, variables)}`)
      return `{ __typename ${fragments.join(' ')} }`
    }
    if (!isObjectType(named)) return ''
    const fields = Object.values(named.getFields()).flatMap((field) => {
      const isLeaf = isLeafType(getNamedType(field.type))
      if (!random.chance(isLeaf ? 0.5 : 0.4) || (levels === 1 && !isLeaf)) return []
      const alias = field.name === 'id' ? '' : `${named.name}_${field.name}: `
      return [`${alias}${field.name}${argumentsOf(field, variables)} ${selectionOf(field.type, levels - 1, variables)}`]
    })
    return `{ __typename ${fields.join(' ')} }`
  }
}

/** A JSON text as a literal of GraphQL: names without quotes, and enum values as they come. */
const toLiteral = (json: string): string =>
  json.replace(/"((?:[^"\\]|\\.)*)"(\s*:)?/g, (text, inner: string, colon?: string) => {
    if (colon !== undefined) return /^[A-Za-z_]\w*$/.test(inner) ? `${inner}:` : `bad:`
    return /^[A-Z][A-Z_]+$/.test(inner) ? inner : text
  })
