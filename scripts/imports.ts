// npm run check: imports run one way. See docs/architecture.md.
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'

const root = path.join(import.meta.dirname, '..')
/** A file may import from its own layer and from those above it in this list. The first pattern that matches decides. */
const LAYERS: [string, RegExp][] = [
  ['leaves', /^src\/(clock|config|errors|histogram|ids|keyring|log|networks|page|redis|say-why|v8|validate)\.ts$/],
  ['database', /^prisma\//],
  ['domain', /^src\/(access|embedded|events|keys|limits|live|operations|retention|usage|webhooks)\//],
  ['wiring of the domain', /^src\/domain\.ts$/],
  ['worker', /^worker\//],
  ['schema', /^schema\//],
  ['server', /^src\/server\//],
  ['wiring of the parts', /^src\/start\.ts$/],
  ['main', /^src\/main\.ts$/],
]
/** What only the faces may know. */
const FACES = /^(graphql|@graphql|graphql-.*|@pothos\/.*|ws|node:http|node:http2)$/
const layerOf = (file: string) => LAYERS.findIndex(([, pattern]) => pattern.test(file))

/** Every arrow that runs the wrong way, every circle, and every file that stands in no layer. */
export function wrongImports(): string[] {
  const files = globSync(['src/**/*.ts', 'worker/**/*.ts', 'schema/**/*.ts', 'prisma/*.ts'], { cwd: root })
  const imports = new Map(files.map((file) => [file, importsOf(file)]))
  const wrong: string[] = []
  for (const [file, specifiers] of imports) {
    const layer = layerOf(file)
    if (layer < 0) wrong.push(`${file} stands in no layer`)
    for (const specifier of specifiers) {
      const isFace = layer > layerOf('worker/')
      if (!isFace && FACES.test(specifier) && !file.endsWith('explain.ts')) wrong.push(`${file} knows ${specifier}`)
      if (specifier.includes('/generated/') || !files.includes(specifier)) continue
      if (layerOf(specifier) > layer) wrong.push(`${file} -> ${specifier}`)
    }
  }
  return [...wrong, ...circles(imports)]
}

function importsOf(file: string): string[] {
  const text = readFileSync(path.join(root, file), 'utf8')
  const found = [...text.matchAll(/(?:^|\n)(?:import|export)\s[^'"]*?from\s+'([^']+)'|(?:^|\n)import\s+'([^']+)'/g)]
  return found.map(([, from, bare]) => {
    const specifier = from ?? bare!
    return specifier.startsWith('.') ? path.join(path.dirname(file), specifier) : specifier
  })
}

function circles(imports: Map<string, string[]>): string[] {
  const found: string[] = []
  const done = new Set<string>()
  const visit = (file: string, way: string[]) => {
    if (way.includes(file)) found.push(`circle: ${[...way.slice(way.indexOf(file)), file].join(' -> ')}`)
    if (done.has(file) || way.includes(file)) return
    for (const next of imports.get(file) ?? []) if (imports.has(next)) visit(next, [...way, file])
    done.add(file)
  }
  for (const file of imports.keys()) visit(file, [])
  return found
}

if (import.meta.main) {
  const wrong = wrongImports()
  for (const line of wrong) console.error(line)
  console.log(wrong.length === 0 ? 'Imports run one way.' : `${wrong.length} imports run the wrong way.`)
  process.exitCode = wrong.length === 0 ? 0 : 1
}
