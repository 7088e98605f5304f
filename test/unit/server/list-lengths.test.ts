import {
  buildSchema,
  type FieldNode,
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  type OperationDefinitionNode,
  parse,
} from 'graphql'
import { describe, expect, test } from 'vitest'
import { schema } from '../../../schema/schema.ts'
import { createListLengths, isEntries, LISTS, UNKNOWN_LIST } from '../../../src/server/list-lengths.ts'

const fieldOf = (text: string) =>
  (parse(`{ ${text} }`).definitions[0] as OperationDefinitionNode).selectionSet.selections[0] as FieldNode

/** The names of all fields of the schema that answer with a list of objects. */
const lists = Object.values(schema.getTypeMap())
  .filter((type) => (isObjectType(type) || isInterfaceType(type)) && !type.name.startsWith('__'))
  .flatMap((type) => (isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : []))
  .filter(({ type }) => isListType(getNullableType(type)) && isCompositeType(getNamedType(type)))
  .map(({ name }) => name)

const EXTENDED = buildSchema(`
  type Query { things: [Thing!]! nodes: [Thing] pages(first: Int): ThingConnection }
  type Thing { id: ID! events: [Thing!] }
  type ThingConnection { nodes: [Thing] pageInfo: PageInfo }
  type PageInfo { hasNextPage: Boolean }
`)

describe('list length', () => {
  test('every list of the schema is the entries of a page, or has a length', () => {
    const counted = new Set(lists.filter((name) => !isEntries(name)))
    expect([...counted].sort()).toEqual(Object.keys(LISTS).sort())
    const lengths = createListLengths(schema)
    for (const name of counted) expect(lengths.of(fieldOf(name), false)).toBe(LISTS[name])
    for (const name of ['nodes', 'edges']) expect(lengths.of(fieldOf(name), false)).toBe(1)
  })

  test('a list without pagination and without a length is dear, also under the name of entries', () => {
    const lengths = createListLengths(EXTENDED)
    expect(lengths.of(fieldOf('things'), false)).toBe(UNKNOWN_LIST)
    expect(lengths.of(fieldOf('nodes'), false)).toBe(UNKNOWN_LIST)
    expect(lengths.of(fieldOf('events'), false)).toBe(LISTS.events)
  })

  test.each([
    ['nodes(ids: ["a", "b", "a"])', 3],
    ['nodes(ids: "a")', 1],
    ['nodes(ids: $ids)', 100],
  ])('%s answers with at most %i objects', (text, objects) => {
    expect(createListLengths(schema).of(fieldOf(text), false)).toBe(objects)
  })

  test.each([
    ['pages(first: 7)', 7],
    ['pages(first: $n)', 100],
    ['pages(first: 3, last: 9)', 9],
    ['pages', 20],
  ])('a page %s has %i entries', (text, entries) => {
    const lengths = createListLengths(EXTENDED)
    expect(lengths.isRead('pages')).toBe(true)
    expect(lengths.of(fieldOf(text), true)).toBe(entries)
  })
})
