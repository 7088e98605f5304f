// npm run check: no file over 250 lines, and only the public interface of a package.
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'

const root = path.join(import.meta.dirname, '..')
const LINES = 250
/** Files above the limit, each with its lines. A number only falls, no file joins, and a shortened file leaves. */
const LONGER: Record<string, number> = {
  'test/faults/hostile-receivers.test.ts': 295,
  'test/integration/persisted-operations/persisted-operations.test.ts': 259,
  'test/integration/server/attacks.test.ts': 261,
  'test/integration/worker/delivery.test.ts': 294,
  'test/integration/worker/endpoint-health.test.ts': 260,
}
/** Imports past the public interface of a package, each with its reason. */
const DEEP_IMPORTS = [
  // The documented way to the draft 2020-12: https://ajv.js.org/json-schema.html
  /^ajv\/dist\/2020\.js$/,
  // An entry that the package documents: https://www.apollographql.com/docs/react/pagination/cursor-based
  /^@apollo\/client\/utilities$/,
]

/** True for an import of a folder inside a package, such as `pg/lib/client.js`. */
export function isDeepImport(specifier: string): boolean {
  if (specifier.startsWith('.') || specifier.startsWith('node:')) return false
  const [scope, name] = specifier.split('/')
  const inside = specifier.slice((scope!.startsWith('@') ? `${scope}/${name}` : scope!).length)
  return /\/(dist|lib|esm|cjs|src|build|execution|utilities|language|type)\b/.test(inside)
}

/** Faults of one file: its length, and its deep imports. */
export function findFaults(file: string, text: string): string[] {
  const faults: string[] = []
  const lines = linesIn(text)
  if (lines > (LONGER[file] ?? LINES))
    faults.push(`${file} has ${lines} lines; at most ${LONGER[file] ?? LINES} may stand in one file`)
  for (const [, imported, loaded] of text.matchAll(/\bfrom\s+'([^']+)'|\bimport\(\s*'([^']+)'/g)) {
    const specifier = imported ?? loaded ?? ''
    if (isDeepImport(specifier) && !DEEP_IMPORTS.some((allowed) => allowed.test(specifier)))
      faults.push(`${file} imports ${specifier}, which is not a public interface`)
  }
  return faults
}

/** Entries of `longer` that are not needed any more: their files are short enough, or gone. */
export function findStaleEntries(longer: Record<string, number>, linesOf: (file: string) => number): string[] {
  return Object.keys(longer)
    .filter((file) => linesOf(file) <= LINES)
    .map((file) => `${file} has at most ${LINES} lines now; remove its entry from scripts/check-size.ts`)
}

const linesIn = (text: string) => text.split('\n').length - 1

if (import.meta.main) {
  const files = globSync(
    ['src', 'worker', 'schema', 'scripts', 'test', 'bench', 'demo', 'examples', 'listen', 'dashboard/src'].map(
      (folder) => `${folder}/**/*.{ts,tsx}`,
    ),
    { cwd: root },
  )
  const texts = new Map(
    files
      .map((file) => file.split(path.sep).join('/'))
      .filter((file) => !file.includes('/generated/') && file !== 'dashboard/src/graph/operations.ts')
      .map((file) => [file, readFileSync(path.join(root, file), 'utf8')]),
  )
  const faults = [
    ...[...texts].flatMap(([file, text]) => findFaults(file, text)),
    ...findStaleEntries(LONGER, (file) => linesIn(texts.get(file) ?? '')),
  ]
  for (const fault of faults) console.error(fault)
  console.log(
    faults.length === 0 ? 'Files are short and import public interfaces.' : `${faults.length} faults in files.`,
  )
  process.exitCode = faults.length === 0 ? 0 : 1
}
