import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'

const folder = path.join(import.meta.dirname, '../../dashboard')
const dist = path.join(folder, 'dist')
/** The page of the dashboard, in the sources and in the build. */
export const SHELL = 'index.html'
/** File in which a finished build notes the sources that it was made of. */
export const STAMP = 'stamp'
/** Sources of the build; the lock file decides the versions of packages. */
const SOURCES = [
  ...['src/**/*', 'public/**/*', '*.{html,json,ts}'],
  ...['../package-lock.json', '../persisted-operations/possible-types.json', '../scripts/build-dashboard.ts'],
]

/** A file of the dashboard, ready to be sent. */
export interface DashboardFile {
  type: string
  bytes: Buffer
  /** The bytes under brotli; absent for small and compressed formats. */
  brotli?: Buffer
}

const TYPES: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

/**
 * Hashes of the sources now and of those that the last build was made of; `current` is undefined without sources, and
 * `built` without a finished build.
 */
export function dashboardStamp(): { current: string | undefined; built: string | undefined } {
  const built = readIfThere(path.join(dist, STAMP))?.toString()
  if (!existsSync(path.join(folder, SHELL))) return { current: undefined, built }
  const hash = createHash('sha256')
  for (const file of globSync(SOURCES, { cwd: folder, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort())
    hash.update(path.relative(folder, file)).update(readFileSync(file))
  return { current: hash.digest('hex'), built }
}

/** The files of the build by their path below `/dashboard/`; undefined without a finished build. */
export function readDashboard(): Map<string, DashboardFile> | undefined {
  if (readIfThere(path.join(dist, STAMP)) === undefined) return undefined
  const files = new Map<string, DashboardFile>()
  for (const name of globSync('**/*', { cwd: dist })) {
    const type = TYPES[path.extname(name)]
    const bytes = type === undefined ? undefined : readIfThere(path.join(dist, name))
    const brotli = readIfThere(path.join(dist, `${name}.br`))
    if (type !== undefined && bytes !== undefined) files.set(name, { type, bytes, ...(brotli && { brotli }) })
  }
  return files.has(SHELL) ? files : undefined
}

function readIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file)
  } catch {
    return undefined
  }
}
