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
import { INTROSPECTION_CHARACTERS, measureIntrospection } from '../../../src/server/introspection-limit.ts'
import { parseWithinLimits } from '../../../src/server/query-limits.ts'

const STANDARD = getIntrospectionQuery({
  ...{ descriptions: true, specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true },
  inputValueDeprecation: true,
  oneOf: true,
})

function measure(query: string): number {
  const { definitions } = parse(query)
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const definition of definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)
  const operation = definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION) as OperationDefinitionNode
  return measureIntrospection(schema, operation, fragments)
}

const aliases = (count: number, field: string) => Array.from({ length: count }, (_, n) => `a${n}: ${field}`).join(' ')

const sizeOf = (value: unknown): number =>
  Array.isArray(value)
    ? value.reduce((sum, entry) => sum + sizeOf(entry), 0)
    : typeof value === 'object' && value !== null
      ? Object.entries(value).reduce((sum, [key, entry]) => sum + key.length + 20 + sizeOf(entry), 0)
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
  ])('measures the response keys of the answer for %s', (_name, query) => {
    const { data, errors } = executeSync({ schema, document: parse(query) })
    expect(errors).toBeUndefined()
    expect(measure(query)).toBe(sizeOf(data))
  })

  test('leaves room for the standard query of GraphQL tools', () => {
    expect(2 * measure(STANDARD)).toBeLessThan(INTROSPECTION_CHARACTERS)
    expect(() => parseWithinLimits(STANDARD)).not.toThrow()
  })

  test.each([
    [
      'aliases of the whole schema',
      `{ ${Array.from({ length: 20 }, (_, n) => `a${n}: __schema { types { name fields { name description type { name } } } }`).join(' ')} }`,
    ],
    ['aliases of a description', `{ __schema { types { fields { ${aliases(400, 'description')} } } } }`],
    ['long aliases', `{ __schema { types { ${'a'.repeat(10_000)}: name } } }`],
    [
      'aliases of the fields of every type',
      `{ __schema { types { ${aliases(20, 'fields { name type { name ofType { name } } }')} } } }`,
    ],
  ])('refuses a document with %s before validation', (_name, query) => {
    expect(() => parseWithinLimits(query)).toThrow('characters of introspection')
  })

  test('leaves a fragment that spreads itself to validation', () => {
    const query = '{ __schema { types { ...A } } } fragment A on __Type { ...A fields { type { ...A } } }'
    expect(() => parseWithinLimits(query)).not.toThrow()
  })
})
