// npm run size: fails when a part of the dashboard has more bytes, compressed by gzip, than its budget.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'

/** Budgets in KB (1,000 bytes) after gzip. */
export const BUDGETS = { firstLoad: 120, shared: 75, page: 40 }
const KB = 1_000
const PAGES = 'src/pages/'

/** One entry of the manifest of Vite: a chunk with the keys of those that it imports. */
export interface Chunk {
  file: string
  src?: string
  isEntry?: boolean
  imports?: readonly string[]
  css?: readonly string[]
}

export interface Part {
  name: string
  budget: number
  files: string[]
}

/**
 * Assigns every file to one part: those of the first paint, those that several pages load later, and those of one page.
 *
 * @param manifest chunks by key
 */
export function partsOf(manifest: Record<string, Chunk>): Part[] {
  const keys = Object.keys(manifest)
  const filesOf = (chunks: Iterable<string>) => [
    ...new Set([...chunks].flatMap((key) => [manifest[key]!.file, ...(manifest[key]!.css ?? [])])),
  ]
  function importedBy(key: string, into = new Set<string>()): Set<string> {
    if (into.has(key) || manifest[key] === undefined) return into
    into.add(key)
    for (const next of manifest[key].imports ?? []) importedBy(next, into)
    return into
  }
  const first = new Set(keys.filter((key) => manifest[key]!.isEntry).flatMap((key) => [...importedBy(key)]))
  const pages = keys.filter((key) => manifest[key]!.src?.startsWith(PAGES) && !first.has(key))
  const users = new Map<string, string[]>()
  for (const page of pages)
    for (const key of importedBy(page)) if (!first.has(key)) users.set(key, [...(users.get(key) ?? []), page])
  // A chunk that no page imports statically, such as a chart, is loaded by whichever page needs it.
  const shared = keys.filter((key) => !first.has(key) && users.get(key)?.length !== 1)
  return [
    { name: 'first load', budget: BUDGETS.firstLoad, files: ['index.html', ...filesOf(first)] },
    { name: 'shared widgets', budget: BUDGETS.shared, files: filesOf(shared) },
    ...pages.map((page) => ({
      name: page.slice(PAGES.length),
      budget: BUDGETS.page,
      files: filesOf(keys.filter((key) => users.get(key)?.length === 1 && users.get(key)?.[0] === page)),
    })),
  ]
}

/** A sentence for each part over its budget, with its files, the largest first. */
export function findExcess(parts: readonly Part[], bytesOf: (file: string) => number): string[] {
  const kb = (bytes: number) => (bytes / KB).toFixed(1)
  return parts.flatMap(({ name, budget, files }) => {
    const sizes = files.map((file) => ({ file, bytes: bytesOf(file) })).sort((a, b) => b.bytes - a.bytes)
    const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0)
    if (total <= budget * KB) return []
    const list = sizes.map(({ file, bytes }) => `${file} ${kb(bytes)}`).join(', ')
    return [`${name} has ${kb(total)} KB after gzip, and its budget is ${budget} KB: ${list}`]
  })
}

if (import.meta.main) {
  const dist = path.join(import.meta.dirname, '../dashboard/dist')
  const parts = partsOf(JSON.parse(readFileSync(path.join(dist, '.vite/manifest.json'), 'utf8')))
  const bytesOf = (file: string) => gzipSync(readFileSync(path.join(dist, file)), { level: 9 }).length
  const total = ({ files }: Part) => files.reduce((sum, file) => sum + bytesOf(file), 0)
  if (process.argv.includes('--list'))
    for (const part of parts) console.log(`${(total(part) / KB).toFixed(1).padStart(7)} KB  ${part.name}`)
  const excess = findExcess(parts, bytesOf)
  for (const sentence of excess) console.error(sentence)
  const [firstLoad, shared, ...pages] = parts.map((part) => Math.round(total(part) / KB))
  if (excess.length === 0)
    console.log(
      `Sizes of the dashboard after gzip: first load ${firstLoad} KB of ${BUDGETS.firstLoad}, shared widgets ${shared} KB of ${BUDGETS.shared}, largest page ${Math.max(0, ...pages)} KB of ${BUDGETS.page}.`,
    )
  process.exitCode = excess.length === 0 ? 0 : 1
}
