import {
  executeSync,
  type FragmentDefinitionNode,
  getIntrospectionQuery,
  Kind,
  type OperationDefinitionNode,
  parse,
} from 'graphql'
import { describe, expect, test } from 'vitest'
import { schema } from '../../../schema/schema.ts'
import { countIntrospection, INTROSPECTION_FIELDS } from '../../../src/server/introspection-limit.ts'
import { parseWithinLimits } from '../../../src/server/query-limits.ts'

const STANDARD = getIntrospectionQuery({
  ...{ descriptions: true, specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true },
  inputValueDeprecation: true,
  oneOf: true,
})

function count(query: string): number {
  const { definitions } = parse(query)
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const definition of definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)
  const operation = definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION) as OperationDefinitionNode
  return countIntrospection(schema, operation, fragments)
}

const aliases = (count: number, field: string) => Array.from({ length: count }, (_, n) => `a${n}: ${field}`).join(' ')

const fieldsOf = (value: unknown): number =>
  Array.isArray(value)
    ? value.reduce((sum, entry) => sum + fieldsOf(entry), 0)
    : typeof value === 'object' && value !== null
      ? Object.values(value).reduce<number>((sum, entry) => sum + 1 + fieldsOf(entry), 0)
      : 0

describe('introspection limit', () => {
  test.each([
    ['the standard query', STANDARD],
    [
      'types with their interfaces and possible types',
      '{ __schema { types { interfaces { name } possibleTypes { name } } } }',
    ],
    ['directives with their arguments', '{ __schema { directives { args { name type { ofType { name } } } } } }'],
    ['aliases', '{ a: __schema { types { b: name c: name } } d: __schema { queryType { name } } }'],
  ])('counts the fields of the answer for %s', (_name, query) => {
    const { data, errors } = executeSync({ schema, document: parse(query) })
    expect(errors).toBeUndefined()
    expect(count(query)).toBe(fieldsOf(data))
  })

  test('leaves room for the standard query of GraphQL tools', () => {
    expect(2 * count(STANDARD)).toBeLessThan(INTROSPECTION_FIELDS)
    expect(() => parseWithinLimits(STANDARD)).not.toThrow()
  })

  test.each([
    [
      'aliases of the whole schema',
      `{ ${Array.from({ length: 20 }, (_, n) => `a${n}: __schema { types { name fields { name description type { name } } } }`).join(' ')} }`,
    ],
    ['aliases of a description', `{ __schema { types { fields { ${aliases(400, 'description')} } } } }`],
    [
      'aliases of the fields of every type',
      `{ __schema { types { ${aliases(20, 'fields { name type { name ofType { name } } }')} } } }`,
    ],
  ])('refuses a document with %s before validation', (_name, query) => {
    expect(() => parseWithinLimits(query)).toThrow('fields of introspection')
  })

  test('leaves a fragment that spreads itself to validation', () => {
    const query = '{ __schema { types { ...A } } } fragment A on __Type { ...A fields { type { ...A } } }'
    expect(() => parseWithinLimits(query)).not.toThrow()
  })
})
