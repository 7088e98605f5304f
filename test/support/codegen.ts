import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { preset } from '@graphql-codegen/client-preset'
import { codegen } from '@graphql-codegen/core'
import { buildSchema, parse } from 'graphql'

const TSC = path.resolve('node_modules/.bin/tsc')
const OPTIONS = '--noEmit --strict --skipLibCheck --target esnext --module esnext --moduleResolution bundler'.split(' ')

/**
 * Generates typed documents with the client preset of GraphQL Code Generator in a folder of its own, and writes a program
 * that imports them from `./graphql`.
 */
export async function generateClient(documents: string[], program: string) {
  const folder = await mkdtemp(path.join(tmpdir(), 'signalbox-codegen-'))
  const sdl = await readFile('schema/schema.graphql', 'utf8')
  const files = await preset.buildGeneratesSection({
    ...{ baseOutputDir: `${folder}/`, schema: parse(sdl), schemaAst: buildSchema(sdl) },
    documents: documents.map((rawSDL) => ({ rawSDL, document: parse(rawSDL), location: 'client.ts' })),
    config: {
      useTypeImports: true,
      enumsAsTypes: true,
      scalars: { DateTime: 'string', URL: 'string', Count: 'number' },
    },
    presetConfig: { fragmentMasking: false, persistedDocuments: { hashAlgorithm: 'sha256' } },
    ...{ plugins: [], pluginMap: {}, pluginContext: {}, documentTransforms: [] },
  })
  for (const file of files) await writeFile(file.filename, await codegen(file))
  const client = path.join(folder, 'client.ts')
  await writeFile(client, program)
  // The generated files import types of packages.
  await symlink(path.resolve('node_modules'), path.join(folder, 'node_modules'))

  return {
    client,
    /** Texts that the preset made, by document id. */
    persisted: JSON.parse(await readFile(path.join(folder, 'persisted-documents.json'), 'utf8')) as Record<
      string,
      string
    >,
    /** @returns the messages of the TypeScript compiler; empty without a fault */
    typecheck(): Promise<string> {
      const compiling = promisify(execFile)(TSC, [...OPTIONS, 'client.ts'], { cwd: folder })
      return compiling.then(
        ({ stdout }) => stdout,
        ({ stdout }) => stdout,
      )
    },
    remove: () => rm(folder, { recursive: true }),
  }
}
