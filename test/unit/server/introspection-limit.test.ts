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

function measure(query: string) {
  const { definitions } = parse(query)
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const definition of definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)
  const operation = definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION) as OperationDefinitionNode
  return measureIntrospection(schema, operation, fragments, INTROSPECTION_CHARACTERS)
}

const aliases = (count: number, field: string) => Array.from({ length: count }, (_, n) => `a${n}: ${field}`).join(' ')

const sizeOf = (value: unknown): number =>
  Array.isArray(value)
    ? value.reduce((sum, entry) => sum + sizeOf(entry), 0)
    : typeof value === 'object' && value !== null
      ? Object.entries(value).reduce((sum, [key, entry]) => sum + key.length + 20 + sizeOf(entry), 0)
      : 0

const objectsIn = (value: unknown): number =>
  Array.isArray(value)
    ? value.reduce((sum, entry) => sum + objectsIn(entry), 0)
    : typeof value === 'object' && value !== null
      ? Object.values(value).reduce((sum, entry) => sum + objectsIn(entry), 1)
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
  ])('measures the response keys and the objects of the answer for %s', (_name, query) => {
    const { data, errors } = executeSync({ schema, document: parse(query) })
    expect(errors).toBeUndefined()
    const { characters, objects } = measure(query)
    // The answer itself is no object of the introspection.
    expect(objects).toBe(objectsIn(data) - 1)
    // Each visit of a fragment counts five characters more.
    expect(characters).toBeGreaterThanOrEqual(sizeOf(data))
    expect(characters).toBeLessThan(1.1 * sizeOf(data))
  })

  test('measures nothing in a document without introspection', () => {
    expect(measure('{ a: viewer { __typename } ...F } fragment F on Query { __typename }')).toEqual({
      characters: 0,
      objects: 0,
    })
  })

  test('leaves room for the standard query of GraphQL tools', () => {
    expect(2 * measure(STANDARD).characters).toBeLessThan(INTROSPECTION_CHARACTERS)
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

  test('refuses a document whose operations have too much introspection together', () => {
    const query = (name: string) => STANDARD.replace('IntrospectionQuery', name).split('fragment')[0]
    const fragments = STANDARD.slice(STANDARD.indexOf('fragment'))
    const document = (count: number) =>
      `${Array.from({ length: count }, (_, n) => query(`Q${n}`)).join(' ')} ${fragments}`
    expect(() => parseWithinLimits(document(2))).not.toThrow()
    expect(() => parseWithinLimits(document(3))).toThrow('characters of introspection')
  })

  test('ends within fragments that hold no field', () => {
    const query = `{ __schema { types { fields { type { ${'...A '.repeat(20)} } } } } }
      fragment A on __Type { ${'...B '.repeat(20)} } fragment B on __Type { ...B }`
    expect(() => parseWithinLimits(query)).toThrow('characters of introspection')
  })

  test('leaves a fragment that spreads itself to validation', () => {
    const query = '{ __schema { types { ...A } } } fragment A on __Type { ...A fields { type { ...A } } }'
    expect(() => parseWithinLimits(query)).not.toThrow()
  })
})
