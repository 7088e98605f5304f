import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type ParseOptions,
  parse,
  type SelectionSetNode,
  type Source,
} from 'graphql'
import type { Plugin, YogaServerOptions } from 'graphql-yoga'
import { LRUCache } from 'lru-cache'
import { schema } from '../../schema/schema.ts'
import { INTROSPECTION_CHARACTERS, measureIntrospection } from './introspection-limit.ts'
import { createListLengths, isEntries } from './list-lengths.ts'

/** Maximum characters of a document; variables may be longer. */
export const DOCUMENT_CHARACTERS = 100_000
export const TOKENS = 5_000
/** Maximum lines of a document: the place of each error is found by reading all lines before it. */
export const LINES = 5_000
/** Maximum root fields of an operation, aliases included: each may read a page of 100. */
export const ROOT_FIELDS = 20
/** Maximum fields and spreads of an operation with every fragment expanded, aliases included. */
export const FIELDS = 1_000
export const DEPTH = 20
/** Maximum nesting of brackets, in selections, values and types: parsing and validation recurse. */
export const BRACKETS = 200
/** Maximum objects in the answer of an operation: nested pages multiply. */
export const OBJECTS = 50_000
/** Maximum pages of an operation, counted for each object that has one: a page below the root is a read of its own. */
export const PAGES = 1_000
/** Name of the field that counts the entries of all pages. */
const TOTAL = 'total'
/** Maximum characters of cached documents, valid and refused ones. */
const REMEMBERED_CHARACTERS = 2_000_000

interface Size {
  /** True when the selection includes the entries of a page, through fragments too. */
  entries: boolean
  roots: number
  fields: number
  objects: number
  pages: number
  /** Selected totals of the page, each a read of its own like a page. */
  totals: number
  depth: number
}

/** Size of an operation, introspection included, and the characters of the introspection. */
type Measured = Size & { introspected: number }

const NOTHING: Size = { entries: false, roots: 0, fields: 0, objects: 0, pages: 0, totals: 0, depth: 0 }

const lengths = createListLengths(schema)
/** Size of each parsed operation at most. */
const sizes = new WeakMap<OperationDefinitionNode, Measured>()
/** Cost points of each root field of a mutation. */
const POINTS_PER_MUTATION = 10
/** Cost points of each page below the root, and of each total, besides those of their objects. */
const POINTS_PER_PAGE = 5

/** Cost points of an operation. */
export interface Cost {
  /** Cost of the root fields: one point each, ten for mutations. */
  base: number
  /** The base, one point for each object in the answer at most, and five for each page below the root and each total. */
  requested: number
  /** Characters of introspection in the answer at most. */
  introspected: number
}

export function costOf(operation: OperationDefinitionNode): Cost {
  const { roots, objects, pages, introspected } = sizes.get(operation) ?? { ...NOTHING, introspected: 0 }
  const base = roots * (operation.operation === OperationTypeNode.MUTATION ? POINTS_PER_MUTATION : 1)
  return { base, requested: base + objects + POINTS_PER_PAGE * Math.max(0, pages - roots), introspected }
}

/**
 * Refuses documents by their text, before validation and authentication. The size is an upper bound, and each fragment
 * is counted once, so counting itself stays cheap.
 */
export function boundQueries(rules: DocumentRules): Plugin {
  return {
    onParse: ({ setParseFn }) => setParseFn((source, options) => parseWithinLimits(source, { ...options, ...rules })),
  }
}

export interface DocumentRules {
  /** False refuses documents with `__schema` or `__type`. Default true. */
  introspection?: boolean
}

/** Bounds Yoga's document caches by characters, because a parsed document takes many times the memory of its text. */
export const boundedCaches = (): YogaServerOptions<never, never>['parserAndValidationCache'] => {
  const remembered = <T extends object>() =>
    new LRUCache<string, T>({ maxSize: REMEMBERED_CHARACTERS, sizeCalculation: (_, text) => text.length + 1 })
  return { documentCache: remembered<DocumentNode>(), errorCache: remembered<object>() }
}

