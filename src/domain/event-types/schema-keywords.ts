/** Keywords of draft 2020-12 and draft-07 with one schema as their value. */
const SCHEMA = [
  ...['additionalItems', 'additionalProperties', 'contains', 'contentSchema', 'else', 'if', 'items', 'not'],
  ...['propertyNames', 'then', 'unevaluatedItems', 'unevaluatedProperties'],
]
/** Keywords with a list of schemas. In draft-07, `items` may have one too. */
const SCHEMA_LIST = ['allOf', 'anyOf', 'items', 'oneOf', 'prefixItems']
/** Keywords with schemas by name. In draft-07, `dependencies` may have lists of names as well. */
const SCHEMA_MAP = ['$defs', 'definitions', 'dependencies', 'dependentSchemas', 'patternProperties', 'properties']
/** Keywords without schemas. `nullable` is of OpenAPI 3.0 and checked by Ajv. */
const OTHERS = [
  ...['$anchor', '$comment', '$id', '$ref', '$schema', '$vocabulary', 'const', 'contentEncoding', 'contentMediaType'],
  ...['default', 'dependentRequired', 'deprecated', 'description', 'enum', 'examples', 'exclusiveMaximum'],
  ...['exclusiveMinimum', 'format', 'maxContains', 'maxItems', 'maxLength', 'maxProperties', 'maximum', 'minContains'],
  ...['minItems', 'minLength', 'minProperties', 'minimum', 'multipleOf', 'nullable', 'pattern', 'readOnly', 'required'],
  ...['title', 'type', 'uniqueItems', 'writeOnly'],
]
const KNOWN = new Set([...SCHEMA, ...SCHEMA_LIST, ...SCHEMA_MAP, ...OTHERS])

/**
 * Describes the first unknown keyword of a schema, or returns undefined. A misspelled keyword checks nothing, and its
 * author would learn of that from wrong payloads only. Keywords that begin with `x-` are annotations.
 */
export function findUnknownKeyword(schema: unknown, path: readonly string[] = []): string | undefined {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return undefined
  for (const [keyword, value] of Object.entries(schema)) {
    const at = [...path, keyword]
    if (!KNOWN.has(keyword) && !keyword.startsWith('x-'))
      return `the keyword ${JSON.stringify(keyword.slice(0, 100))} at "${path.join('.').slice(0, 200)}" is unknown. Correct it, or begin its name with "x-"`
    const found = findWithin(keyword, value, at)
    if (found !== undefined) return found
  }
  return undefined
}

function findWithin(keyword: string, value: unknown, path: readonly string[]): string | undefined {
  if (SCHEMA_LIST.includes(keyword) && Array.isArray(value)) return findFirst(value.entries(), path)
  if (SCHEMA.includes(keyword)) return findUnknownKeyword(value, path)
  if (SCHEMA_MAP.includes(keyword) && typeof value === 'object' && value !== null)
    return findFirst(Object.entries(value), path)
  return undefined
}

function findFirst(schemas: Iterable<[string | number, unknown]>, path: readonly string[]): string | undefined {
  for (const [step, schema] of schemas) {
    const found = findUnknownKeyword(schema, [...path, String(step)])
    if (found !== undefined) return found
  }
  return undefined
}
