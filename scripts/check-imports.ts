// npm run check: imports run in one direction. docs/architecture.md lists the layers.
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'

const root = path.join(import.meta.dirname, '..')
/** The layers, lowest first: a file imports from its own layer and from lower ones. The first matching pattern decides. */
const LAYERS: [name: string, files: RegExp][] = [
  ['lib', /^src\/lib\//],
  ['database', /^src\/database\//],
  ['bus', /^src\/bus\//],
  ['domain', /^src\/domain\//],
  ['live', /^src\/live\//],
  ['services', /^src\/(people-)?services\.ts$/],
  ['worker', /^worker\//],
  ['schema', /^schema\//],
  ['server', /^src\/server\//],
  ['compose', /^src\/(compose|config)\.ts$/],
  ['main', /^src\/main\.ts$/],
]
/** The layers of the dashboard, in the same way. */
const DASHBOARD_LAYERS: typeof LAYERS = [
  ['operations', /^dashboard\/src\/graph\/operations\.ts$/],
  ['texts', /^dashboard\/src\/texts/],
  ['graph', /^dashboard\/src\/(graph\/|signature\.ts|mode\.ts)/],
  ['ui', /^dashboard\/src\/ui\//],
  ['pages', /^dashboard\/src\/pages\//],
  ['frame', /^dashboard\/src\/[\w-]+\.tsx$/],
]
/** Programs of their own: their files import each other and packages, and no other file imports them. */
const PROGRAMS: [folder: string, layers: typeof LAYERS][] = [
  ['listen/', [['listen', /^listen\//]]],
  ['dashboard/', DASHBOARD_LAYERS],
]
const programOf = (file: string) => PROGRAMS.find(([folder]) => file.startsWith(folder))
const layerOf = (file: string) => (programOf(file)?.[1] ?? LAYERS).findIndex(([, pattern]) => pattern.test(file))

/** Packages of the GraphQL and HTTP faces. The layers below `schema` import none of them. */
const FACE_PACKAGES = /^(graphql|@graphql.*|graphql-.*|@pothos\/.*|ws|node:http|node:http2)$/
const FIRST_FACE = LAYERS.findIndex(([name]) => name === 'schema')
/** One names the status texts of HTTP (RFC 9110), the other sends where undici refuses interim responses. */
const HTTP_CLIENTS = ['src/domain/deliveries/status-failure.ts', 'worker/fallback-sender.ts']

/** Lists imports against the direction, import circles, and files outside every layer. */
export function findWrongImports(): string[] {
  const files = globSync(['{src,worker,schema,listen}/**/*.ts', 'dashboard/src/**/*.{ts,tsx}'], { cwd: root })
    .map((file) => file.split(path.sep).join('/'))
    .filter((file) => !file.includes('/generated/'))
  const imports = new Map(files.map((file) => [file, importsOf(file)]))
  const wrong: string[] = []
  for (const [file, specifiers] of imports) {
    const program = programOf(file)
    const layer = layerOf(file)
    if (layer < 0) wrong.push(`${file} stands in no layer`)
    for (const specifier of specifiers) {
      if (program === undefined && layer < FIRST_FACE && FACE_PACKAGES.test(specifier) && !HTTP_CLIENTS.includes(file))
        wrong.push(`${file} imports ${specifier}, which only schema/ and src/server/ may`)
      if (!files.includes(specifier)) continue
      if (programOf(specifier) !== program || layerOf(specifier) > layer) wrong.push(`${file} -> ${specifier}`)
    }
  }
  return [...wrong, ...findCircles(imports)]
}

function importsOf(file: string): string[] {
  const text = readFileSync(path.join(root, file), 'utf8')
  const found = [...text.matchAll(/(?:^|\n)(?:import|export)\s[^'"]*?from\s+'([^']+)'|(?:^|\n)import\s+'([^']+)'/g)]
  return found.map(([, from, bare]) => {
    const specifier = from ?? bare!
    return specifier.startsWith('.') ? path.posix.join(path.posix.dirname(file), specifier) : specifier
  })
}

function findCircles(imports: Map<string, string[]>): string[] {
  const circles: string[] = []
  const done = new Set<string>()
  const visit = (file: string, trail: string[]) => {
    if (trail.includes(file)) circles.push(`circle: ${[...trail.slice(trail.indexOf(file)), file].join(' -> ')}`)
    if (done.has(file) || trail.includes(file)) return
    for (const next of imports.get(file) ?? []) if (imports.has(next)) visit(next, [...trail, file])
    done.add(file)
  }
  for (const file of imports.keys()) visit(file, [])
  return circles
}

if (import.meta.main) {
  const wrong = findWrongImports()
  for (const line of wrong) console.error(line)
  console.log(
    wrong.length === 0 ? 'Imports run in one direction.' : `${wrong.length} imports run in a wrong direction.`,
  )
  process.exitCode = wrong.length === 0 ? 0 : 1
}
