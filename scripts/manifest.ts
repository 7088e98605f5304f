// npm run manifest: makes persisted-operations/manifest.json of the .graphql files beside it, their types for the partner
// example and the dashboard, persisted-operations/possible-types.json of the schema, and the root fields by permission
// that the dashboard shows.
// npm run manifest -- --check: fails when a committed file is stale.
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { codegen } from '@graphql-codegen/core'
import * as operationTypes from '@graphql-codegen/typescript-operations'
import {
  isAbstractType,
  Kind,
  lexicographicSortSchema,
  type OperationDefinitionNode,
  parse,
  print,
  printSchema,
} from 'graphql'
import { schema } from '../schema/schema.ts'
import { documentIdOf } from '../src/domain/persisted-operations/manifest.ts'
import { createCheckDocument } from '../src/server/check-document.ts'
import { addTypenames } from './add-typenames.ts'

const root = path.join(import.meta.dirname, '..')
const MANIFEST = 'persisted-operations/manifest.json'
const POSSIBLE_TYPES = 'persisted-operations/possible-types.json'
const FIELDS_BY_PERMISSION = 'dashboard/src/graph/fields-by-permission.json'
/** Clients with typed operations: the file of each, and the folder of its operations. */
const CLIENTS = [
  { file: 'examples/partner/operations.ts', folder: 'persisted-operations', withBody: false },
  // A normalized cache needs the document to know the objects in an answer.
  { file: 'dashboard/src/graph/operations.ts', folder: 'persisted-operations/dashboard', withBody: true },
]

const check = createCheckDocument(schema)
const operations = globSync('persisted-operations/**/*.graphql', { cwd: root })
  .sort()
  .map((file) => {
    const document = addTypenames(parse(readFileSync(path.join(root, file), 'utf8')))
    // The text that clients with a normalized cache hash and send, so that their ids are those of the manifest.
    const body = print(document)
    const checked = check(body)
    if ('issues' in checked) throw new Error(`${file}: ${checked.issues.map(({ message }) => message).join('; ')}`)
    const [operation] = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION)
    const type = (operation as OperationDefinitionNode).operation
    return { file, document, id: documentIdOf(body), name: checked.name, type, body }
  })

const manifest = {
  format: 'apollo-persisted-query-manifest',
  version: 1,
  // Apollo's loader sends the id as `sha256Hash`, which has no prefix.
  operations: operations.map(({ id, name, type, body }) => ({ id: id.replace('sha256:', ''), name, type, body })),
}

/** Members of each interface and union, in the form of the option `possibleTypes` of Apollo's `InMemoryCache`. */
const possibleTypes = Object.fromEntries(
  Object.values(lexicographicSortSchema(schema).getTypeMap())
    .filter(isAbstractType)
    .map((type) => [
      type.name,
      schema
        .getPossibleTypes(type)
        .map(({ name }) => name)
        .sort(),
    ]),
)

/** Root fields that each permission opens to API keys, such as `keys:read`, in the order of the schema. */
function fieldsByPermission(): Record<string, string[]> {
  const opened: Record<string, string[]> = {}
  for (const type of [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()])
    for (const { name, extensions } of Object.values(type?.getFields() ?? {})) {
      const { pothosOptions } = extensions as { pothosOptions?: { authScopes?: Scopes } }
      const scopes = { ...pothosOptions?.authScopes, ...pothosOptions?.authScopes?.$all }
      if (scopes.can === undefined || scopes.person) continue
      opened[scopes.can] = [...(opened[scopes.can] ?? []), name]
    }
  return Object.fromEntries(Object.entries(opened).toSorted())
}

interface Scopes {
  can?: string
  person?: boolean
  $all?: Scopes
}

/** The types of a client's operations by the generator, and a constant for each operation. */
async function typesOf({ file, folder, withBody }: (typeof CLIENTS)[number]): Promise<string> {
  const own = operations.filter((operation) => path.dirname(operation.file) === folder)
  const generated = await codegen({
    schema: parse(printSchema(schema)),
    documents: own.map(({ document, file }) => ({ document, location: file })),
    filename: file,
    plugins: [{ operationTypes: {} }],
    pluginMap: { operationTypes },
    config: {
      enumsAsTypes: true,
      useTypeImports: true,
      scalars: { DateTime: 'string', JSON: 'unknown', URL: 'string', Count: 'number', Microseconds: 'number' },
      omitOperationSuffix: false,
    },
  })
  const constants = own.map(({ name, type, id, body }) => {
    const suffix = type.charAt(0).toUpperCase() + type.slice(1)
    const constant = name.charAt(0).toLowerCase() + name.slice(1)
    const text = withBody ? `  name: '${name}',\n  body: ${JSON.stringify(body)},\n` : ''
    return `export const ${constant}: Operation<${name}${suffix}, ${name}${suffix}Variables> = {\n  documentId: '${id}',\n${text}}`
  })
  const texts = withBody ? '  name: string\n  body: string\n' : ''
  return [
    `// Made by npm run manifest from ${folder}/*.graphql.`,
    generated.trim(),
    `/** An operation that Signalbox knows, with what it takes and what it answers. */\nexport interface Operation<Data, Variables> {\n  documentId: string\n${texts}  /** Only for the types. */\n  readonly _?: (variables: Variables) => Data\n}`,
    ...constants,
    '',
  ].join('\n\n')
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`
const files: Record<string, string> = {
  [MANIFEST]: json(manifest),
  [POSSIBLE_TYPES]: json(possibleTypes),
  [FIELDS_BY_PERMISSION]: json(fieldsByPermission()),
}
for (const client of CLIENTS) files[client.file] = await typesOf(client)
for (const [file, text] of Object.entries(files)) {
  const target = path.join(root, file)
  if (!process.argv.includes('--check')) writeFileSync(target, text)
  else if (readFileSync(target, 'utf8') !== text) {
    console.error(`${file} is stale. Run npm run manifest, and look at the difference.`)
    process.exitCode = 1
  }
}
if (process.exitCode === undefined)
  console.log(`${operations.length} persisted operations: ${Object.keys(files).join(', ')}.`)