export function parseWithinLimits(
  source: string | Source,
  { introspection = true, ...options }: ParseOptions & DocumentRules = {},
): DocumentNode {
  const text = typeof source === 'string' ? source : source.body
  if (text.length > DOCUMENT_CHARACTERS) throw refusal('characters', text.length, DOCUMENT_CHARACTERS)
  const lines = text.split(/\r\n|\n|\r/, LINES + 1).length
  if (lines > LINES) throw refusal('lines', Number.POSITIVE_INFINITY, LINES)
  const nesting = nestingOf(text)
  if (nesting > BRACKETS) throw refusal('brackets within each other', nesting, BRACKETS)
  const document = parse(source, { ...options, maxTokens: TOKENS })
  const fragments = fragmentsOf(document)
  const sizeOf = createSizeOf(fragments)
  // All operations of a document share it, because measuring takes time for each.
  let charactersLeft = INTROSPECTION_CHARACTERS
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue
    const size = sizeOf(definition.selectionSet)
    const { roots, fields, objects, pages, depth } = size
    if (roots > ROOT_FIELDS) throw refusal('fields at its root', roots, ROOT_FIELDS)
    if (fields > FIELDS) throw refusal('fields and spreads, fragments written out', fields, FIELDS)
    if (depth > DEPTH) throw refusal('levels', depth, DEPTH)
    if (objects > OBJECTS) throw refusal('objects to answer with', objects, OBJECTS)
    if (pages > PAGES) throw refusal('pages, nested ones counted for each object', pages, PAGES)
    const introspected = measureIntrospection(schema, definition, fragments, charactersLeft)
    charactersLeft -= introspected.characters
    if (!introspection && introspected.objects > 0) throw introspectionIsOff()
    if (charactersLeft < 0)
      throw refusal('characters of introspection', Number.POSITIVE_INFINITY, INTROSPECTION_CHARACTERS)
    sizes.set(definition, { ...size, objects: objects + introspected.objects, introspected: introspected.characters })
  }
  return document
}

/** Greatest nesting of brackets outside strings and comments. */
function nestingOf(text: string): number {
  let [levels, deepest] = [0, 0]
  for (const [token] of text.matchAll(
    /[{}[\]()]|"{3}(?:\\"{3}|[\s\S])*?(?:"{3}|$)|"(?:\\.|[^"\\\n\r])*"?|#[^\n\r]*/g,
  )) {
    if ('{[('.includes(token)) deepest = Math.max(deepest, ++levels)
    else if ('}])'.includes(token)) levels--
  }
  return deepest
}

function refusal(of: string, has: number, limit: number): GraphQLError {
  const count = has < 1e6 ? String(has) : has === Number.POSITIVE_INFINITY ? 'more' : 'millions of'
  return new GraphQLError(`An operation has at most ${limit} ${of}; this one has ${count}. Request less at once.`, {
    extensions: { code: 'QUERY_TOO_LARGE' },
  })
}

function introspectionIsOff(): GraphQLError {
  return new GraphQLError(
    'Introspection is turned off. Use the schema file of this release (schema/schema.graphql), or have the operator set INTROSPECTION=on.',
    { extensions: { code: 'INTROSPECTION_OFF' } },
  )
}

function fragmentsOf(document: DocumentNode): Map<string, FragmentDefinitionNode> {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)
  return fragments
}

function createSizeOf(fragments: Map<string, FragmentDefinitionNode>): (set: SelectionSetNode | undefined) => Size {
  const known = new Map<string, Size>()

  function ofFragment(name: string): Size {
    const counted = known.get(name)
    if (counted !== undefined) return counted
    // Validation refuses fragment cycles; here the recursion only has to end.
    known.set(name, NOTHING)
    const within = sizeOf(fragments.get(name)?.selectionSet)
    // Spreads count themselves, because fragments without a field double too.
    const size = { ...within, fields: within.fields + 1 }
    known.set(name, size)
    return size
  }

  function ofField(field: FieldNode): Size {
    const entries = isEntries(field.name.value)
    if (field.selectionSet === undefined) return { ...NOTHING, entries, roots: 1, fields: 1, depth: 1 }
    const within = sizeOf(field.selectionSet)
    const count = lengths.of(field, within.entries)
    const objects = count * (1 + within.objects)
    const own = lengths.isRead(field.name.value) ? 1 + within.totals : 0
    const totals = field.name.value === TOTAL ? 1 : 0
    const pages = own + count * within.pages
    return { entries, roots: 1, fields: 1 + within.fields, objects, pages, totals, depth: 1 + within.depth }
  }

  function sizeOf(set: SelectionSetNode | undefined): Size {
    let sum = NOTHING
    for (const selection of set?.selections ?? []) {
      const size =
        selection.kind === Kind.FIELD
          ? ofField(selection)
          : selection.kind === Kind.INLINE_FRAGMENT
            ? sizeOf(selection.selectionSet)
            : ofFragment(selection.name.value)
      sum = {
        entries: sum.entries || size.entries,
        roots: sum.roots + size.roots,
        fields: sum.fields + size.fields,
        objects: sum.objects + size.objects,
        pages: sum.pages + size.pages,
        totals: sum.totals + size.totals,
        depth: Math.max(sum.depth, size.depth),
      }
    }
    return sum
  }
  return sizeOf
}
