import { RE2JS } from 're2js'

/** Maximum keywords, pattern instructions and choices of a schema with every reference expanded. */
const MOST = 5_000
/** Maximum parts that are objects or lists within one object or list. Compiling takes quadratic time in them. */
const LEVEL_MOST = 250
/** `uniqueItems` compares each item with each other item. */
const UNIQUE_ITEMS_MOST = 1_000
/** References that resolve during a check, where no bound can be computed in advance. */
const DYNAMIC = ['$async', '$dynamicRef', '$dynamicAnchor', '$recursiveRef', '$recursiveAnchor']
/** Maximum product of schema cost and payload bytes. A larger payload is refused without a check. */
export const CHECK_BUDGET = 100_000_000

/** Products of cost and bytes that take a few milliseconds at most, without and with patterns and formats. */
const QUICK = { plain: 2_000_000, matching: 200_000 }
/** Maximum bytes of a quick check with patterns and formats: some formats take quadratic time. */
const QUICK_BYTES = 10_000

/** Tells by the bytes of a payload whether its check is quick, so that no deadline is needed. */
export function isQuickCheck(schema: unknown, cost: number): (bytes: number) => boolean {
  const matches = /"(pattern|patternProperties|format)":/.test(JSON.stringify(schema))
  if (!matches) return (bytes) => cost * bytes <= QUICK.plain
  return (bytes) => bytes <= QUICK_BYTES && cost * bytes <= QUICK.matching
}

/**
 * Computes the cost of checking one value. Tenants write schemas and checks run on the event loop, so a schema that
 * could take exponential or quadratic time is refused at registration.
 *
 * @throws Error naming the excess
 */
export function schemaCost(schema: unknown): number {
  const known = new Map<unknown, number>()
  const open = new Set<unknown>()

  function cost(node: unknown): number {
    if (node === null || typeof node !== 'object') return 1
    const seen = known.get(node)
    if (seen !== undefined) return seen
    if (open.has(node)) throw new Error('recursive references are not supported')
    open.add(node)
    if (Object.values(node).filter((value) => typeof value === 'object').length > LEVEL_MOST)
      throw new Error(`an object or list of the schema has more than ${LEVEL_MOST} parts. Divide it`)
    let sum = 1
    for (const [keyword, value] of Object.entries(node)) {
      if (DYNAMIC.includes(keyword)) throw new Error(`${keyword} is not supported`)
      // A property may have the name of a keyword; its value is a schema then.
      sum += keyword === '$ref' && typeof value === 'string' ? cost(resolve(value)) : cost(value)
      if (keyword === '$id' && typeof value === 'string' && node !== schema)
        throw new Error('$id is supported at the root only, because references are resolved from there')
      if (keyword === 'pattern') sum += patternCost(value)
      if (keyword === 'patternProperties') for (const pattern of Object.keys(value ?? {})) sum += patternCost(pattern)
      // Compiled into one comparison for each pair of names.
      const lists: unknown[] = keyword === 'dependentRequired' ? Object.values(value ?? {}) : []
      if (lists.some((names) => Array.isArray(names) && names.length > LEVEL_MOST))
        throw new Error(`a list of dependentRequired has more than ${LEVEL_MOST} names. Divide it`)
      if (keyword === 'uniqueItems' && value === true && !(maxItemsOf(node) <= UNIQUE_ITEMS_MOST))
        throw new Error(`uniqueItems needs maxItems of at most ${UNIQUE_ITEMS_MOST} in the same schema`)
      if (sum > MOST) throw new Error('the schema has too many parts with every reference expanded')
    }
    open.delete(node)
    known.set(node, sum)
    return sum
  }

  function resolve(reference: string): unknown {
    if (reference === '#') return schema
    // Other forms of "#/" and a second "#" are resolved differently elsewhere and would bypass the bound.
    if (!/^#\/[^#]+$/.test(reference)) throw new Error('a $ref must be "#", or begin with #/ and contain no other #')
    let at: unknown = schema
    for (const step of reference.slice(2).split('/')) {
      const name = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~')
      at =
        typeof at === 'object' && at !== null && Object.hasOwn(at, name)
          ? (at as Record<string, unknown>)[name]
          : undefined
    }
    if (at === undefined) throw new Error(`the $ref ${reference.slice(0, 100)} points at nothing`)
    return at
  }

  return cost(schema)
}

function maxItemsOf(node: object): number {
  return 'maxItems' in node && typeof node.maxItems === 'number' ? node.maxItems : Number.POSITIVE_INFINITY
}

/** Instructions of the compiled pattern: the matcher may try each one at every character. */
function patternCost(pattern: unknown): number {
  return typeof pattern === 'string' ? RE2JS.compile(RE2JS.translateRegExp(pattern)).programSize() : 0
}
