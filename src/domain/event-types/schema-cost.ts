import { RE2JS } from 're2js'

/** Keywords, pattern instructions and choices that a schema may come to with every reference written out. */
const MOST = 5_000
/** `uniqueItems` compares each with each. */
const UNIQUE_ITEMS_MOST = 1_000
/** References that are resolved while checking, where no bound can be seen beforehand. */
const DYNAMIC = ['$async', '$dynamicRef', '$dynamicAnchor', '$recursiveRef', '$recursiveAnchor']
/** What a check may cost: the schema's cost times the bytes of the payload. About a second at most. */
export const CHECK_BUDGET = 100_000_000

/**
 * What checking one value against a schema may cost. A tenant writes schemas, and checks run between everybody's
 * requests, so what could take exponential or quadratic time is refused where it is registered.
 *
 * @throws Error with what is too much
 */
export function schemaCost(schema: unknown): number {
  const known = new Map<unknown, number>()
  const open = new Set<unknown>()

  function cost(node: unknown): number {
    if (node === null || typeof node !== 'object') return 1
    const seen = known.get(node)
    if (seen !== undefined) return seen
    if (open.has(node)) throw new Error('references that lead back to themselves are not supported')
    open.add(node)
    let sum = 1
    for (const [keyword, value] of Object.entries(node)) {
      if (DYNAMIC.includes(keyword)) throw new Error(`${keyword} is not supported`)
      // A property may be named as a keyword is: then its value is a schema.
      sum += keyword === '$ref' && typeof value === 'string' ? cost(resolve(value)) : cost(value)
      if (keyword === '$id' && typeof value === 'string' && node !== schema)
        throw new Error('$id is supported at the root only: references count from there')
      if (keyword === 'pattern') sum += patternCost(value)
      if (keyword === 'patternProperties') for (const pattern of Object.keys(value ?? {})) sum += patternCost(pattern)
      if (keyword === 'uniqueItems' && value === true && !(maxItemsOf(node) <= UNIQUE_ITEMS_MOST))
        throw new Error(`uniqueItems needs maxItems of at most ${UNIQUE_ITEMS_MOST} beside it`)
      if (sum > MOST) throw new Error('it is too large: with every reference written out it has too many parts')
    }
    open.delete(node)
    known.set(node, sum)
    return sum
  }

  function resolve(reference: string): unknown {
    if (reference === '#') return schema
    // Elsewhere than here, "#/" and a second "#" are read in other ways, which would lead past this bound.
    if (!/^#\/[^#]+$/.test(reference))
      throw new Error('a $ref must begin with #/ and lead on from there, with no other #, or be "#"')
    let at: unknown = schema
    for (const step of reference.slice(2).split('/')) {
      const name = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~')
      at =
        typeof at === 'object' && at !== null && Object.hasOwn(at, name)
          ? (at as Record<string, unknown>)[name]
          : undefined
    }
    if (at === undefined) throw new Error(`the $ref ${reference.slice(0, 100)} leads nowhere`)
    return at
  }

  return cost(schema)
}

function maxItemsOf(node: object): number {
  return 'maxItems' in node && typeof node.maxItems === 'number' ? node.maxItems : Number.POSITIVE_INFINITY
}

/** Instructions of the compiled pattern: each may be tried at each character. */
function patternCost(pattern: unknown): number {
  return typeof pattern === 'string' ? RE2JS.compile(RE2JS.translateRegExp(pattern)).programSize() : 0
}
