import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import type { ConcreteRequest, ReaderFragment } from 'relay-runtime'

const COMPILER = path.resolve('node_modules/.bin/relay-compiler')
/** Relay wants the name of the module in front of every name. */
const MODULE = 'client'

/** Compiles tagged documents with the Relay compiler against the committed schema, in a folder of its own. */
export async function compileRelay(documents: string[]) {
  const folder = await mkdtemp(path.join(tmpdir(), 'signalbox-relay-'))
  await mkdir(path.join(folder, 'src'))
  await copyFile('schema/schema.graphql', path.join(folder, 'schema.graphql'))
  const source = documents.map((document) => `graphql\`${document}\``).join('\n')
  await writeFile(path.join(folder, `src/${MODULE}.js`), source)
  await writeFile(path.join(folder, 'persisted.json'), '{}')
  const config = {
    ...{ src: './src', schema: './schema.graphql', language: 'javascript' },
    // Node loads CommonJS modules that import each other without an ending.
    eagerEsModules: false,
    persistConfig: { file: './persisted.json', algorithm: 'SHA256' },
  }
  await writeFile(path.join(folder, 'relay.config.json'), JSON.stringify(config))
  await promisify(execFile)(COMPILER, ['relay.config.json'], { cwd: folder })
  const require = createRequire(path.join(folder, 'src/'))
  const persisted: Record<string, string> = JSON.parse(await readFile(path.join(folder, 'persisted.json'), 'utf8'))

  return {
    /** Texts that the compiler made, by their SHA-256. */
    persisted,
    request: (name: string): ConcreteRequest => require(`./__generated__/${name}.graphql.js`),
    fragment: (name: string): ReaderFragment => require(`./__generated__/${name}.graphql.js`),
    remove: () => rm(folder, { recursive: true }),
  }
}
